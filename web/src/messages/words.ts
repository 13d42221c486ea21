/** Figures with their units, in the language of the moment. */
import { clock, dateWords, dayName, dayWords, spanOf } from '../lib/time'
import { lengthOf } from '../lib/scale'
import { locale, t } from '.'

export function spanWords(ms: number): string {
  const { days, hours, minutes } = spanOf(ms)
  if (days) return t('span.days', { days, hours })
  if (!hours) return t('span.minutes', { minutes })
  return t('span.hours', { hours, minutes: String(minutes).padStart(2, '0') })
}

/** `剩 38分` before the deadline, `超 1时05分` after it. */
export function remaining(dueAt: string, nowMs: number): string {
  const ms = Date.parse(dueAt) - nowMs
  return t(ms > 0 ? 'time.left' : 'time.over', { span: spanWords(ms) })
}

export function ago(at: string, nowMs: number): string {
  const minutes = Math.floor((nowMs - Date.parse(at)) / 60_000)
  if (minutes < 1) return t('time.now')
  if (minutes < 60) return t('time.minutes_ago', { n: minutes })
  return minutes < 1440 ? t('time.hours_ago', { n: Math.floor(minutes / 60) }) : moment(at, nowMs)
}

/** `10:42` today, `昨天 10:42`, else `11月18日 10:42`. */
export function moment(at: string, nowMs: number): string {
  const name = dayName(at, nowMs)
  if (name === 'today') return clock(at)
  return `${name === 'other' ? dateWords(at, locale.value) : t('time.yesterday')} ${clock(at)}`
}

/** The day alone, or the clock of today: for narrow columns. */
export function briefly(at: string, nowMs: number): string {
  const name = dayName(at, nowMs)
  if (name === 'today') return clock(at)
  return name === 'other' ? dateWords(at, locale.value) : t('time.yesterday')
}

export function day(at: string | number, nowMs: number): string {
  const name = dayName(at, nowMs)
  return name === 'other' ? dayWords(at, locale.value) : t(`time.${name}`)
}

export function metres(m: number): string {
  const { value, unit } = lengthOf(m)
  return t(`unit.${unit}`, { n: value })
}

/** `定位 12 秒前`; a position that is too old says so. */
export function seenWords(seconds: number, stale: boolean): string {
  const minutes = Math.floor(seconds / 60)
  if (stale) return t('near.lost', { n: minutes })
  const age = seconds < 60 ? t('near.fix.seconds', { n: Math.round(seconds) }) : t('near.fix.minutes', { n: minutes })
  return t('near.fix', { age })
}
