/** The push: one stream, resumed where it broke off; what happens goes to queue, card, map and toasts. */
import type { LiveEvent, LiveHint } from '../api/types'
import { refreshOrder } from './order'
import { touchQueue } from './queue'
import { store } from './store'
import { raise } from './toasts'

type Listener = (event: LiveEvent, position: string) => void
type HintListener = (hint: LiveHint) => void

const RETRY_MS = [1_000, 2_000, 5_000, 10_000]
const listeners = new Set<Listener>()
const hintListeners = new Set<HintListener>()
const resyncListeners = new Set<() => void>()

let source: EventSource | null = null
let position = ''
let failures = 0
let retry = 0

export function onEvent(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function onHint(listener: HintListener): () => void {
  hintListeners.add(listener)
  return () => hintListeners.delete(listener)
}

export function onResync(listener: () => void): () => void {
  resyncListeners.add(listener)
  return () => resyncListeners.delete(listener)
}

function heard(message: MessageEvent<string>): void {
  if (message.lastEventId) position = message.lastEventId
  store.live.status = 'on'
  store.live.lastAt = store.now
  failures = 0
}

function happened(event: LiveEvent): void {
  for (const listener of listeners) listener(event, position)
  if (event.subject_kind !== 'order') return
  touchQueue()
  if (event.order_no) void refreshOrder(event.order_no)
  if (event.kind === 'order.reported' || event.data.major) raise(event)
}

/** The first snapshot says only where we stand; a later one says that too much was missed: read everything again. */
function snapshot(first: boolean): void {
  if (first) return
  touchQueue()
  if (store.selected) void refreshOrder(store.selected)
  for (const listener of resyncListeners) listener()
}

function broken(): void {
  if (store.live.status === 'on') store.live.lastAt = store.now
  store.live.status = 'off'
  if (source?.readyState !== EventSource.CLOSED) return
  const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]
  failures += 1
  retry = window.setTimeout(connect, wait)
}

function connect(): void {
  source?.close()
  source = new EventSource(position ? `/api/live?after=${encodeURIComponent(position)}` : '/api/live')
  source.addEventListener('open', () => {
    Object.assign(store.live, { status: 'on', lastAt: store.now })
  })
  source.addEventListener('snapshot', (message) => {
    const first = position === ''
    heard(message)
    snapshot(first)
  })
  source.addEventListener('event', (message) => {
    heard(message)
    happened(JSON.parse(message.data) as LiveEvent)
  })
  source.addEventListener('hint', (message) => {
    heard(message)
    for (const listener of hintListeners) listener(JSON.parse(message.data) as LiveHint)
  })
  source.addEventListener('error', broken)
}

export function startLive(): void {
  connect()
  window.addEventListener('online', connect)
}

export function stopLive(): void {
  window.clearTimeout(retry)
  window.removeEventListener('online', connect)
  source?.close()
  source = null
  position = ''
}

