/** The map itself. Only this folder knows MapLibre; the console speaks to it through `View`. */
import 'maplibre-gl/dist/maplibre-gl.css'
import { Map, Marker, setWorkerUrl, type MapMouseEvent, type PaddingOptions } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import type { MultiPolygon } from 'geojson'
import type { BaseMap, LayerEntry, LiveEvent, Point } from '../api/types'
import { Changes } from '../lib/changes'
import { boxOf, frameOf, metresPerPixel, type Box } from '../lib/scale'
import { changedAt, parseTile } from '../lib/tiles'
import { baseOf, isBase, PAPER, registerPmtiles } from './basemap'
import { addEntry, countEntry, fadeEntry, narrowEntry, removeEntry, showEntry, styleIds } from './catalogue'
import { hitOf, isSign, nearestFirst, type Hit, type Sign } from './hits'
import { provideImages } from './images'
import { addOverlay, drawOverlay, outlineCell, sinkBeneath, TOPMOST, type Picture } from './overlay'
import { addVeil, drawVeil, VEIL } from './veil'

setWorkerUrl(workerUrl)

const CLOSE_ZOOM = 15.6
const FRAME_ZOOM = 16.2
const RAW_FROM_ZOOM = 13
const CLICK_PX = 6
/** With the keyboard one aims by the middle of the map. */
const AIM_PX = 40
const CAMERA_MS = 400
const PANEL_MS = 200
/** Room around what is framed, for signs and their names. */
const FRAME_PX = 70
const HOME_PX = 24
const ORDERS = 'orders'
/** Layers of signs that lines lead to. */
const SIGNS = ['cameras', 'patrols', ORDERS]
const HEAT = 'heat'

export interface Hooks {
  order: (no: string) => void
  sign: (sign: Sign) => void
  place: (point: Point) => void
  picking: () => boolean
  scale: (metresPerPixel: number, zoom: number) => void
  counted: (counts: Record<string, number[]>) => void
  baseFailed: () => void
}

const reduced = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches

export class View {
  readonly map: Map
  private readonly ready: Promise<void>
  private readonly changes = new Changes()
  private entries: LayerEntry[] = []
  private base: BaseMap | null = null
  private picture: Picture = { selected: null, cell: null, lines: [], place: null, sign: null }
  private home: Box | null = null
  /** Nobody has moved away from the whole district. */
  private atHome = false
  private padding: PaddingOptions = { top: 0, bottom: 0, left: 0, right: 0 }

  constructor(container: HTMLElement, private readonly hooks: Hooks) {
    registerPmtiles()
    this.map = new Map({
      container,
      style: { version: 8, sources: {}, layers: [PAPER] },
      attributionControl: false,
      localIdeographFontFamily: '"Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif',
      maxZoom: 19,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: reduced() ? 0 : 120,
      // A tile kept off screen would come back without the changes made meanwhile.
      maxTileCacheSize: 0,
      transformRequest: (url) => ({ url: this.changes.address(url) }),
    })
    this.map.touchZoomRotate.disableRotation()
    provideImages(this.map)
    this.ready = new Promise((resolve) => {
      this.map.once('load', () => {
        addVeil(this.map)
        addOverlay(this.map)
        resolve()
      })
    })
    this.listen()
  }

