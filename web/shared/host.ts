/**
 * The frame's side of `widget.js`. Whoever holds us in a frame may hand over colours, and learns the height of the page
 * and that someone signed or confirmed: never who, never from where.
 */
import { isDark, isReadable, readableOn, type Rgb } from './accent.ts'

const COLOURS = ['accent', 'ink', 'paper', 'field', 'muted', 'line']
const LONGEST_COLOUR = 64
/** Heights are told in steps of so many pixels. */
const HEIGHT_STEP = 32

export type Happening = 'signed' | 'confirmed'

let hostOrigin: string | undefined
let toldHeight = 0

/** Begins to listen; says nothing to a host that has not greeted us. */
export function meetHost() {
  if (window.parent === window) return
  window.addEventListener('message', hear)
  new ResizeObserver(tellHeight).observe(document.body)
}

export function tellHost(what: Happening, campaign: string) {
  post({ estamos: what, campaign })
}

function hear({ source, origin, data }: MessageEvent) {
  if (source !== window.parent || data?.estamos !== 'hello' || origin === 'null') return
  hostOrigin = origin
  wear(data.theme)
  toldHeight = 0
  tellHeight()
}

function tellHeight() {
  const height = Math.ceil(measureHeight() / HEIGHT_STEP) * HEIGHT_STEP
  if (!hostOrigin || height === toldHeight) return
  toldHeight = height
  post({ estamos: 'height', height })
}

/**
 * The height at this width, whatever somebody has typed, ticked or been refused: a host page can try any width, and a
 * line that follows an address would tell it the campus. `styles/measuring.css` gives all such lines a fixed room.
 */
function measureHeight() {
  const { documentElement: root, body } = document
  const { scrollTop } = root
  root.dataset.measuring = ''
  const { height } = body.getBoundingClientRect()
  delete root.dataset.measuring
  root.scrollTop = scrollTop
  return height
}

function post(message: object) {
  if (hostOrigin) window.parent.postMessage(message, hostOrigin)
}

function wear(theme: unknown) {
  const { style } = document.documentElement
  for (const [name, value] of Object.entries(theme ?? {})) {
    if (COLOURS.includes(name) && isOpaqueColor(value)) style.setProperty(`--pledge-${name}`, value)
  }
  keepReadable(style)
}

/** A translucent color would show the host page's own words through the form. */
function isOpaqueColor(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > LONGEST_COLOUR || !CSS.supports('color', value))
    return false
  return pixelOf(value)[3] === 255
}

/** All colors that the host leaves out follow its paper; letters that nobody could read keep their own color. */
function keepReadable(style: CSSStyleDeclaration) {
  const shown = getComputedStyle(document.documentElement)
  const rgb = (name: string) => rgbOf(shown.getPropertyValue(`--pledge-${name}`))
  const paper = rgb('paper')
  if (style.getPropertyValue('--pledge-paper'))
    document.documentElement.dataset.theme = isDark(paper) ? 'dark' : 'light'
  for (const letters of ['ink', 'muted']) {
    if (!isReadable(rgb(letters), paper)) style.removeProperty(`--pledge-${letters}`)
  }
  if (!isReadable(rgb('ink'), rgb('field'))) style.removeProperty('--pledge-field')
  if (!isReadable(rgb('ink'), rgb('field'))) style.removeProperty('--pledge-ink')
  const { onAccent, accentText } = readableOn(rgb('accent'), paper)
  style.setProperty('--pledge-on-accent', onAccent)
  style.setProperty('--pledge-accent-text', accentText)
}

function rgbOf(color: string): Rgb {
  const [red = 0, green = 0, blue = 0] = pixelOf(color)
  return [red, green, blue]
}

/** Lets a canvas read any notation of a color. */
function pixelOf(color: string) {
  const canvas = document.createElement('canvas').getContext('2d')!
  canvas.fillStyle = color
  canvas.fillRect(0, 0, 1, 1)
  return canvas.getImageData(0, 0, 1, 1).data
}
