import { describe, expect, it } from 'vitest'
import type { TimelineEntry } from '../api/types'
import { isEnded, stepLine } from './steps'

const entry = (version: number, from_state: string | null, to_state: string, at: string): TimelineEntry => ({
  version,
  action: 'x',
  from_state,
  to_state,
  at,
  actor_name: '',
  system: true,
  note: '',
  files: [],
  due_before: null,
  due_after: null,
})

const TIMELINE = [
  entry(3, 'WAIT_SIGN', 'SIGNED', '2026-11-20T01:00:00Z'),
  entry(2, 'REPORTED', 'WAIT_SIGN', '2026-11-19T23:20:00Z'),
  entry(1, null, 'REPORTED', '2026-11-19T23:19:00Z'),
]

describe('stepLine', () => {
  it('marks what is done with the time it was left', () => {
    const line = stepLine('SIGNED', '2026-11-19T23:19:00Z', TIMELINE)
    expect(line.map((step) => step.phase)).toEqual(['done', 'done', 'done', 'now', 'ahead'])
    expect(line.map((step) => step.at)).toEqual([
      '2026-11-19T23:19:00Z',
      '2026-11-19T23:20:00Z',
      '2026-11-20T01:00:00Z',
      null,
      null,
    ])
  })

  it('takes the last of repeated steps', () => {
    const again = [...TIMELINE, entry(5, 'WAIT_SIGN', 'SIGNED', '2026-11-20T03:00:00Z')]
    expect(stepLine('SIGNED', '', again)[2]?.at).toBe('2026-11-20T03:00:00Z')
  })

  it('is wholly done at the end', () => {
    expect(stepLine('CLOSED', '', []).every((step) => step.phase === 'done')).toBe(true)
    expect(isEnded('CLOSED')).toBe(true)
    expect(isEnded('HANDLING')).toBe(false)
  })
})
