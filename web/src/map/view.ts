/** The map itself. Only this folder knows MapLibre; the console speaks to it through `View`. */
import 'maplibre-gl/dist/maplibre-gl.css'
import { Map, Marker, setWorkerUrl, type MapMouseEvent, type PaddingOptions } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import type { BaseMap, LayerEntry, LiveEvent, Point } from '../api/types'
import { Changes } from '../lib/changes'
import { boxOf, frameOf, metresPerPixel, type Box } from '../lib/scale'
import { changedAt, parseTile } from '../lib/tiles'
import { baseOf, isBase, PAPER, registerPmtiles } from './basemap'
import { addEntry, countEntry, fadeEntry, narrowEntry, removeEntry, showEntry, styleIds } from './catalogue'
import { provideImages } from './images'
import { addOverlay, drawOverlay, outlineCell, sinkBeneath, TOPMOST, type Picture } from './overlay'

setWorkerUrl(workerUrl)

const CLOSE_ZOOM = 15.6
const FRAME_ZOOM = 16.2
const RAW_FROM_ZOOM = 13
const CLICK_PX = 6
const CAMERA_MS = 400
const PANEL_MS = 200
/** Room around what is framed, for signs and their names. */
const FRAME_PX = 70
const HOME_PX = 24
const ORDERS = 'orders'
/** Layers of signs that lines lead to. */
const SIGNS = ['cameras', 'patrols', ORDERS]

export interface Hooks {
  order: (no: string) => void
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
  private picture: Picture = { selected: null, cell: null, lines: [], place: null }
  private home: Box | null = null
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
      map.getCanvas().style.cursor = hooks.picking() ? 'crosshair' : this.orderAt(event) ? 'pointer' : ''
    })
    map.on('idle', () => this.count())
    map.on('error', (event) => {
      if (isBase((event as { sourceId?: string }).sourceId)) hooks.baseFailed()
    })
    void this.ready.then(scale)
  }

  destroy(): void {
    this.map.remove()
  }

  private orderAt(event: MapMouseEvent): { no: string } | { cluster: Point } | null {
    const { x, y } = event.point
    const entry = this.entries.find(({ id }) => id === ORDERS)
    const layers = entry ? styleIds(entry).filter((id) => this.map.getLayer(id)) : []
    if (!layers.length) return null
    const [hit] = this.map.queryRenderedFeatures(
      [[x - CLICK_PX, y - CLICK_PX], [x + CLICK_PX, y + CLICK_PX]],
      { layers },
    )
    if (!hit) return null
    const no: unknown = hit.properties.no
    return typeof no === 'string' ? { no } : { cluster: { lon: event.lngLat.lng, lat: event.lngLat.lat } }
  }

  private clicked(event: MapMouseEvent): void {
    if (this.hooks.picking()) {
      this.hooks.place({ lon: event.lngLat.lng, lat: event.lngLat.lat })
      return
    }
    const hit = this.orderAt(event)
    if (hit && 'no' in hit) this.hooks.order(hit.no)
    else if (hit) this.fly(hit.cluster, Math.max(RAW_FROM_ZOOM + 0.2, this.map.getZoom() + 2))
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
    const lowest = map.getStyle().layers.find(({ id }) => id !== PAPER.id)?.id
    for (const [id, source] of Object.entries(sources)) map.addSource(id, source)
    for (const layer of layers) map.addLayer(layer, lowest)
  }

  /** Puts the catalogue on the map, lowest first, beneath the overlay. */
  async setLayers(entries: LayerEntry[]): Promise<void> {
    await this.ready
    for (const entry of this.entries) removeEntry(this.map, entry)
    this.entries = entries
    for (const entry of entries) addEntry(this.map, entry, TOPMOST)
    const signs = entries.find(({ id }) => SIGNS.includes(id))
    sinkBeneath(this.map, signs && styleIds(signs)[0])
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
    const duration = reduced() ? 0 : ms
    if (!to) this.map.easeTo({ padding, duration })
    else this.map.easeTo({ center: [to.lon, to.lat], zoom: to.zoom ?? this.map.getZoom(), padding, duration })
  }

  /** What the panels cover has changed; `keep` stays in the middle of the rest. */
  pad(padding: PaddingOptions, keep: Point | null): void {
    this.padding = padding
    this.move(keep, PANEL_MS)
  }

  fly(to: Point, zoom = Math.max(CLOSE_ZOOM, this.map.getZoom())): void {
    this.move({ ...to, zoom }, CAMERA_MS)
  }

  /** Shows all the points in the free part of the map, no closer than is of use. */
  frame(points: Point[]): void {
    const box = boxOf(points)
    if (box) this.move(frameOf(box, this.free(FRAME_PX), FRAME_ZOOM), CAMERA_MS)
  }

  private free(margin: number): { width: number; height: number } {
    const { top = 0, bottom = 0, left = 0, right = 0 } = this.padding
    const { clientWidth, clientHeight } = this.map.getContainer()
    return { width: clientWidth - left - right - 2 * margin, height: clientHeight - top - bottom - 2 * margin }
  }

  zoom(by: number): void {
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
  }
}
