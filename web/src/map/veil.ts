/** What lies outside the district is veiled. */
import type { GeoJSONSource, Map } from 'maplibre-gl'
import type { MultiPolygon } from 'geojson'
import { outsideOf } from '../lib/veil'

export const VEIL = 'veil'

export function addVeil(map: Map): void {
  map.addSource(VEIL, { type: 'geojson', tolerance: 0, data: { type: 'FeatureCollection', features: [] } })
  map.addLayer({ id: VEIL, type: 'fill', source: VEIL, paint: { 'fill-color': '#5F6777', 'fill-opacity': 0.16, 'fill-antialias': false } })
}

export function drawVeil(map: Map, areas: MultiPolygon[]): void {
  if (areas.length) void map.getSource<GeoJSONSource>(VEIL)?.setData(outsideOf(areas))
}
