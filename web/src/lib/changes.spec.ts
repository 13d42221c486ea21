import { describe, expect, it } from 'vitest'
import { Changes } from './changes'

const EVENT = { layers: ['orders', 'heat'], tiles: ['12/3379/1598'] }

describe('Changes', () => {
  it('adds the newest event to exactly the touched tiles', () => {
    const changes = new Changes()
    changes.note(EVENT, '7:7:', 0)
    changes.note(EVENT, '9:9:', 10)
    expect(changes.address('/tiles/orders/14/13518/6393.mvt')).toBe('/tiles/orders/14/13518/6393.mvt?after=9%3A9%3A')
    expect(changes.address('/tiles/heat/10/844/399.mvt?since=1')).toBe('/tiles/heat/10/844/399.mvt?since=1&after=9%3A9%3A')
    expect(changes.address('/tiles/orders/14/1/1.mvt')).toBe('/tiles/orders/14/1/1.mvt')
    expect(changes.address('/tiles/cells/14/13518/6393.mvt')).toBe('/tiles/cells/14/13518/6393.mvt')
  })

  it('forgets after a minute', () => {
    const changes = new Changes()
    changes.note(EVENT, '7:7:', 0)
    changes.note({ layers: [], tiles: [] }, '8:8:', 61_000)
    expect(changes.after('orders', { z: 12, x: 3379, y: 1598 })).toBeNull()
  })
})
