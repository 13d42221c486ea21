/** One toast at a time, the oldest waits; a major one stays until somebody opens it. */
import type { LiveEvent } from '../api/types'
import { openOrder } from './order'
import { store } from './store'

const SHOW_MS = 6_000
let timer = 0

function schedule(): void {
  window.clearTimeout(timer)
  const [first] = store.toasts
  if (first && !first.major) timer = window.setTimeout(dismiss, SHOW_MS)
}

export function raise(event: LiveEvent): void {
  const major = event.data.major === true
  const known = store.toasts.some((toast) => toast.event.order_no === event.order_no)
  if (known || (!major && store.toasts.length > 3)) return
  store.toasts = major ? [{ event, major }, ...store.toasts] : [...store.toasts, { event, major }]
  schedule()
}

export function dismiss(): void {
  store.toasts = store.toasts.slice(1)
  schedule()
}

/** Opens the order of the toast shown; the map flies there. */
export function locateToast(): void {
  const no = store.toasts[0]?.event.order_no
  if (!no) return
  dismiss()
  void openOrder(no)
}
