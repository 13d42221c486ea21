/** The signs of the map, drawn here: no sprite files, no network, sharp on every screen. Shape first, colour third. */
import type { Map, StyleImageMetadata } from 'maplibre-gl'

const RATIO = 2
const INK = '#14181F'
const GREEN = '#0B7A5B'
const YELLOW = '#F2A81D'
const YELLOW_EDGE = '#8A4B00'
const RED = '#C4242B'
const BLUE = '#1F55D6'
const GREY = '#8A93A3'
const CAMERA = '#454C59'
const TEAL = '#0E7490'

type Pen = CanvasRenderingContext2D
interface Image {
  size: [number, number]
  draw: (pen: Pen, width: number, height: number) => void
  options?: Partial<StyleImageMetadata>
}

function shadow(pen: Pen): void {
  pen.shadowColor = 'rgba(18,24,38,.30)'
  pen.shadowBlur = 3 * RATIO
  pen.shadowOffsetY = RATIO
}

function plain(pen: Pen): void {
  pen.shadowColor = 'transparent'
}

function disc(pen: Pen, x: number, y: number, radius: number, fill: string): void {
  pen.beginPath()
  pen.arc(x, y, radius, 0, Math.PI * 2)
  pen.fillStyle = fill
  pen.fill()
}

/** An arc from twelve o'clock, clockwise, as long as `share` of the circle. */
function arc(pen: Pen, x: number, y: number, radius: number, from: number, share: number, color: string, width: number): void {
  pen.beginPath()
  const start = -Math.PI / 2 + from * Math.PI * 2
  pen.arc(x, y, radius, start, start + share * Math.PI * 2)
  pen.strokeStyle = color
  pen.lineWidth = width
  pen.stroke()
}

function polygon(pen: Pen, points: [number, number][], fill: string, edge: string, width: number): void {
  pen.beginPath()
  points.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)))
  pen.closePath()
  pen.lineJoin = 'round'
  pen.lineWidth = width
  pen.strokeStyle = edge
  pen.stroke()
  plain(pen)
  pen.fillStyle = fill
  pen.fill()
}

/** White disc in a ring whose length is the time left. */
function ring(share: number): Image {
  return {
    size: [30, 30],
    draw: (pen, width) => {
      const middle = width / 2
      shadow(pen)
      disc(pen, middle, middle, 12.5, '#fff')
      plain(pen)
      arc(pen, middle, middle, 10.6, 0, 1, '#DDE5E2', 3)
      arc(pen, middle, middle, 10.6, 0, share, GREEN, 3)
    },
  }
}

const TRIANGLE: Image = {
  size: [38, 36],
  draw: (pen, width) => {
    const points: [number, number][] = [[width / 2, 4], [width - 4, 31], [4, 31]]
    shadow(pen)
    polygon(pen, points, '#fff', '#fff', 5)
    polygon(pen, points, YELLOW, YELLOW_EDGE, 2)
  },
}

const DIAMOND: Image = {
  size: [36, 36],
  draw: (pen, width, height) => {
    const points: [number, number][] = [[width / 2, 4], [width - 4, height / 2], [width / 2, height - 4], [4, height / 2]]
    shadow(pen)
    polygon(pen, points, RED, '#fff', 4)
    polygon(pen, points, RED, '#A8181F', 1)
  },
}

/** Ended, or no clock runs: small, grey, no lamp. */
const ENDED: Image = {
  size: [24, 24],
  draw: (pen, width) => {
    const middle = width / 2
    disc(pen, middle, middle, 10, '#E4E7EC')
    arc(pen, middle, middle, 9.4, 0, 1, '#656D7B', 1.2)
  },
}

/** A major incident: inverse, but it keeps its own lamp. */
function major(lamp: string): Image {
  return {
    size: [44, 44],
    draw: (pen, width) => {
      const middle = width / 2
      disc(pen, middle, middle, 21, 'rgba(20,24,31,.14)')
      shadow(pen)
      disc(pen, middle, middle, 17, '#fff')
      plain(pen)
      disc(pen, middle, middle, 13.5, INK)
      arc(pen, middle, middle, 15.4, 0, 1, lamp, 2.6)
    },
  }
}

function glyphOfCamera(pen: Pen, color: string): void {
  pen.fillStyle = color
  pen.beginPath()
  pen.roundRect(5.5, 7.5, 7, 6, 1)
  pen.fill()
  pen.beginPath()
  pen.moveTo(13.3, 9.8)
  pen.lineTo(16.2, 8)
  pen.lineTo(16.2, 13)
  pen.lineTo(13.3, 11.2)
  pen.fill()
}

function camera(fill: string, edge: string, glyph: string, struck: boolean): Image {
  return {
    size: [21, 21],
    draw: (pen) => {
      shadow(pen)
      pen.fillStyle = fill
      pen.beginPath()
      pen.roundRect(2, 2, 17, 17, 4)
      pen.fill()
      plain(pen)
      pen.strokeStyle = edge
      pen.lineWidth = 1.4
      pen.stroke()
      glyphOfCamera(pen, glyph)
      if (!struck) return
      pen.beginPath()
      pen.moveTo(5, 5)
      pen.lineTo(16, 16)
      pen.lineWidth = 1.6
      pen.strokeStyle = edge
      pen.stroke()
    },
  }
}

