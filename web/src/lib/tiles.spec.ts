import { describe, expect, it } from 'vitest'
import { changedAt, overlaps, parseTile, tileOfUrl, tilesAt } from './tiles'

const JINAN = { lon: 117.0667, lat: 36.6864 }

describe('tiles', () => {
  it('finds the tile of a point', () => {
    expect(tilesAt(JINAN, 0)).toEqual([{ z: 0, x: 0, y: 0 }])
    expect(tilesAt(JINAN, 12)).toContainEqual({ z: 12, x: 3379, y: 1598 })
  })

  it('names the neighbour of a point on an edge', () => {
    expect(tilesAt({ lon: 0, lat: 0.001 }, 1)).toHaveLength(4)
  })

  it('knows family from strangers', () => {
    expect(overlaps({ z: 12, x: 3379, y: 1598 }, { z: 14, x: 13518, y: 6393 })).toBe(true)
    expect(overlaps({ z: 14, x: 13514, y: 6392 }, { z: 12, x: 3379, y: 1598 })).toBe(false)
    expect(overlaps({ z: 3, x: 6, y: 3 }, { z: 3, x: 6, y: 3 })).toBe(true)
  })

  it('goes up and down from the tile of an event without a point', () => {
    const tile = parseTile('12/3379/1598')
    expect(changedAt(11, [tile], null)).toEqual([{ z: 11, x: 1689, y: 799 }])
    expect(changedAt(14, [tile], null)).toHaveLength(16)
    expect(changedAt(14, [tile], null).every((child) => overlaps(child, tile))).toBe(true)
  })

  it('reads our addresses and no others', () => {
    expect(tileOfUrl('http://h/tiles/orders/12/3379/1598.mvt?since=1')).toEqual({
      layer: 'orders',
      tile: { z: 12, x: 3379, y: 1598 },
    })
    expect(tileOfUrl('http://h/basemaps/local.pmtiles')).toBeNull()
  })
})
