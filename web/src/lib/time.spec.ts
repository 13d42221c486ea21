import { describe, expect, it } from 'vitest'
import { clock, dayKey, dayName, lampAt, shareLeft, spanOf } from './time'

const at = (text: string): number => Date.parse(text)
const ORDER = {
  clock_started_at: '2026-11-20T00:00:00Z',
  yellow_at: '2026-11-20T03:00:00Z',
  due_at: '2026-11-20T04:00:00Z',
}

describe('lampAt', () => {
  it.each([
    ['2026-11-20T02:59:59Z', 'green'],
    ['2026-11-20T03:00:00Z', 'yellow'],
    ['2026-11-20T03:59:59Z', 'yellow'],
    ['2026-11-20T04:00:00Z', 'red'],
  ])('at %s it is %s', (now, lamp) => expect(lampAt(ORDER, at(now))).toBe(lamp))

  it('is none where no clock runs', () => {
    expect(lampAt({ clock_started_at: null, yellow_at: null, due_at: null }, at('2026-11-20T04:00:00Z'))).toBeNull()
  })
})

describe('spanOf', () => {
  it('rounds up to whole minutes', () => {
    expect(spanOf(1_000)).toEqual({ days: 0, hours: 0, minutes: 1 })
    expect(spanOf(65 * 60_000)).toEqual({ days: 0, hours: 1, minutes: 5 })
    expect(spanOf(-50 * 3_600_000)).toEqual({ days: 2, hours: 2, minutes: 0 })
  })
})

describe('shareLeft', () => {
  it('falls from one to nothing over the limit', () => {
    expect(shareLeft(ORDER, at('2026-11-20T00:00:00Z'))).toBe(1)
    expect(shareLeft(ORDER, at('2026-11-20T03:00:00Z'))).toBe(0.25)
    expect(shareLeft(ORDER, at('2026-11-21T00:00:00Z'))).toBe(0)
  })
})

describe('days', () => {
  it('are those of the district, not of the browser', () => {
    expect(clock('2026-11-19T23:20:00Z')).toBe('07:20')
    expect(dayKey('2026-11-19T16:00:00Z')).toBe('2026-11-20')
    expect(dayName('2026-11-19T15:59:00Z', at('2026-11-20T02:00:00Z'))).toBe('yesterday')
    expect(dayName('2026-11-19T16:01:00Z', at('2026-11-20T02:00:00Z'))).toBe('today')
  })
})