  private listen(): void {
    const { map, hooks } = this
    const scale = (): void => hooks.scale(metresPerPixel(map.getCenter().lat, map.getZoom()), map.getZoom())
    map.on('move', scale)
    map.on('click', (event) => this.clicked(event))
    map.on('mousemove', (event) => {
      map.getCanvas().style.cursor = hooks.picking() ? 'crosshair' : this.hitAt(event.point, CLICK_PX) ? 'pointer' : ''
    })
    map.on('idle', () => this.count())
    map.on('movestart', (event) => {
      if (event.originalEvent) this.atHome = false
    })
    map.getCanvas().addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return
      // The card takes the focus at once; the same press must not close it again.
      event.preventDefault()
      const center = map.getCenter()
      this.chosen(map.project(center), { lon: center.lng, lat: center.lat }, AIM_PX)
    })
    map.on('error', (event) => {
      if (isBase((event as { sourceId?: string }).sourceId)) hooks.baseFailed()
    })
    void this.ready.then(scale)
  }

  destroy(): void {
    this.map.remove()
  }

  /** The sign under a point of the screen: orders before people, people before cameras. */
  private hitAt({ x, y }: { x: number; y: number }, reach: number): Hit | null {
    const { map } = this
    for (const id of SIGNS.toReversed()) {
      const entry = this.entries.find((one) => one.id === id)
      const layers = entry ? styleIds(entry).filter((style) => isSign(map, style)) : []
      const found = layers.length ? map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers }) : []
      const [nearest] = nearestFirst(map, found, x, y)
      if (nearest) return hitOf(id, nearest)
    }
    return null
  }

  private clicked({ point, lngLat }: MapMouseEvent): void {
    this.chosen(point, { lon: lngLat.lng, lat: lngLat.lat }, CLICK_PX)
  }

  private chosen(at: { x: number; y: number }, place: Point, reach: number): void {
    const { hooks } = this
    if (hooks.picking()) {
      hooks.place(place)
      return
    }
    const hit = this.hitAt(at, reach)
    if (!hit) return
    if ('no' in hit) hooks.order(hit.no)
    else if ('sign' in hit) hooks.sign(hit.sign)
    else this.fly(hit.cluster, Math.max(RAW_FROM_ZOOM + 0.2, this.map.getZoom() + 2))
  }

  private count(): void {
    const shown = this.entries.filter(({ id }) => this.map.getSource(id))
    this.hooks.counted(Object.fromEntries(shown.map((entry) => [entry.id, countEntry(this.map, entry)])))
  }

  // ---------------------------------------------------------------- what is drawn

  async setBase(entry: BaseMap): Promise<void> {
    await this.ready
    const { map } = this
    const before = this.base && baseOf(this.base)
    for (const { id } of before?.layers ?? []) map.removeLayer(id)
    for (const id of Object.keys(before?.sources ?? {})) map.removeSource(id)
    this.base = entry
    const { sources, layers } = baseOf(entry)
    for (const [id, source] of Object.entries(sources)) map.addSource(id, source)
    for (const layer of layers) map.addLayer(layer, VEIL)
    this.sinkHeat()
  }

  /** Puts the catalogue on the map, lowest first, beneath the overlay. */
  async setLayers(entries: LayerEntry[]): Promise<void> {
    await this.ready
    for (const entry of this.entries) removeEntry(this.map, entry)
    this.entries = entries
    for (const entry of entries) addEntry(this.map, entry, TOPMOST)
    const signs = entries.find(({ id }) => SIGNS.includes(id))
    sinkBeneath(this.map, signs && styleIds(signs)[0])
    this.sinkHeat()
  }

  /** Names and borders stay readable over the heat, those of the base map too. */
  private sinkHeat(): void {
    const entry = this.entries.find(({ id }) => id === HEAT)
    const names = this.base && baseOf(this.base).layers.find(({ type }) => type === 'symbol')
    for (const id of entry ? styleIds(entry) : []) this.map.moveLayer(id, names?.id ?? VEIL)
  }

  async veil(areas: MultiPolygon[]): Promise<void> {
    await this.ready
    drawVeil(this.map, areas)
  }

  async show(id: string, shown: boolean, opacity: number, query: Record<string, string>): Promise<void> {
    await this.ready
    const entry = this.entries.find((one) => one.id === id)
    if (!entry) return
    narrowEntry(this.map, entry, query)
    showEntry(this.map, entry, shown)
    fadeEntry(this.map, entry, opacity)
  }

  async draw(picture: Picture): Promise<void> {
    await this.ready
    if (picture.cell !== this.picture.cell) outlineCell(this.map, picture.cell, this.aboveCells())
    this.picture = picture
    drawOverlay(this.map, picture)
  }

  /** The first layer drawn over the borders: labels of cells stay above the outline. */
  private aboveCells(): string | undefined {
    const cells = this.entries.find(({ id }) => id === 'cells')
    const last = cells && styleIds(cells).find((id) => id.endsWith('name'))
    return last ?? TOPMOST
  }

  // ---------------------------------------------------------------- what changes

  /** Asks again for exactly the tiles an event changed. */
  changed(event: LiveEvent, position: string): void {
    this.changes.note(event, position, Date.now())
    for (const entry of this.entries) if (event.layers.includes(entry.id)) this.refresh(entry, event)
  }

  private refresh(entry: LayerEntry, event: LiveEvent): void {
    const { map } = this
    if (!map.getSource(entry.id)) return
    const point = event.lon != null && event.lat != null ? { lon: event.lon, lat: event.lat } : null
    // Counted hexagons reach over tile edges; signs only a little.
    const exact = entry.id === ORDERS ? point : null
    const tiles = event.tiles.map(parseTile)
    const highest = Math.min(entry.maxzoom, Math.ceil(map.getZoom()) + 1)
    const zooms = Array.from({ length: 4 }, (_, back) => highest - back).filter((z) => z >= entry.minzoom)
    const ids = zooms.flatMap((z) => changedAt(z, tiles, exact))
    map.refreshTiles(entry.id, ids)
    // A tile on its way when the event came may be older than the event.
    if (!map.isSourceLoaded(entry.id)) map.once('idle', () => map.getSource(entry.id) && map.refreshTiles(entry.id, ids))
  }

  refreshLayer(id: string): void {
    if (this.map.getSource(id)) this.map.refreshTiles(id)
  }

  refreshAll(): void {
    for (const { id } of this.entries) this.refreshLayer(id)
  }

  /** Three rings run out from a new dot. */
  pulse(at: Point): void {
    if (reduced()) return
    const element = document.createElement('div')
    element.className = 'pulse'
    const marker = new Marker({ element }).setLngLat([at.lon, at.lat]).addTo(this.map)
    element.addEventListener('animationend', () => marker.remove())
  }

  // ---------------------------------------------------------------- camera

  /** Every move states the padding: one that is cut short by the next must not leave half of it behind. */
  private move(to: { lon: number; lat: number; zoom?: number } | null, ms: number): void {
    const { padding } = this
    this.atHome = false
    const duration = reduced() ? 0 : ms
    if (!to) this.map.easeTo({ padding, duration })
    else this.map.easeTo({ center: [to.lon, to.lat], zoom: to.zoom ?? this.map.getZoom(), padding, duration })
  }

  /** What the panels cover has changed; `keep` stays in the middle of the rest, the whole district stays whole. */
  pad(padding: PaddingOptions, keep: Point | null): void {
    this.padding = padding
    if (this.atHome && !keep) this.goHome(PANEL_MS)
    else this.move(keep, PANEL_MS)
  }

  fly(to: Point, zoom = Math.max(CLOSE_ZOOM, this.map.getZoom())): void {
    this.move({ ...to, zoom }, CAMERA_MS)
  }

  /** Shows the points in the free part of the map, no closer than is of use, at least the first. */
  frame(points: Point[]): void {
    const box = boxOf(points)
    const [first] = points
    if (!box || !first) return
    const whole = frameOf(box, this.free(FRAME_PX), FRAME_ZOOM)
    // From too far away single signs are no longer drawn.
    this.move(whole.zoom < RAW_FROM_ZOOM ? { ...first, zoom: RAW_FROM_ZOOM + 0.1 } : whole, CAMERA_MS)
  }

  private free(margin: number): { width: number; height: number } {
    const { top = 0, bottom = 0, left = 0, right = 0 } = this.padding
    const { clientWidth, clientHeight } = this.map.getContainer()
    return { width: clientWidth - left - right - 2 * margin, height: clientHeight - top - bottom - 2 * margin }
  }

  zoom(by: number): void {
    this.atHome = false
    this.map.easeTo({ zoom: this.map.getZoom() + by, padding: this.padding, duration: reduced() ? 0 : PANEL_MS })
  }

  /** Before anything is drawn: what the panels cover, and the district in the rest. */
  start(padding: PaddingOptions, home: Box | null): void {
    this.padding = padding
    this.home = home
    this.goHome(0)
  }

  goHome(ms = CAMERA_MS): void {
    this.move(this.home && frameOf(this.home, this.free(HOME_PX), FRAME_ZOOM), ms)
    this.atHome = true
  }
}
