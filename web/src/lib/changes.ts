/** Which tiles must be asked for afresh, and what the asker has heard of: the `after` of a tile request. */
import { overlaps, parseTile, tileOfUrl, type TileId } from './tiles'

interface Change {
  layers: string[]
  tiles: TileId[]
  after: string
  atMs: number
}

/** By then every server process has heard of the event itself. */
const KEEP_MS = 60_000

export class Changes {
  private list: Change[] = []

  note(event: { layers: string[]; tiles: string[] }, position: string, nowMs: number): void {
    this.list = this.list.filter((change) => nowMs - change.atMs < KEEP_MS)
    this.list.push({ layers: event.layers, tiles: event.tiles.map(parseTile), after: position, atMs: nowMs })
  }

  /** The position of the newest event that touched this tile, or null. */
  after(layer: string, tile: TileId): string | null {
    const last = this.list.findLast(
      (change) => change.layers.includes(layer) && change.tiles.some((other) => overlaps(other, tile)),
    )
    return last?.after ?? null
  }

  /** The address with `after` added where an event makes it necessary. */
  address(url: string): string {
    const found = tileOfUrl(url)
    const after = found && this.after(found.layer, found.tile)
    return after ? `${url}${url.includes('?') ? '&' : '?'}after=${encodeURIComponent(after)}` : url
  }
}
