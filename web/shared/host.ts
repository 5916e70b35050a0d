/**
 * The frame's side of `widget.js`. Whoever holds us in a frame may hand over colours, and learns the height of the page
 * and that someone signed or confirmed: never who, never from where.
 */
import { isDark, isReadable, readableOn, type Rgb } from './accent.ts'

const COLOURS = ['accent', 'ink', 'paper', 'field', 'muted', 'line']
const LONGEST_COLOUR = 64

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
  const height = Math.ceil(document.body.getBoundingClientRect().height)
  if (!hostOrigin || height === toldHeight) return
  toldHeight = height
  post({ estamos: 'height', height })
}

function post(message: object) {
  if (hostOrigin) window.parent.postMessage(message, hostOrigin)
}

function wear(theme: unknown) {
  const { style } = document.documentElement
  for (const [name, value] of Object.entries(theme ?? {})) {
    if (COLOURS.includes(name) && isColour(value)) style.setProperty(`--pledge-${name}`, value)
  }
  keepReadable(style)
}

function isColour(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_COLOUR && CSS.supports('color', value)
}

/** All colours that the host left out follow its paper, and letters nobody could read are not taken over. */
function keepReadable(style: CSSStyleDeclaration) {
  const shown = getComputedStyle(document.documentElement)
  const rgb = (name: string) => rgbOf(shown.getPropertyValue(`--pledge-${name}`))
  const paper = rgb('paper')
  if (style.getPropertyValue('--pledge-paper'))
    document.documentElement.dataset.theme = isDark(paper) ? 'dark' : 'light'
  for (const letters of ['ink', 'muted']) {
    if (!isReadable(rgb(letters), paper)) style.removeProperty(`--pledge-${letters}`)
  }
  const { onAccent, accentText } = readableOn(rgb('accent'), paper)
  style.setProperty('--pledge-on-accent', onAccent)
  style.setProperty('--pledge-accent-text', accentText)
}

/** Lets a canvas read any notation of a colour. */
function rgbOf(colour: string): Rgb {
  const canvas = document.createElement('canvas').getContext('2d')!
  canvas.fillStyle = colour
  canvas.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data
  return [red, green, blue]
}
