import { describe, expect, it } from 'vitest'
import { distinct, legendCounts, scaled } from './style'

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
      {},
    ]
    const drawn = [
      { source: 'orders', properties: { lamp: 'red' } },
      { source: 'orders', properties: { lamp: 'green' } },
      { source: 'heat', properties: { n: 10 } },
      { source: 'heat', properties: { n: 5 } },
      { source: 'orders_cluster', properties: { n: 12 } },
      { source: 'areas_label', properties: {} },
    ]
    expect(legendCounts(drawn, legend)).toEqual([1, 1, 1, 12, 1])
  })
})

describe('distinct', () => {
  const point = (x: number): unknown => ({ type: 'Point', coordinates: [x, 36] })
  const polygon = (x: number): unknown => ({ type: 'Polygon', coordinates: [[[x, 36]]] })
  const cluster = { sourceLayer: 'patrols_cluster', properties: { n: 3 } }

  it('counts a cluster once that is drawn as a disc and as a number', () => {
    const drawn = [{ ...cluster, geometry: point(117) }, { ...cluster, geometry: point(117) }, { ...cluster, geometry: point(118) }]
    expect(distinct(drawn)).toHaveLength(2)
  })

  it('counts by number where there is one, and a cut surface once', () => {
    const camera = { id: 7, sourceLayer: 'cameras', properties: {} }
    expect(distinct([{ ...camera, geometry: point(1) }, { ...camera, geometry: point(2) }])).toHaveLength(1)
    const hex = { sourceLayer: 'heat', properties: { hex: '8931', n: 6 } }
    expect(distinct([{ ...hex, geometry: polygon(1) }, { ...hex, geometry: polygon(2) }])).toHaveLength(1)
  })
})
