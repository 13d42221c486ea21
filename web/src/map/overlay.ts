/** What the console draws over the layers: the selection, lines to who is near, the place being registered. */
import type { FeatureCollection } from 'geojson'
import type { FilterSpecification, GeoJSONSource, LayerSpecification, Map } from 'maplibre-gl'
import type { Point } from '../api/types'

const LINES = 'overlay-lines'
const POINTS = 'overlay-points'
const CELLS = 'cells'
const FONT = ['Noto Sans CJK SC']
const ACCENT = '#1F55D6'
const TEAL = '#0E7490'
const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] }

export interface Line {
  id: number
  kind: 'people' | 'camera'
  to: Point
  label: string
  strong: boolean
}

export interface Picture {
  selected: Point | null
  cell: string | null
  lines: Line[]
  place: Point | null
  sign: Point | null
}

const byKind = (people: unknown, camera: unknown): unknown => ['match', ['get', 'kind'], 'people', people, camera]

const CELL_LAYERS = (code: string): LayerSpecification[] => {
  const shared = { source: CELLS, 'source-layer': 'cells', filter: cellFilter(code) }
  return [
    { id: 'overlay-cell-fill', type: 'fill', ...shared, paint: { 'fill-color': ACCENT, 'fill-opacity': 0.1 } },
    { id: 'overlay-cell-halo', type: 'line', ...shared, paint: { 'line-color': '#fff', 'line-width': 6, 'line-opacity': 0.9 } },
    { id: 'overlay-cell-line', type: 'line', ...shared, paint: { 'line-color': ACCENT, 'line-width': 2.6 } },
  ]
}

const TOP_LAYERS = [
  {
    id: 'overlay-line-people', type: 'line', source: LINES, filter: ['==', ['get', 'kind'], 'people'],
    layout: { 'line-cap': 'round' },
    paint: { 'line-color': ACCENT, 'line-width': ['case', ['get', 'strong'], 3, 1.8] },
  },
  {
    id: 'overlay-line-camera', type: 'line', source: LINES, filter: ['==', ['get', 'kind'], 'camera'],
    paint: { 'line-color': TEAL, 'line-width': ['case', ['get', 'strong'], 3, 1.8], 'line-dasharray': [3, 2.2] },
  },
  {
    id: 'overlay-ring', type: 'circle', source: POINTS, filter: ['==', ['get', 'kind'], 'selected'],
    paint: {
      'circle-radius': 25, 'circle-color': ACCENT, 'circle-opacity': 0.08,
      'circle-stroke-color': ACCENT, 'circle-stroke-width': 2.6,
    },
  },
  {
    id: 'overlay-ring-inner', type: 'circle', source: POINTS, filter: ['==', ['get', 'kind'], 'selected'],
    paint: {
      'circle-radius': 22.4, 'circle-opacity': 0, 'circle-stroke-color': '#fff', 'circle-stroke-width': 2,
    },
  },
  {
    id: 'overlay-sign', type: 'circle', source: POINTS, filter: ['==', ['get', 'kind'], 'sign'],
    paint: {
      'circle-radius': 18, 'circle-color': ACCENT, 'circle-opacity': 0.12,
      'circle-stroke-color': ACCENT, 'circle-stroke-width': 2,
    },
  },
  {
    id: 'overlay-place', type: 'circle', source: POINTS, filter: ['==', ['get', 'kind'], 'place'],
    paint: {
      'circle-radius': 8, 'circle-color': ACCENT, 'circle-stroke-color': '#fff', 'circle-stroke-width': 3,
    },
  },
  {
    id: 'overlay-chip', type: 'symbol', source: POINTS, filter: ['has', 'label'],
    layout: {
      'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 13,
      'icon-image': byKind('chip-people', 'chip-camera'),
      'icon-text-fit': 'both', 'icon-text-fit-padding': [3, 6, 3, 6],
      'text-allow-overlap': true, 'icon-allow-overlap': true,
    },
    paint: { 'text-color': byKind('#173FA3', TEAL) },
  },
] as unknown as LayerSpecification[]

function cellFilter(code: string): FilterSpecification {
  return ['==', ['get', 'code'], code]
}

export function addOverlay(map: Map): void {
  for (const id of [LINES, POINTS]) map.addSource(id, { type: 'geojson', data: NOTHING })
  for (const layer of TOP_LAYERS) map.addLayer(layer)
}

/** The layer of ours that everything of the catalogue stays beneath; the labels on the lines stay above all signs. */
export const TOPMOST = 'overlay-chip'

/** Lines and rings lie beneath the signs they belong to. */
export function sinkBeneath(map: Map, sign: string | undefined): void {
  for (const { id } of TOP_LAYERS) if (id !== TOPMOST) map.moveLayer(id, sign ?? TOPMOST)
}

/** The cell's outline lies above the borders and beneath all signs. */
export function outlineCell(map: Map, code: string | null, above: string | undefined): void {
  for (const { id } of CELL_LAYERS('')) if (map.getLayer(id)) map.removeLayer(id)
  if (!code || !map.getSource(CELLS)) return
  for (const layer of CELL_LAYERS(code)) map.addLayer(layer, above)
}

/** Chips sit two thirds along their line: apart from each other and from the ring. */
const ALONG = 0.62

function between(a: Point, b: Point): [number, number] {
  return [a.lon + (b.lon - a.lon) * ALONG, a.lat + (b.lat - a.lat) * ALONG]
}

function point(coordinates: [number, number], properties: Record<string, unknown>): FeatureCollection['features'][number] {
  return { type: 'Feature', properties, geometry: { type: 'Point', coordinates } }
}

export function drawOverlay(map: Map, { selected, lines, place, sign }: Picture): void {
  const from = selected ?? place
  const drawn = from ? lines : []
  const points = [
    ...(selected ? [point([selected.lon, selected.lat], { kind: 'selected' })] : []),
    ...(sign ? [point([sign.lon, sign.lat], { kind: 'sign' })] : []),
    ...(place ? [point([place.lon, place.lat], { kind: 'place' })] : []),
    ...drawn.map((line) => point(between(from as Point, line.to), { kind: line.kind, label: line.label })),
  ]
  const strokes = drawn.map(({ kind, strong, to }): FeatureCollection['features'][number] => ({
    type: 'Feature',
    properties: { kind, strong },
    geometry: { type: 'LineString', coordinates: [[(from as Point).lon, (from as Point).lat], [to.lon, to.lat]] },
  }))
  void map.getSource<GeoJSONSource>(LINES)?.setData({ type: 'FeatureCollection', features: strokes })
  void map.getSource<GeoJSONSource>(POINTS)?.setData({ type: 'FeatureCollection', features: points })
}
