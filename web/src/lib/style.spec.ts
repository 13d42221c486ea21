import { describe, expect, it } from 'vitest'
import { legendCounts, scaled } from './style'

describe('scaled', () => {
  it('multiplies numbers, curves and expressions', () => {
    expect(scaled(undefined, 0.5)).toBe(0.5)
    expect(scaled(0.8, 0.5)).toBe(0.4)
    expect(scaled(['interpolate', ['linear'], ['zoom'], 9, 0, 12, 0.6], 0.5)).toEqual([
      'interpolate', ['linear'], ['zoom'], 9, 0, 12, 0.3,
    ])
    expect(scaled(['step', ['zoom'], 1, 13, 0.5], 0.5)).toEqual(['step', ['zoom'], 0.5, 13, 0.25])
    expect(scaled(['get', 'o'], 0.5)).toEqual(['*', 0.5, ['get', 'o']])
  })
})

describe('legendCounts', () => {
  it('counts a feature once, by the first line that fits', () => {
    const legend: Parameters<typeof legendCounts>[1] = [
      { source: 'orders', where: { lamp: 'red' } },
      { source: 'orders' },
      { source: 'heat', where: { n: [5, 10] } },
      { source: 'orders_cluster' },
    ]
    const drawn = [
      { source: 'orders', properties: { lamp: 'red' } },
      { source: 'orders', properties: { lamp: 'green' } },
      { source: 'heat', properties: { n: 10 } },
      { source: 'heat', properties: { n: 5 } },
      { source: 'orders_cluster', properties: { n: 12 } },
    ]
    expect(legendCounts(drawn, legend)).toEqual([1, 1, 1, 12])
  })
})
