import { describe, expect, it } from 'vitest'
import { boxOf, lengthOf, metresPerPixel, scaleBar } from './scale'

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
