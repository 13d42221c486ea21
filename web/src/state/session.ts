/** Who is at the desk. */
import { api } from '../api'
import { configure, Problem } from '../api/client'
import type { Session } from '../api/types'
import { store } from './store'

const TICK_MS = 5_000
let offsetMs = 0

function tick(): void {
  store.now = Date.now() + offsetMs
}

function admit(session: Session): void {
  configure({ csrf: session.csrf ?? '' })
  offsetMs = Date.parse(session.now) - Date.now()
  tick()
  store.session = session
  store.phase = 'in'
  store.expired = false
}

export function leave(expired: boolean): void {
  configure({ csrf: '' })
  store.expired = expired && store.phase === 'in'
  store.session = null
  store.phase = 'out'
}

/** Asks who is signed in; nobody is an answer, not an error. */
export async function startSession(): Promise<void> {
  configure({ signedOut: () => leave(true) })
  window.setInterval(tick, TICK_MS)
  try {
    admit(await api.session())
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    leave(false)
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  const { csrf } = await api.signIn(login, password)
  configure({ csrf: csrf ?? '' })
  admit(await api.session())
}

export async function signOut(): Promise<void> {
  await api.signOut()
  // A fresh page: nothing of this account stays in memory.
  location.assign('/')
}
