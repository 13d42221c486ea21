/** What was clicked. */
import type { Map, MapGeoJSONFeature } from 'maplibre-gl'
import type { NearestLayer, Point } from '../api/types'

/** A camera or patroller as its tile tells it. */
export interface Sign extends Point {
  layer: NearestLayer
  id: number
  properties: Record<string, unknown>
}

export type Hit = { no: string } | { cluster: Point } | { sign: Sign }

/** Names beside a sign and the field a camera sees are not the sign. */
export function isSign(map: Map, style: string): boolean {
  const type = map.getLayer(style)?.type
  return (type === 'symbol' || type === 'circle') && !style.endsWith('-name')
}

function placeOf({ geometry }: MapGeoJSONFeature): Point {
  const [lon = 0, lat = 0] = geometry.type === 'Point' ? geometry.coordinates : []
  return { lon, lat }
}

export function nearestFirst(map: Map, found: MapGeoJSONFeature[], x: number, y: number): MapGeoJSONFeature[] {
  const away = (feature: MapGeoJSONFeature): number => {
    const { lon, lat } = placeOf(feature)
    const at = map.project([lon, lat])
    return Math.hypot(at.x - x, at.y - y)
  }
  return found.toSorted((a, b) => away(a) - away(b))
}

export function hitOf(layer: string, feature: MapGeoJSONFeature): Hit {
  const { id, properties } = feature
  const place = placeOf(feature)
  if (typeof properties.no === 'string') return { no: properties.no }
  if (typeof id !== 'number') return { cluster: place }
  return { sign: { layer: layer as NearestLayer, id, properties, ...place } }
}
