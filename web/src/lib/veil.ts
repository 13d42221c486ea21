/** What lies outside the areas: the world with them as its holes. */
import type { MultiPolygon, Polygon, Position } from 'geojson'

/** Counter-clockwise, as the outer ring of RFC 7946. */
const WORLD: Position[] = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]]

function clockwise(ring: Position[]): boolean {
  const twice = ring.slice(1).reduce((sum, [x = 0, y = 0], at) => {
    const [x0 = 0, y0 = 0] = ring[at] ?? []
    return sum + (x0 * y - x * y0)
  }, 0)
  return twice < 0
}

/** A map takes a ring for a hole only when it runs the other way. Holes of an area itself stay clear. */
export function outsideOf(areas: MultiPolygon[]): Polygon {
  const outlines = areas.flatMap(({ coordinates }) => coordinates.flatMap(([outline]) => (outline ? [outline] : [])))
  const holes = outlines.map((outline) => (clockwise(outline) ? outline : outline.toReversed()))
  return { type: 'Polygon', coordinates: [WORLD, ...holes] }
}
