/** The shapes the console reads: the server's own (`npm run types`), and those that it describes only as objects. */
import type { MultiPolygon } from 'geojson'
import type { components } from './types.gen'

type Schemas = components['schemas']

/** WGS84, longitude first, as every point of the contract. */
export interface Point {
  lon: number
  lat: number
}

export type Lamp = Schemas['Lamp']
export type Session = Schemas['SessionReply']
export type OrderSummary = Schemas['OrderSummary']
export type Counts = Schemas['Counts']
export type TimelineEntry = Omit<Schemas['TraceRow'], 'rule'>
export type ActionOffer = Schemas['Button']
export type ActionBody = Partial<Schemas['ActionBody']> & { version: number }
export type Category = Schemas['Category']
export type Located = Schemas['LocateReply']
export type NearItem = Schemas['NearItem']
export type Near = Schemas['NearReply']
export type NearestLayer = 'patrols' | 'cameras'
export type Limit = Schemas['Limit'] & { unit: 'calendar_hour' | 'work_hour' | 'work_day' }
export type NewReport = Partial<Schemas['ReportBody']> & Pick<Schemas['ReportBody'], 'content'>
export type Registered = Omit<Schemas['Filed'], 'decision'> & { decision: Decision | null }

export interface Area {
  code: string
  depth: number
  geojson: MultiPolygon | null
}

export interface OrderPage {
  items: OrderSummary[]
  next: string | null
  counts: Counts | null
}

export type Order = Omit<Required<Schemas['OrderView']>, 'decision' | 'limits'> & {
  decision: Decision | null
  limits: Limit[]
}

export interface Candidate {
  org: string
  post: string
  user_id: number | null
  name: string | null
  eligible: boolean
  reason_code: string
  reason_zh: string
  reason_en: string
}

export interface Decision {
  status: 'inside' | 'border' | 'snapped' | 'outside' | 'none'
  border_m: number | null
  accuracy_m: number | null
  near_border: boolean
  runner_up: { code: string; name: string; distance_m: number } | null
  release: { no: number; published_at: string | null } | null
  rule: { key: string; version: number; text_zh: string; text_en: string } | null
  chosen: {
    post: string
    user_id: number | null
    name: string | null
    phone_masked: string | null
    duty: boolean
    org: string
    load: number | null
  } | null
  candidates: Candidate[]
  function: string | null
}

export interface Symbol {
  shape: 'disc' | 'triangle' | 'diamond' | 'square' | 'line' | 'fill' | 'arrow'
  color: string
  edge?: string | null
  char?: string | null
  dash?: number[] | null
  width?: number
  opacity?: number
}

/** One line of a legend; `where` says which features it stands for: a value, or (lowest, highest] of a class. */
export interface LegendEntry {
  label_zh: string
  label_en: string
  symbol: Symbol
  source?: string | null
  where?: Record<string, string | boolean | number | [number | null, number | null]>
}

export interface LayerEntry {
  id: string
  group: string
  title_zh: string
  title_en: string
  minzoom: number
  maxzoom: number
  kind: 'vector'
  tiles: string
  tilejson: string
  style: Record<string, unknown>[]
  legend: LegendEntry[]
  filters: { name: string }[]
  scoped: boolean
  on?: boolean
}

export interface BaseMap {
  id: string
  title_zh: string
  title_en: string
  kind: 'pmtiles' | 'raster'
  urls: string[]
  maxzoom: number
  datum: string
  attribution: string
  available: boolean
  needs_network: boolean
  style: Record<string, unknown>[]
}

export interface LiveEvent {
  id: number
  kind: string
  subject_kind: string
  subject_id: number
  order_no?: string
  version: number
  at: string
  lon?: number | null
  lat?: number | null
  tiles: string[]
  layers: string[]
  data: { title?: string; state?: string; lamp?: Lamp; major?: boolean; urgent?: boolean } & Record<string, unknown>
}

export interface LiveHint {
  topic: string
}

export interface StoredFile {
  id: number
  kind: string
  mime: string
  size: number
}
