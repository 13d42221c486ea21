/** Web-mercator tile arithmetic: which tiles on screen does a change touch? */
import type { Point } from '../api/types'

export interface TileId {
  z: number
  x: number
  y: number
}

/** Share of a tile that its neighbours draw too; a dot this near the edge is in both. */
const EDGE = 64 / 4096

export function parseTile(text: string): TileId {
  const [z = 0, x = 0, y = 0] = text.split('/').map(Number)
  return { z, x, y }
}

/** Is one tile an ancestor of the other, or the same? */
export function overlaps(a: TileId, b: TileId): boolean {
  const shift = Math.abs(a.z - b.z)
  const [low, high] = a.z < b.z ? [a, b] : [b, a]
  return high.x >> shift === low.x && high.y >> shift === low.y
}

function exact(point: Point, z: number): { x: number; y: number } {
  const scale = 2 ** z
  const sine = Math.sin((point.lat * Math.PI) / 180)
  return {
    x: ((point.lon + 180) / 360) * scale,
    y: (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * scale,
  }
}

/** Tiles of zoom `z` whose picture contains the point, neighbours across a near edge included. */
export function tilesAt(point: Point, z: number): TileId[] {
  const { x, y } = exact(point, z)
  const near = (value: number): number[] => [...new Set([value - EDGE, value, value + EDGE].map(Math.floor))]
  const limit = 2 ** z
  return near(x)
    .flatMap((column) => near(y).map((row) => ({ z, x: column, y: row })))
    .filter((tile) => tile.x >= 0 && tile.y >= 0 && tile.x < limit && tile.y < limit)
}

function below(tile: TileId, z: number): TileId[] {
  const factor = 2 ** (z - tile.z)
  const side = Array.from({ length: factor }, (_, index) => index)
  return side.flatMap((dx) => side.map((dy) => ({ z, x: tile.x * factor + dx, y: tile.y * factor + dy })))
}

function above(tile: TileId, z: number): TileId {
  const shift = tile.z - z
  return { z, x: tile.x >> shift, y: tile.y >> shift }
}

/** Every tile of zoom `z` that a change in `tiles` (at `point`, when known) touches. */
export function changedAt(z: number, tiles: TileId[], point: Point | null): TileId[] {
  if (point) return tilesAt(point, z)
  return tiles.flatMap((tile) => (z > tile.z ? below(tile, z) : [above(tile, z)]))
}

const TILE_URL = /\/tiles\/([^/?]+)\/(\d+)\/(\d+)\/(\d+)/

/** Layer and tile of a tile address of our server, or null for any other address. */
export function tileOfUrl(url: string): { layer: string; tile: TileId } | null {
  const found = TILE_URL.exec(url)
  if (!found) return null
  const [, layer = '', z, x, y] = found
  return { layer, tile: { z: Number(z), x: Number(x), y: Number(y) } }
}
