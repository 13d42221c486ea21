/** The time window of the slider: hourly bars, two handles, play. Hours are whole hours since the epoch. */

export const HOUR_MS = 3_600_000

export interface Window {
  from: number
  to: number
}

export interface Range {
  first: number
  last: number
}

/** The `hours` whole hours that end with the hour of `nowMs`; `last` is exclusive. */
export function rangeUntil(nowMs: number, hours: number): Range {
  const last = Math.floor(nowMs / HOUR_MS) + 1
  return { first: last - hours, last }
}

/** Moves one handle; the window keeps at least one hour and stays inside the range. */
export function moveHandle(window: Window, handle: 'from' | 'to', hour: number, range: Range): Window {
  return handle === 'from'
    ? { ...window, from: Math.max(range.first, Math.min(hour, window.to - 1)) }
    : { ...window, to: Math.min(range.last, Math.max(hour, window.from + 1)) }
}

/** Shifts the whole window; past the end it starts again at the beginning (for play). */
export function step(window: Window, hours: number, range: Range): Window {
  const length = window.to - window.from
  if (window.to + hours > range.last) return { from: range.first, to: range.first + length }
  const from = Math.max(range.first, window.from + hours)
  return { from, to: from + length }
}

/** Sums hourly counts into `bars` equal bars over the range. */
export function bars(counts: Map<number, number>, range: Range, width: number): number[] {
  const per = (range.last - range.first) / width
  const sums = Array.from({ length: width }, () => 0)
  for (const [hour, n] of counts) {
    const index = Math.floor((hour - range.first) / per)
    if (index >= 0 && index < width) sums[index] = (sums[index] ?? 0) + n
  }
  return sums
}

export function isoOf(hour: number): string {
  return new Date(hour * HOUR_MS).toISOString()
}