const ROUND = '\u5de1'
const FONT = '"Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'

function character(pen: Pen, text: string, x: number, y: number, color: string): void {
  pen.font = `700 10.5px ${FONT}`
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillStyle = color
  pen.fillText(text, x, y + 0.6)
}

const PATROL: Image = {
  size: [26, 26],
  draw: (pen, width) => {
    const middle = width / 2
    shadow(pen)
    disc(pen, middle, middle, 11.4, '#fff')
    plain(pen)
    disc(pen, middle, middle, 9.8, BLUE)
    character(pen, ROUND, middle, middle, '#fff')
  },
}

const PATROL_STALE: Image = {
  size: [26, 26],
  draw: (pen, width) => {
    const middle = width / 2
    disc(pen, middle, middle, 11.4, '#fff')
    pen.setLineDash([3, 2.4])
    arc(pen, middle, middle, 10.4, 0, 1, GREY, 1.8)
    pen.setLineDash([])
    character(pen, ROUND, middle, middle, '#656D7B')
  },
}

/** The arrow stands at north, outside the disc; the layer turns it by the heading. */
const HEADING: Image = {
  size: [38, 38],
  draw: (pen, width) => polygon(pen, [[width / 2, 2], [width / 2 + 5, 9.5], [width / 2 - 5, 9.5]], BLUE, '#fff', 2),
}

/** A label plate that grows with its text. */
function chip(edge: string): Image {
  return {
    size: [24, 20],
    draw: (pen, width, height) => {
      pen.beginPath()
      pen.roundRect(1, 1, width - 2, height - 2, 5)
      pen.fillStyle = '#fff'
      pen.fill()
      pen.strokeStyle = edge
      pen.lineWidth = 1.5
      pen.stroke()
    },
    options: {
      stretchX: [[8 * RATIO, 16 * RATIO]],
      stretchY: [[8 * RATIO, 12 * RATIO]],
      content: [6 * RATIO, 3 * RATIO, 18 * RATIO, 17 * RATIO],
    },
  }
}

const IMAGES: Record<string, Image> = {
  'lamp-green': ring(1),
  'lamp-yellow': TRIANGLE,
  'lamp-red': DIAMOND,
  'lamp-none': ENDED,
  major: major(GREEN),
  'major-green': major(GREEN),
  'major-yellow': major(YELLOW),
  'major-red': major(RED),
  camera: camera(CAMERA, '#fff', '#fff', false),
  'camera-near': camera(TEAL, '#fff', '#fff', false),
  'camera-offline': camera('#fff', GREY, GREY, true),
  patrol: PATROL,
  'patrol-stale': PATROL_STALE,
  'patrol-heading': HEADING,
  'chip-people': chip(BLUE),
  'chip-camera': chip(TEAL),
}

/** A cluster's ring, split by lamp: `ring-<green>-<yellow>-<red>`. */
function cluster(shares: number[]): Image {
  return {
    size: [42, 42],
    draw: (pen, width) => {
      const middle = width / 2
      shadow(pen)
      disc(pen, middle, middle, 18, '#fff')
      plain(pen)
      const total = shares.reduce((sum, share) => sum + share, 0) || 1
      let from = 0
      for (const [at, color] of [GREEN, YELLOW, RED].entries()) {
        const share = (shares[at] ?? 0) / total
        if (share) arc(pen, middle, middle, 15.5, from, share, color, 3.6)
        from += share
      }
    },
  }
}

const CLUSTER = /^ring-(\d+)-(\d+)-(\d+)$/
const GREEN_LEFT = /^lamp-green-(\d+)$/

/** The image of an id; green rings come in twelfths (`lamp-green-9`), clusters in any split. */
function imageOf(id: string): Image | null {
  const split = CLUSTER.exec(id)
  if (split) return cluster(split.slice(1).map(Number))
  const left = GREEN_LEFT.exec(id)
  if (left) return ring(Number(left[1]) / 12)
  return IMAGES[id] ?? null
}

function paint({ size: [width, height], draw }: Image): ImageData | null {
  const canvas = document.createElement('canvas')
  canvas.width = width * RATIO
  canvas.height = height * RATIO
  const pen = canvas.getContext('2d')
  if (!pen) return null
  pen.scale(RATIO, RATIO)
  draw(pen, width, height)
  return pen.getImageData(0, 0, canvas.width, canvas.height)
}

/** Gives the map every sign it asks for, when it asks. */
export function provideImages(map: Map): void {
  map.setMissingStyleImageResolver((id) => {
    const image = imageOf(id)
    const pixels = image && paint(image)
    if (pixels && !map.hasImage(id)) map.addImage(id, pixels, { pixelRatio: RATIO, ...image.options })
  })
}
