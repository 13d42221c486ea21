/** The telephone call: place, category, words; the server answers with the owner. */
import { api } from '../api'
import { Problem } from '../api/client'
import type { NewReport, Point } from '../api/types'
import { freshKey } from '../lib/ids'
import { touchQueue } from './queue'
import { store } from './store'

/** One key per form: pressing twice, or again after a lost connection, makes one order. */
let key = freshKey()
let asking: AbortController | null = null

export async function openRegister(): Promise<void> {
  Object.assign(store, { pane: 'register', selected: null, order: null, wide: false, cardFolded: false })
  store.near.items = []
  startAgain()
  if (!store.categories.length) store.categories = (await api.categories()).categories
}

export function startAgain(): void {
  key = freshKey()
  Object.assign(store.register, { picking: true, point: null, located: null, busy: false, problem: null, done: null })
}

export function closeRegister(): void {
  Object.assign(store, { pane: 'none' })
  Object.assign(store.register, { picking: false, point: null, located: null })
}

/** Takes the place and asks whose it is, before anything is sent. */
export async function placeAt(point: Point): Promise<void> {
  asking?.abort()
  const own = (asking = new AbortController())
  Object.assign(store.register, { point, located: null, picking: false })
  try {
    store.register.located = await api.locate(point, own.signal)
  } catch (problem) {
    if (own.signal.aborted) return
    if (!(problem instanceof Problem)) throw problem
    store.register.problem = problem
  }
}

export async function send(report: Omit<NewReport, 'lon' | 'lat' | 'datum' | 'source'>): Promise<void> {
  const { register } = store
  if (!register.point || register.busy) return
  Object.assign(register, { busy: true, problem: null })
  try {
    register.done = await api.report({ ...report, ...register.point, source: 'telephone', datum: 'wgs84' }, key)
    touchQueue()
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    register.problem = problem
  } finally {
    register.busy = false
  }
}
