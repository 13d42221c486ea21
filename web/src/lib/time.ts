/** Time as the desk reads it: lamps from the clock, spans in words, dates in the district's time zone. */
import type { Lamp } from '../api/types'

export const ZONE = 'Asia/Shanghai'
const MINUTE = 60_000

export interface Clocked {
  clock_started_at: string | null
  yellow_at: string | null
  due_at: string | null
}

/** Lamp at a moment; null when no clock runs. The same rule as the server's: green before `yellow_at`, red after `due_at`. */
export function lampAt(order: Clocked, nowMs: number): Lamp | null {
  if (!order.due_at) return null
  if (nowMs >= Date.parse(order.due_at)) return 'red'
  if (order.yellow_at && nowMs >= Date.parse(order.yellow_at)) return 'yellow'
  return 'green'
}

export interface Span {
  days: number
  hours: number
  minutes: number
}

/** Whole minutes of a span; a deadline 59 s away still reads one minute. */
export function spanOf(ms: number): Span {
  const total = Math.max(0, Math.ceil(Math.abs(ms) / MINUTE))
  return { days: Math.floor(total / 1440), hours: Math.floor((total % 1440) / 60), minutes: total % 60 }
}

/** Share of the limit still left, 0…1. */
export function shareLeft(order: Clocked, nowMs: number): number {
  if (!order.due_at || !order.clock_started_at) return 0
  const start = Date.parse(order.clock_started_at)
  const due = Date.parse(order.due_at)
  return due <= start ? 0 : Math.min(1, Math.max(0, (due - nowMs) / (due - start)))
}

function parts(at: Date): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]))
}

/** `10:42` */
export function clock(at: string | number): string {
  const { hour, minute } = parts(new Date(at))
  return `${hour}:${minute}`
}

/** Calendar day in the district's zone, `2026-11-20`: a key for grouping and comparing. */
export function dayKey(at: string | number): string {
  const { year, month, day } = parts(new Date(at))
  return `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`
}

/** `11月20日` or `Nov 20` */
export function dateWords(at: string | number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone: ZONE, month: 'short', day: 'numeric' }).format(new Date(at))
}

/** `11月20日 周五` or `Nov 20 Fri` */
export function dayWords(at: string | number, locale: string): string {
  const weekday = new Intl.DateTimeFormat(locale, { timeZone: ZONE, weekday: 'short' }).format(new Date(at))
  return `${dateWords(at, locale)} ${weekday}`
}

export type DayName = 'today' | 'yesterday' | 'other'

export function dayName(at: string | number, nowMs: number): DayName {
  const key = dayKey(at)
  if (key === dayKey(nowMs)) return 'today'
  return key === dayKey(nowMs - 1440 * MINUTE) ? 'yesterday' : 'other'
}
