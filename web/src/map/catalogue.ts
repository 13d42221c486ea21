/** The server's layers on the map: sources, styles, visibility, opacity, parameters. */
import type { LayerSpecification, Map, VectorTileSource } from 'maplibre-gl'
import { address } from '../api/client'
import type { LayerEntry } from '../api/types'
import { distinct, legendCounts, OPACITY, scaled } from '../lib/style'
import { template } from './basemap'

type PaintName = Parameters<Map['setPaintProperty']>[1]

interface Style extends Record<string, unknown> {
  id: string
  type: string
  paint?: Record<string, unknown>
}

export const styleIds = (entry: LayerEntry): string[] => (entry.style as Style[]).map((layer) => layer.id)

const tilesOf = (entry: LayerEntry, query: Record<string, string>): string => {
  const [path = '', own] = entry.tiles.split('?')
  return template(address(path, { ...Object.fromEntries(new URLSearchParams(own)), ...query }))
}

export function addEntry(map: Map, entry: LayerEntry, before: string): void {
  map.addSource(entry.id, {
    type: 'vector',
    tiles: [tilesOf(entry, {})],
    minzoom: entry.minzoom,
    maxzoom: entry.maxzoom,
  })
  for (const layer of entry.style) map.addLayer({ ...layer, source: entry.id } as LayerSpecification, before)
}

export function removeEntry(map: Map, entry: LayerEntry): void {
  for (const id of styleIds(entry)) if (map.getLayer(id)) map.removeLayer(id)
  if (map.getSource(entry.id)) map.removeSource(entry.id)
}

export function showEntry(map: Map, entry: LayerEntry, shown: boolean): void {
  for (const id of styleIds(entry)) map.setLayoutProperty(id, 'visibility', shown ? 'visible' : 'none')
}

export function fadeEntry(map: Map, entry: LayerEntry, opacity: number): void {
  for (const { id, type, paint } of entry.style as Style[])
    for (const name of OPACITY[type] ?? []) map.setPaintProperty(id, name as PaintName, scaled(paint?.[name], opacity) as never)
}

export function narrowEntry(map: Map, entry: LayerEntry, query: Record<string, string>): void {
  const source = map.getSource<VectorTileSource>(entry.id)
  const tiles = tilesOf(entry, query)
  if (source && source.serialize().tiles?.[0] !== tiles) source.setTiles([tiles])
}

/** Things on screen per legend line. */
export function countEntry(map: Map, entry: LayerEntry): number[] {
  const found = map.queryRenderedFeatures({ layers: styleIds(entry).filter((id) => map.getLayer(id)) })
  return legendCounts(distinct(found), entry.legend)
}
