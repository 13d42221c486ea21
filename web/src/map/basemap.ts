/** Base maps as MapLibre layers and sources: tiles of our own by pmtiles, raster entries as configured. */
import { addProtocol, type LayerSpecification, type SourceSpecification } from 'maplibre-gl'
import { Protocol } from 'pmtiles'
import type { BaseMap } from '../api/types'

let registered = false

/** MapLibre's own protocol hook; once per page. */
export function registerPmtiles(): void {
  if (registered) return
  addProtocol('pmtiles', new Protocol().tile)
  registered = true
}

/** Drawn where a base map has nothing, and beneath every other. */
export const PAPER: LayerSpecification = { id: 'paper', type: 'background', paint: { 'background-color': '#EFEDE7' } }

/** `{z}` must stay as it is in a template; `URL` would escape it. */
export const template = (url: string): string => (url.startsWith('/') ? location.origin + url : url)

const SOURCE = 'base'

export const isBase = (source: string | undefined): boolean => source?.startsWith(SOURCE) ?? false

interface Base {
  sources: Record<string, SourceSpecification>
  layers: LayerSpecification[]
}

/** A raster entry may have several pictures, bottom first (map and names). */
function raster({ urls, maxzoom, attribution }: BaseMap): Base {
  const ids = urls.map((_, at) => `${SOURCE}-${at}`)
  return {
    sources: Object.fromEntries(
      urls.map((url, at) => [ids[at], { type: 'raster', tiles: [template(url)], tileSize: 256, maxzoom, attribution }]),
    ),
    layers: ids.map((source) => ({ id: source, type: 'raster', source })),
  }
}

function vector({ urls, style }: BaseMap): Base {
  const [url = ''] = urls
  return {
    sources: { [SOURCE]: { type: 'vector', url: `pmtiles://${template(url)}` } },
    layers: style.map((layer) => (layer.type === 'background' ? layer : { ...layer, source: SOURCE }) as LayerSpecification),
  }
}

export function baseOf(entry: BaseMap): Base {
  return entry.kind === 'raster' ? raster(entry) : vector(entry)
}
