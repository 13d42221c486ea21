/** Ground and screen: scale bar, distances in words, frames around points. */
import type { Point } from '../api/types'

const EQUATOR_M = 40_075_016.686
const TILE_PX = 512

export function metresPerPixel(lat: number, zoom: number): number {
  return (EQUATOR_M * Math.cos((lat * Math.PI) / 180)) / (TILE_PX * 2 ** zoom)
}

/** The longest round length (1, 2 or 5 times a power of ten) that fits into `maxPx`. */
export function scaleBar(perPixel: number, maxPx: number): { metres: number; px: number } {
  const most = perPixel * maxPx
  const power = 10 ** Math.floor(Math.log10(most))
  const metres = ([5, 2, 1].find((step) => step * power <= most) ?? 1) * power
  return { metres, px: Math.round(metres / perPixel) }
}

export interface Length {
  value: string
  unit: 'm' | 'km'
}

/** Metres below 1,000, then kilometres with at most one decimal below ten. */
export function lengthOf(metres: number): Length {
  if (metres < 1000) return { value: String(Math.round(metres)), unit: 'm' }
  const km = metres / 1000
  return { value: String(km < 10 ? Math.round(km * 10) / 10 : Math.round(km)), unit: 'km' }
}

const EARTH_RADIUS_M = 6_371_008.8

/** Along the great circle of a sphere: good to half a percent, for what is said with "about". */
export function metresBetween(a: Point, b: Point): number {
  const rad = Math.PI / 180
  const half = (from: number, to: number): number => Math.sin(((to - from) * rad) / 2) ** 2
  const share = half(a.lat, b.lat) + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * half(a.lon, b.lon)
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(share))
}

export type Box = [west: number, south: number, east: number, north: number]

export function boxOf(points: Point[]): Box | null {
  if (!points.length) return null
  const lons = points.map((point) => point.lon)
  const lats = points.map((point) => point.lat)
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}

interface Size {
  width: number
  height: number
}

const mercatorY = (lat: number): number => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360))

/** Middle of a box and the closest zoom at which it fits into a part of the screen, at most `most`. */
export function frameOf([west, south, east, north]: Box, free: Size, most: number): Point & { zoom: number } {
  const wide = (east - west) / 360
  const high = (mercatorY(north) - mercatorY(south)) / (2 * Math.PI)
  const zoomFor = (px: number, share: number): number => Math.log2(Math.max(px, 1) / (TILE_PX * Math.max(share, 1e-12)))
  const middle = (mercatorY(north) + mercatorY(south)) / 2
  return {
    lon: (west + east) / 2,
    lat: ((Math.atan(Math.exp(middle)) - Math.PI / 4) * 360) / Math.PI,
    zoom: Math.min(most, zoomFor(free.width, wide), zoomFor(free.height, high)),
  }
}
