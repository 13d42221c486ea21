/** Pure helpers over MapLibre style values. */

type Value = unknown

/** The same value with every number it can yield multiplied; zoom curves keep their shape. */
export function scaled(value: Value, factor: number): Value {
  if (value === undefined || value === null) return factor
  if (typeof value === 'number') return Math.round(value * factor * 1000) / 1000
  if (!Array.isArray(value)) return value
  const [operator] = value as [string]
  if (operator === 'interpolate') return value.map((part: Value, at) => (at >= 4 && at % 2 === 0 ? scaled(part, factor) : part))
  if (operator === 'step') return value.map((part: Value, at) => (at >= 2 && at % 2 === 0 ? scaled(part, factor) : part))
  return ['*', factor, value]
}

/** What opacity is called for each kind of layer. */
export const OPACITY: Record<string, string[]> = {
  fill: ['fill-opacity'],
  line: ['line-opacity'],
  circle: ['circle-opacity', 'circle-stroke-opacity'],
  symbol: ['icon-opacity', 'text-opacity'],
  raster: ['raster-opacity'],
  heatmap: ['heatmap-opacity'],
  'fill-extrusion': ['fill-extrusion-opacity'],
}

type Properties = Record<string, unknown>
type Bounds = [number | null, number | null]
type Where = Record<string, string | boolean | number | Bounds>

function fits(properties: Properties, where: Where): boolean {
  return Object.entries(where).every(([name, wanted]) => {
    const value = properties[name]
    if (!Array.isArray(wanted)) return value === wanted
    const [low, high] = wanted
    return typeof value === 'number' && (low === null || value > low) && (high === null || value <= high)
  })
}

export interface Drawn {
  source: string | undefined
  properties: Properties
}

export interface Rendered {
  id?: string | number | undefined
  sourceLayer?: string
  properties: Properties
  geometry: unknown
}

/** What tells one thing from another: its number, else its place for a point; a surface may come in pieces. */
function identity({ id, sourceLayer, properties, geometry }: Rendered): string {
  const isPoint = (geometry as { type: string }).type === 'Point'
  return JSON.stringify([sourceLayer, id ?? [properties, isPoint && geometry]])
}

/** Each thing once: several style layers draw the same feature, and tile edges cut it. */
export function distinct(found: Rendered[]): Drawn[] {
  const once = new Map(found.map((feature) => [identity(feature), feature]))
  return [...once.values()].map(({ sourceLayer, properties }) => ({ source: sourceLayer, properties }))
}

/** Sources whose features stand for `n` things each. */
const CLUSTERED = '_cluster'
/** Sources that only carry the names of what another source draws. */
const LABEL = '_label'

/** Things on screen per legend line; a feature counts for the first line that fits it. */
export function legendCounts(drawn: Drawn[], legend: { source?: string | null; where?: Where }[]): number[] {
  const counts = legend.map(() => 0)
  for (const feature of drawn) {
    if (feature.source?.endsWith(LABEL)) continue
    const at = legend.findIndex(
      (entry) => (!entry.source || entry.source === feature.source) && fits(feature.properties, entry.where ?? {}),
    )
    const several = feature.source?.endsWith(CLUSTERED) ? Number(feature.properties.n) : 1
    if (at >= 0) counts[at] = (counts[at] ?? 0) + several
  }
  return counts
}
