import { expect, it } from 'vitest'
import { outsideOf } from './veil'

it('makes holes that run against the outer ring, whichever way the outlines run', () => {
  const ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
  const hole = [[0.5, 0.4], [0.6, 0.4], [0.6, 0.5], [0.5, 0.4]]
  const areas = [{ type: 'MultiPolygon' as const, coordinates: [[ring, hole], [ring.toReversed()]] }]
  const { coordinates } = outsideOf(areas)
  expect(coordinates).toHaveLength(3)
  expect(coordinates.slice(1)).toEqual([ring.toReversed(), ring.toReversed()])
})
