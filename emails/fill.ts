import type { Encoders, SlotKind } from './encode.ts'

/** Values by the name of their slot, as plain text. */
export type Fills = Record<string, string>

/** `literals` has one entry more than `slots`: they alternate, a literal first. */
export interface Template {
  literals: string[]
  slots: { kind: SlotKind; name: string }[]
}

const marker = /@@(text|lines|paragraphs|url):(\w+)@@/

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

interface Filling {
  shared: Fills
  /** The slots that get a mark instead of a value. */
  own: Iterable<string>
}

/** Each value is put in once and never read again, so a value that looks like a slot stays what it is. */
export function filled(template: Template, { shared, own }: Filling, encoders: Encoders): string {
  const marks = new Set(own)
  let result = template.literals[0] ?? ''
  template.slots.forEach(({ kind, name }, i) => {
    result +=
      (marks.has(name) ? markOf(name) : encoders[kind](valueOf(name, shared))) + template.literals[i + 1]
  })
  return result
}

function valueOf(slot: string, fills: Fills): string {
  const value = fills[slot]
  if (value === undefined) throw new Error(`The email has no value for {${slot}}`)
  return value
}

const mark = /%own\.(\w+)%/g

/** Stands where a reader's own value will. What anybody typed cannot pass for one: the encoders break it. */
function markOf(slot: string): string {
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
