/** The district as a drawing beside the sign-in form: borders only, nothing to press. */
import 'maplibre-gl/dist/maplibre-gl.css'
import { Map, setWorkerUrl, type LayerSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import { request } from '../api/client'
import type { LayerEntry } from '../api/types'
import type { Box } from '../lib/scale'
import { template } from './basemap'

setWorkerUrl(workerUrl)

const TINTS = ['#EAF0FE', '#F3F4F6', '#E1E8F6', '#EDEFF8']

const looks = [
  { id: 'street-fill', type: 'fill', filter: ['==', ['get', 'depth'], 2],
    paint: { 'fill-color': ['match', ['%', ['id'], 4], 0, TINTS[0], 1, TINTS[1], 2, TINTS[2], TINTS[3]] } },
  { id: 'community', type: 'line', filter: ['>=', ['get', 'depth'], 3],
    paint: { 'line-color': '#8A93A3', 'line-width': 0.8, 'line-opacity': 0.7 } },
  { id: 'street', type: 'line', filter: ['==', ['get', 'depth'], 2],
    paint: { 'line-color': '#2B4A9B', 'line-width': 2 } },
  { id: 'district-band', type: 'line', filter: ['==', ['get', 'depth'], 1],
    paint: { 'line-color': '#1C2642', 'line-width': 9, 'line-opacity': 0.16 } },
  { id: 'district', type: 'line', filter: ['==', ['get', 'depth'], 1],
    paint: { 'line-color': '#1C2642', 'line-width': 3 } },
].map((look) => ({ ...look, source: 'areas', 'source-layer': 'areas' }))

/** `洪家楼街道` has room for `洪家楼`. */
const SHORT = [
  'let', 'name', ['get', 'name'],
  ['case', ['==', ['slice', ['var', 'name'], -2], '\u8857\u9053'], ['slice', ['var', 'name'], 0, -2], ['var', 'name']],
]

const NAMES = {
  id: 'name', type: 'symbol', source: 'areas', 'source-layer': 'areas_label', filter: ['==', ['get', 'depth'], 2],
  layout: { 'text-field': SHORT, 'text-font': ['Noto Sans CJK SC Bold'], 'text-size': 14 },
  paint: { 'text-color': '#1C2642', 'text-halo-color': '#fff', 'text-halo-width': 2 },
}

interface TileJson {
  bounds?: Box
  synthetic?: boolean
}

export interface Diagram {
  synthetic: boolean
  painted: Promise<void>
  erase: () => void
}

/** Draws what anybody may see; an installation that keeps its borders to itself shows nothing. */
export async function drawDiagram(container: HTMLElement): Promise<Diagram> {
  const { layers } = await request<{ layers: LayerEntry[] }>('GET', '/api/layers')
  const areas = layers.find(({ id }) => id === 'areas')
  if (!areas) return { synthetic: false, painted: Promise.resolve(), erase: () => undefined }
  const { bounds, synthetic = false } = await request<TileJson>('GET', areas.tilejson)
  const { tiles, minzoom, maxzoom } = areas
  const map = new Map({
    container,
    interactive: false,
    attributionControl: false,
    localIdeographFontFamily: '"Noto Sans CJK SC", "PingFang SC", sans-serif',
    ...(bounds && { bounds, fitBoundsOptions: { padding: 40 } }),
    style: {
      version: 8,
      sources: { areas: { type: 'vector', tiles: [template(tiles)], minzoom, maxzoom } },
      layers: [...looks, NAMES] as LayerSpecification[],
    },
  })
  const painted = new Promise<void>((resolve) => map.once('idle', () => resolve()))
  return { synthetic, painted, erase: () => map.remove() }
}
