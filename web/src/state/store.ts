/** Everything the console knows, in one place; the other files of this folder change it. */
import { reactive } from 'vue'
import type { MultiPolygon } from 'geojson'
import type { Problem } from '../api/client'
import type {
  BaseMap,
  Category,
  Counts,
  LayerEntry,
  LiveEvent,
  Located,
  NearItem,
  NearestLayer,
  Order,
  OrderSummary,
  Point,
  Registered,
  Session,
} from '../api/types'
import type { Window } from '../lib/window'

/** A camera or patroller: from the map, or from the list of who is near. */
export type SignFacts = Partial<NearItem> & Pick<NearItem, 'id' | 'name' | 'lon' | 'lat'> & { layer: NearestLayer }

export type Tab = 'all' | 'to_dispatch' | 'supervised'
export type Pane = 'none' | 'order' | 'register'
export type Flyout = 'none' | 'layers' | 'help' | 'account'

export interface Toast {
  event: LiveEvent
  major: boolean
}

const NO_COUNTS: Counts = { total: 0, green: 0, yellow: 0, red: 0, to_dispatch: 0, supervised: 0 }

export const store = reactive({
  phase: 'starting' as 'starting' | 'out' | 'in',
  session: null as Session | null,
  expired: false,
  /** The server's clock, ticking here. */
  now: Date.now(),

  pane: 'none' as Pane,
  flyout: 'none' as Flyout,
  queueFolded: false,
  cardFolded: false,
  wide: false,

  queue: {
    items: [] as OrderSummary[],
    counts: { ...NO_COUNTS },
    next: null as string | null,
    tab: 'all' as Tab,
    lamp: null as 'green' | 'yellow' | 'red' | null,
    mine: false,
    sort: 'due' as 'due' | 'reported',
    q: '',
    loading: false,
    loaded: false,
    problem: null as Problem | null,
  },

  selected: null as string | null,
  order: null as Order | null,
  orderLoading: false,
  orderProblem: null as Problem | null,
  /** Somebody else acted first: what to say about it. */
  conflict: null as { who: string | null; state: string } | null,
  acting: false,
  actProblem: null as Problem | null,

  near: {
    layer: 'patrols' as NearestLayer,
    items: [] as NearItem[],
    radius_m: 0,
    loading: false,
    problem: null as Problem | null,
    chosen: null as number | null,
    hovered: null as number | null,
  },

  /** The camera or patroller asked about; what only the server knows of it follows. */
  sign: null as SignFacts | null,

  layers: [] as LayerEntry[],
  /** The whole of what this installation governs; the map veils the rest. */
  outlines: [] as MultiPolygon[],
  basemaps: [] as BaseMap[],
  basemap: 'local',
  shown: {} as Record<string, boolean>,
  opacity: {} as Record<string, number>,
  /** Features on screen per layer and legend line, filled by the map. */
  onScreen: {} as Record<string, number[]>,
  /** Metres a pixel covers at the middle of the map, and the zoom. */
  ground: { perPixel: 0, zoom: 0 },
  layersProblem: null as Problem | null,
  mapProblem: false,

  timeOpen: false,
  playing: false,
  window: null as Window | null,
  /** Reports per hour since the epoch, for the bars behind the slider. */
  hours: new Map<number, number>(),

  live: { status: 'connecting' as 'connecting' | 'on' | 'off', lastAt: null as number | null },
  toasts: [] as Toast[],

  categories: [] as Category[],
  register: {
    picking: false,
    point: null as Point | null,
    located: null as Located | null,
    busy: false,
    problem: null as Problem | null,
    done: null as Registered | null,
  },
})

export function may(verb: string): boolean {
  return store.session?.user.verbs.includes(verb) ?? false
}
