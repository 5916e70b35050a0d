/** Values by the name of their slot, as plain text. */
export type Fills = Record<string, string>

/** How a value lands: one line of text, text that keeps its lines, or a link. */
export type SlotKind = 'text' | 'lines' | 'url'
type Encoders = Record<SlotKind, (value: string) => string>

/** `literals` has one entry more than `slots`: they alternate, a literal first. */
export interface Template {
  literals: string[]
  slots: { kind: SlotKind; name: string }[]
}

const marker = /@@(text|lines|url):(\w+)@@/

/** Turns each `{name}` of our own copy into a marker that passes through MJML untouched. */
export function withMarkers(copy: string, kind: SlotKind): string {
  return copy.replace(/\{(\w+)\}/g, (_, name: string) => `@@${kind}:${name}@@`)
}

export function cut(source: string): Template {
  const parts = source.split(marker)
  const template: Template = { literals: [parts[0] ?? ''], slots: [] }
  for (let i = 1; i < parts.length; i += 3) {
    template.slots.push({ kind: parts[i] as SlotKind, name: parts[i + 1] ?? '' })
    template.literals.push(parts[i + 2] ?? '')
  }
  return template
}

/** Each value is put in once and never read again, so a value that looks like a slot stays what it is. */
export function filled(template: Template, fills: Fills, encoders: Encoders): string {
  let result = template.literals[0] ?? ''
  template.slots.forEach(({ kind, name }, i) => {
    const value = fills[name]
    if (value === undefined) throw new Error(`The email has no value for {${name}}`)
    result += encoders[kind](value) + template.literals[i + 1]
  })
  return result
}

const mark = /%own\.(\w+)%/g
const isMark = /^%own\.\w+%$/

/** Stands where a reader's own value will. */
export function markOf(slot: string): string {
  return `%own.${slot}%`
}

/** Puts a reader's own values in. Each is put in once and never read again. */
export function withOwn(shared: string, own: Fills): string {
  return shared.replace(mark, (found, slot: string) => own[slot] ?? found)
}

/** The values of one reader by the marks that they stand for. */
export function byMark(own: Fills): Fills {
  return Object.fromEntries(Object.entries(own).map(([slot, value]) => [markOf(slot), value]))
}

/** @throws Error on a value that HTML would read otherwise than plain text. */
export function plainly(value: string, kind: 'text' | 'url'): string {
  const plain = kind === 'url' ? safeUrl(value) : value
  if (!/^[\w :./?=#~-]+$/.test(plain)) throw new Error('A value of its reader is neither a link nor a code')
  return plain
}

export const htmlEncoders: Encoders = {
  text: (value) => escapeHtml(onOneLine(value)),
  lines: (value) => linesOf(value).map(escapeHtml).join('<br />'),
  url: (value) => escapeHtml(safeUrl(value)),
}

export const textEncoders: Encoders = {
  text: onOneLine,
  lines: (value) => linesOf(value).join('\n    '),
  url: safeUrl,
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** Control characters and line breaks could otherwise fake a paragraph of ours in the plain text. */
function onOneLine(value: string): string {
  return value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

function linesOf(value: string): string[] {
  return value
    .trim()
    .split(/\r\n|\n|\r/)
    .map(onOneLine)
}

/** The message leaves out the address: it holds a token. */
function safeUrl(value: string): string {
  if (isMark.test(value)) return value
  const url = URL.parse(value)
  if (!url || !['https:', 'http:'].includes(url.protocol))
    throw new Error('A link in an email is not http or https')
  return url.href
}
