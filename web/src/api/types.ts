/** The shapes of the HTTP contract as the console reads them. Points are WGS84, longitude first. */

export interface Point {
  lon: number
  lat: number
}

export type Lamp = 'green' | 'yellow' | 'red'

export interface AreaRef {
  level_name: string
  code: string
  name: string
}

export interface CellRef {
  code: string
  name: string
}

export interface User {
  id: number
  name: string
  login: string
  roles: string[]
  verbs: string[]
  org: string | null
  areas: AreaRef[]
  bounds: [number, number, number, number] | null
}

export interface Session {
  user: User
  csrf: string
  demo: boolean
  now: string
}

export interface CategoryRef {
  code: string
  name_zh: string
  name_en: string
  char: string
}

export interface Category extends CategoryRef {
  parent_code: string | null
}

export interface Source {
  code: string
  name_zh: string
  name_en: string
}

export interface Holder {
  user_id: number | null
  name: string | null
  org: string | null
}

export interface OrderSummary {
  no: string
  title: string
  category: CategoryRef | null
  source: string
  state: string
  lamp: Lamp | null
  due_at: string | null
  yellow_at: string | null
  clock_started_at: string | null
  reported_at: string
  lon: number | null
  lat: number | null
  address: string | null
  cell: CellRef | null
  place: string | null
  holder: Holder | null
  supervised: boolean
  major: boolean
  urgent: boolean
  version: number
  score: number | null
  closed_at: string | null
  provisional: boolean
}

export interface Counts {
  total: number
  green: number
  yellow: number
  red: number
  to_dispatch: number
  supervised: number
}

export interface OrderPage {
  items: OrderSummary[]
  next: string | null
  counts: Counts | null
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
  runner_up: (CellRef & { distance_m: number }) | null
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

export interface Limit {
  key: string
  amount: number
  unit: 'calendar_hour' | 'work_hour' | 'work_day'
  started_at: string | null
  due_at: string | null
  ours: boolean
  version: number
  name_zh: string
  name_en: string
  stated_by: string
}

export interface FileRef {
  id: number
  kind: string
}

export interface TimelineEntry {
  version: number
  action: string
  from_state: string | null
  to_state: string | null
  at: string
  actor_name: string | null
  system: boolean
  note: string | null
  files: FileRef[]
  due_before: string | null
  due_after: string | null
}

export type Need = 'note' | 'photo' | 'user' | 'score' | 'text' | 'category' | 'cell'

export interface ActionOffer {
  action: string
  label_zh: string
  label_en: string
  needs: Need[]
  primary: boolean
}

export interface Supervision {
  id: number
  origin: string
  state: string
  instruction: string | null
  issued_at: string
  due_at: string | null
  answer: string | null
  answered_at: string | null
}

export interface Assignment {
  mode: string
  seq: number
  user_id: number | null
  user_name: string | null
  org_id: number | null
  org_name: string | null
  post: string
  assigned_at: string
  due_at: string | null
  signed_at: string | null
  done_at: string | null
  result: string
  ended_as: string | null
}

export interface Order extends OrderSummary {
  content: string | null
  area_path: AreaRef[]
  decision: Decision | null
  limits: Limit[]
  assignments: Assignment[]
  timeline: TimelineEntry[]
  actions: ActionOffer[]
  files: FileRef[]
  reporter: { name: string | null; phone: string | null } | null
  supervisions: Supervision[]
  rating: { score: number; text: string | null; at: string } | null
  closure_policy: string | null
}

export interface ActionBody {
  version: number
  note?: string
  file_ids?: number[]
  user_id?: number
  text?: string
}

export interface Located {
  status: Decision['status']
  cell: { id: number; code: string; name: string } | null
  ancestors: AreaRef[]
  border_m: number | null
  runner_up: (CellRef & { distance_m: number }) | null
  people: { post: string; user_id: number; name: string; on_duty: boolean | null }[]
  release: { no: number; published_at: string | null } | null
}

export type NearestLayer = 'patrols' | 'cameras'

export interface NearItem extends Point {
  id: number
  name: string
  distance_m: number
  azimuth_deg: number
  state?: string | null
  on_duty?: boolean | null
  fix_age_s?: number | null
  stale?: boolean | null
  load?: number | null
  cell?: CellRef | null
  user_id?: number | null
}

export interface Near {
  items: NearItem[]
  searched: { radius_m: number | null; k: number }
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

export interface NewReport {
  source: string
  category: string
  title?: string
  content: string
  lon: number
  lat: number
  datum: 'wgs84'
  address?: string
  urgent?: boolean
  reporter?: { name: string; phone: string; anonymous: boolean }
  file_ids?: number[]
}

export interface Registered {
  order_no: string
  state: string
  tracking_token: string
  cell: CellRef | null
  holder: Holder | null
  decision: Decision | null
}

export interface StoredFile {
  id: number
  kind: string
  mime: string
  size: number
}
