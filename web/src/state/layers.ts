/** What the map shows: layers, base map, time window; remembered on this machine. */
import { markRaw } from 'vue'
import { api } from '../api'
import { Problem } from '../api/client'
import { HOUR_MS, isoOf, rangeUntil, step, type Range, type Window } from '../lib/window'
import { store } from './store'

const STORED = 'gisgov.layers'
const TIMED = ['since', 'until']

interface Remembered {
  shown?: Record<string, boolean>
  opacity?: Record<string, number>
  basemap?: string
}

function remembered(): Remembered {
  return JSON.parse(localStorage.getItem(STORED) ?? '{}') as Remembered
}

function remember(): void {
  const { shown, opacity, basemap } = store
  localStorage.setItem(STORED, JSON.stringify({ shown, opacity, basemap }))
}

export async function loadLayers(): Promise<void> {
  try {
    const [{ layers }, { basemaps, default: usual }] = await Promise.all([api.layers(), api.basemaps()])
    const before = remembered()
    store.layers = layers
    store.basemaps = basemaps
    const kept = basemaps.find((entry) => entry.id === before.basemap && entry.available)
    store.basemap = kept?.id ?? usual
    store.shown = Object.fromEntries(layers.map(({ id, on }) => [id, before.shown?.[id] ?? on ?? true]))
    store.opacity = Object.fromEntries(layers.map(({ id }) => [id, before.opacity?.[id] ?? 1]))
    store.layersProblem = null
    void loadOutlines()
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    store.layersProblem = problem
  }
}

async function loadOutlines(): Promise<void> {
  try {
    const { items } = await api.areas()
    const roots = items.filter(({ depth }) => depth === 1)
    const areas = await Promise.all(roots.map(({ code }) => api.area(code)))
    store.outlines = areas.flatMap(({ geojson }) => (geojson ? [markRaw(geojson)] : []))
  } catch (problem) {
    // Without the veil the map still works.
    if (!(problem instanceof Problem)) throw problem
  }
}

export function toggleLayer(id: string): void {
  store.shown[id] = !store.shown[id]
  remember()
}

export function fade(id: string, opacity: number): void {
  store.opacity[id] = opacity
  remember()
}

export function chooseBasemap(id: string): void {
  store.basemap = id
  remember()
}

/** The parameters of the time window for a layer that takes them. */
export function windowQuery(filters: { name: string }[]): Record<string, string> {
  const { window, timeOpen } = store
  const takes = TIMED.every((name) => filters.some((filter) => filter.name === name))
  return timeOpen && window && takes ? { since: isoOf(window.from), until: isoOf(window.to) } : {}
}

export const RANGES_DAYS = [7, 30, 90] as const

export function rangeOf(days: number): Range {
  return rangeUntil(store.now, days * 24)
}

export function toggleTime(): void {
  store.timeOpen = !store.timeOpen
  if (!store.timeOpen) store.playing = false
}

export function setWindow(window: Window): void {
  store.window = window
}

export function advance(range: Range): void {
  if (store.window) store.window = step(store.window, Math.max(1, Math.round((range.last - range.first) / 84)), range)
}

export async function loadHours(range: Range): Promise<void> {
  try {
    const { hours } = await api.hours(isoOf(range.first), isoOf(range.last))
    store.hours = new Map(hours.map(({ hour, n }) => [Date.parse(hour) / HOUR_MS, n]))
  } catch (problem) {
    // Without bars the slider still works.
    if (!(problem instanceof Problem)) throw problem
    store.hours = new Map()
  }
}
