/** The order in hand: read, acted upon, with what is near it. */
import { api } from '../api'
import { Problem } from '../api/client'
import type { ActionBody, Near, NearestLayer, Order, Point } from '../api/types'
import { touchQueue } from './queue'
import { store } from './store'

const NEAR_COUNT = 4
/** Asked one after the other until somebody is found. */
const NEAR_RADII_M = [1_000, 5_000]

function caught(problem: unknown): Problem {
  if (problem instanceof Problem) return problem
  throw problem
}

function receive(order: Order): void {
  store.order = order
  store.orderProblem = null
}

async function read(no: string): Promise<void> {
  try {
    const order = await api.order(no)
    if (store.selected === no) receive(order)
  } catch (problem) {
    if (store.selected === no) store.orderProblem = caught(problem)
  }
}

/** Shows an order; the map follows the selection. */
export async function openOrder(no: string): Promise<void> {
  Object.assign(store, { selected: no, pane: 'order', cardFolded: false, conflict: null, actProblem: null })
  if (store.order?.no !== no) Object.assign(store, { order: null, orderLoading: true })
  Object.assign(store.near, { items: [], chosen: null, hovered: null })
  await read(no)
  store.orderLoading = false
  await findNear()
}

export function closeOrder(): void {
  Object.assign(store, { selected: null, order: null, pane: 'none', wide: false, conflict: null })
  store.near.items = []
}

/** Reads again what somebody else may have changed. */
export async function refreshOrder(no: string): Promise<void> {
  if (store.selected === no && !store.acting) await read(no)
}

async function nearest(layer: NearestLayer, point: Point): Promise<Near> {
  const [near = 0, far = 0] = NEAR_RADII_M
  const found = await api.nearest(layer, point, NEAR_COUNT, near)
  return found.items.length ? found : api.nearest(layer, point, NEAR_COUNT, far)
}

export async function findNear(layer: NearestLayer = store.near.layer): Promise<void> {
  const { near, order } = store
  near.layer = layer
  if (order?.lon == null || order.lat == null) return
  const { no, lon, lat } = order
  near.loading = true
  try {
    const { items, searched } = await nearest(layer, { lon, lat })
    if (store.selected !== no || near.layer !== layer) return
    Object.assign(near, { items, radius_m: searched.radius_m, problem: null })
  } catch (problem) {
    Object.assign(near, { items: [], problem: caught(problem) })
  } finally {
    near.loading = false
  }
}

async function overtaken(no: string): Promise<void> {
  await read(no)
  const last = store.order?.timeline.reduce((newest, entry) => (entry.version > newest.version ? entry : newest))
  store.conflict = { who: last?.actor_name ?? null, state: store.order?.state ?? '' }
}

/** Does a step; of two people at once one wins and the other is told who did. Returns whether it was done. */
export async function act(action: string, body: Omit<ActionBody, 'version'>): Promise<boolean> {
  const { order } = store
  if (!order || store.acting) return false
  Object.assign(store, { acting: true, actProblem: null, conflict: null })
  try {
    receive(await api.act(order.no, action, { version: order.version, ...body }))
    touchQueue()
    return true
  } catch (problem) {
    const found = caught(problem)
    if (found.code === 'order.conflict') await overtaken(order.no)
    else store.actProblem = found
    return false
  } finally {
    store.acting = false
  }
}
