/** The small card of a camera or patroller. */
import { api } from '../api'
import { Problem } from '../api/client'
import { store, type SignFacts } from './store'

/** Patrollers walk on between the tile and the question. */
const REACH_M = 300
const COUNT = 20

export function closeSign(): void {
  store.sign = null
}

/** Shows what is known at once and adds cell, load and age. */
export async function openSign(sign: SignFacts): Promise<void> {
  store.sign = sign
  if (sign.cell) return
  try {
    const { items } = await api.nearest(sign.layer, { lon: sign.lon, lat: sign.lat }, COUNT, REACH_M)
    const found = items.find(({ id }) => id === sign.id)
    const { distance_m: _, ...known } = found ?? { distance_m: 0 }
    if (store.sign?.id === sign.id && store.sign.layer === sign.layer) store.sign = { ...sign, ...known }
  } catch (problem) {
    // What the map knows stays.
    if (!(problem instanceof Problem)) throw problem
  }
}
