/** The list of orders at the left. */
import { api } from '../api'
import { Problem } from '../api/client'
import { store, type Tab } from './store'

const PAGE = 50
let running: AbortController | null = null

function query(after: string | null): Record<string, string | number | boolean | null> {
  const { tab, lamp, mine, sort, q } = store.queue
  return {
    open: q ? null : true,
    state: tab === 'to_dispatch' ? 'WAIT_DISPATCH' : null,
    supervised: tab === 'supervised' ? true : null,
    lamp,
    mine: mine || null,
    q: q || null,
    sort,
    limit: PAGE,
    after,
  }
}

async function load(after: string | null): Promise<void> {
  running?.abort()
  const own = (running = new AbortController())
  const { queue } = store
  queue.loading = true
  try {
    const page = await api.orders(query(after), own.signal)
    queue.items = after ? [...queue.items, ...page.items] : page.items
    queue.next = page.next
    queue.counts = page.counts ?? queue.counts
    queue.problem = null
    queue.loaded = true
  } catch (problem) {
    if (own.signal.aborted) return
    if (!(problem instanceof Problem)) throw problem
    queue.problem = problem
  } finally {
    if (running === own) queue.loading = false
  }
}

export const reloadQueue = (): Promise<void> => load(null)

export const moreQueue = (): Promise<void> => load(store.queue.next)

/** Several events at once ask for one reload. */
let pending = 0
export function touchQueue(): void {
  window.clearTimeout(pending)
  pending = window.setTimeout(() => void reloadQueue(), 150)
}

export function showTab(tab: Tab): Promise<void> {
  Object.assign(store.queue, { tab, lamp: null })
  return reloadQueue()
}

export function toggleLamp(lamp: 'green' | 'yellow' | 'red'): Promise<void> {
  store.queue.lamp = store.queue.lamp === lamp ? null : lamp
  return reloadQueue()
}

export function showMine(mine: boolean): Promise<void> {
  Object.assign(store.queue, { mine, tab: 'all', lamp: null, q: '' })
  return reloadQueue()
}

export function showAll(): Promise<void> {
  return showMine(false)
}

export function sortBy(sort: 'due' | 'reported'): Promise<void> {
  store.queue.sort = sort
  return reloadQueue()
}

let typing = 0
export function search(text: string): void {
  store.queue.q = text.trim()
  window.clearTimeout(typing)
  typing = window.setTimeout(() => void reloadQueue(), 250)
}

/** The number of the order `by` rows below the selected one. */
export function neighbour(by: number): string | null {
  const { items } = store.queue
  const at = items.findIndex((item) => item.no === store.selected)
  return items[Math.min(items.length - 1, Math.max(0, at < 0 ? 0 : at + by))]?.no ?? null
}
