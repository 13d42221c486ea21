import { describe, expect, it } from 'vitest'
import { boxOf, frameOf, lengthOf, metresBetween, metresPerPixel, scaleBar } from './scale'

describe('scaleBar', () => {
  it('is round and fits', () => {
    for (const zoom of [8, 11.3, 14, 16.7, 19]) {
      const bar = scaleBar(metresPerPixel(36.7, zoom), 96)
      expect(bar.px).toBeLessThanOrEqual(96)
      expect(bar.px).toBeGreaterThan(96 / 2.6)
      expect(['1', '2', '5']).toContain(String(bar.metres)[0])
    }
  })
})

describe('lengthOf', () => {
  it.each([
    [285.6, '286', 'm'],
    [1240, '1.2', 'km'],
    [5000, '5', 'km'],
    [23_400, '23', 'km'],
  ] as const)('%d m', (metres, value, unit) => expect(lengthOf(metres)).toEqual({ value, unit }))
})

describe('boxOf', () => {
  it('frames the points', () => {
    expect(boxOf([{ lon: 117, lat: 36 }, { lon: 116, lat: 37 }])).toEqual([116, 36, 117, 37])
    expect(boxOf([])).toBeNull()
  })
})

describe('frameOf', () => {
  it('fits the whole world into one tile', () => {
    const world = frameOf([-180, -85.0511287798, 180, 85.0511287798], { width: 512, height: 512 }, 20)
    expect(world.zoom).toBeCloseTo(0, 6)
    expect(world.lat).toBeCloseTo(0, 6)
  })

  it('takes the tighter side and stops at the closest zoom', () => {
    const box: [number, number, number, number] = [117, 36.6, 117.1, 36.61]
    const { zoom, lon } = frameOf(box, { width: 600, height: 600 }, 20)
    expect(metresPerPixel(36.605, zoom) * 600).toBeCloseTo(metresPerPixel(36.605, 0) * 512 * (0.1 / 360), -1)
    expect(lon).toBeCloseTo(117.05)
    expect(frameOf([117, 36, 117, 36], { width: 600, height: 600 }, 16).zoom).toBe(16)
  })
})

describe('metresBetween', () => {
  it('agrees with the ellipsoid within half a percent', () => {
    // Metres on WGS84 by pyproj's Geod.
    const from = { lon: 117, lat: 36.6 }
    expect(Math.abs(metresBetween(from, { lon: 117.1, lat: 36.6 }) / 8947.576 - 1)).toBeLessThan(0.005)
    expect(Math.abs(metresBetween(from, { lon: 117, lat: 36.7 }) / 11_097.109 - 1)).toBeLessThan(0.005)
  })
})
