/** An accent that stays readable (WCAG AA, 4.5:1): letters on it, and itself as letters on paper. */
export type Rgb = [red: number, green: number, blue: number]

const READABLE = 4.5
const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [20, 17, 14]
/** As in `styles/theme.css`. */
const PAPER: Rgb = [251, 248, 241]
const DARK_PAPER: Rgb = [23, 21, 18]

/** A campaign's accent as rules for a `<style>`; nothing for what is not `#rrggbb`. */
export function accentRules(accent: string | undefined): string {
  const rgb = accent && rgbOfHex(accent)
  if (!rgb) return ''
  const light = readableOn(rgb, PAPER)
  const dark = readableOn(rgb, DARK_PAPER)
  const darkText = `--pledge-accent-text:${dark.accentText}`
  return (
    `:root{--pledge-accent:${hex(rgb)};--pledge-on-accent:${light.onAccent};--pledge-accent-text:${light.accentText}}` +
    `@media(prefers-color-scheme:dark){:root:not([data-theme=light]){${darkText}}}` +
    `:root[data-theme=dark]{${darkText}}`
  )
}

export function readableOn(accent: Rgb, paper: Rgb) {
  const onAccent = isReadable(accent, WHITE) ? WHITE : BLACK
  return { onAccent: hex(onAccent), accentText: hex(movedFrom(paper, accent)) }
}

export function isDark(colour: Rgb) {
  return luminance(colour) < 0.18
}

export function isReadable(letters: Rgb, paper: Rgb) {
  return contrast(letters, paper) >= READABLE
}

/** The accent, darker or lighter by as much as it takes. */
function movedFrom(paper: Rgb, accent: Rgb): Rgb {
  const towards = isDark(paper) ? WHITE : BLACK
  for (let step = 0; step < 20; step++) {
    const moved = mixed(accent, towards, step / 20)
    if (isReadable(moved, paper)) return moved
  }
  return towards
}

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((part, at) => Math.round(part + (to[at]! - part) * share)) as Rgb
}

function contrast(one: Rgb, other: Rgb) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

function luminance(rgb: Rgb) {
  const [red, green, blue] = rgb.map(linear) as Rgb
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function linear(part: number) {
  const share = part / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

/** Undefined for what is not `#rrggbb`. */
export function rgbOfHex(colour: string): Rgb | undefined {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)
  return parts ? (parts.slice(1).map((part) => parseInt(part, 16)) as Rgb) : undefined
}

function hex(rgb: Rgb) {
  return `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
