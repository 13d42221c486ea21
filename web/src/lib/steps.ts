/** The five-step line of an order: where it stands, when each step was reached. */
import type { TimelineEntry } from '../api/types'

export const STEPS = ['report', 'dispatch', 'sign', 'handle', 'close'] as const
export type StepName = (typeof STEPS)[number]

/** Which step of the line a state stands in. */
const STEP_OF: Record<string, number> = {
  REPORTED: 0,
  SCREENING: 1,
  SITE_CONFIRM: 1,
  FILED: 1,
  WAIT_DISPATCH: 1,
  WAIT_SIGN: 2,
  SIGNED: 3,
  HANDLING: 3,
  CONSULTING: 3,
  SUSPENDED: 3,
  RESULT_SUBMITTED: 4,
  SITE_CHECK: 4,
  CENTRE_REVIEW: 4,
  CLOSED: 5,
  ARCHIVED: 5,
  REFUSED: 5,
  ANSWERED: 5,
  VOID: 5,
  MERGED: 5,
  SENT_BACK: 5,
  TO_DISPUTE: 5,
}

export interface StepView {
  name: StepName
  phase: 'done' | 'now' | 'ahead'
  at: string | null
}

export function isEnded(state: string): boolean {
  return STEP_OF[state] === 5
}

export function stepLine(state: string, reportedAt: string, timeline: TimelineEntry[]): StepView[] {
  const current = STEP_OF[state] ?? 0
  const oldestFirst = [...timeline].sort((a, b) => a.version - b.version)
  const left = (step: number): string | null =>
    oldestFirst.findLast((entry) => {
      const from = STEP_OF[entry.from_state ?? 'REPORTED'] ?? 0
      const to = STEP_OF[entry.to_state ?? ''] ?? -1
      return from <= step && to > step
    })?.at ?? null
  return STEPS.map((name, step) => ({
    name,
    phase: step < current ? 'done' : step === current ? 'now' : 'ahead',
    at: step === 0 ? reportedAt : step < current ? left(step) : null,
  }))
}
