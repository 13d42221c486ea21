import { describe, expect, it } from 'vitest'
import { bars, isoOf, moveHandle, rangeUntil, step } from './window'

const RANGE = { first: 100, last: 148 }

describe('window', () => {
  it('ends with the running hour', () => {
    expect(rangeUntil(Date.parse('2026-11-20T02:42:00Z'), 24)).toEqual({
      first: Date.parse('2026-11-19T03:00:00Z') / 3_600_000,
      last: Date.parse('2026-11-20T03:00:00Z') / 3_600_000,
    })
  })

  it('keeps an hour between the handles and stays inside', () => {
    expect(moveHandle({ from: 110, to: 120 }, 'from', 130, RANGE)).toEqual({ from: 119, to: 120 })
    expect(moveHandle({ from: 110, to: 120 }, 'to', 200, RANGE)).toEqual({ from: 110, to: 148 })
    expect(moveHandle({ from: 110, to: 120 }, 'to', 90, RANGE)).toEqual({ from: 110, to: 111 })
  })

  it('plays round and round', () => {
    expect(step({ from: 140, to: 146 }, 2, RANGE)).toEqual({ from: 142, to: 148 })
    expect(step({ from: 142, to: 148 }, 2, RANGE)).toEqual({ from: 100, to: 106 })
    expect(step({ from: 101, to: 107 }, -4, RANGE)).toEqual({ from: 100, to: 106 })
  })

  it('sums hours into bars', () => {
    const counts = new Map([[100, 2], [101, 3], [147, 5], [99, 8]])
    expect(bars(counts, RANGE, 24)).toEqual([5, ...Array.from({ length: 22 }, () => 0), 5])
  })

  it('says an hour as UTC', () => expect(isoOf(0)).toBe('1970-01-01T00:00:00.000Z'))
})
