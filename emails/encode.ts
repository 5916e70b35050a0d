import { withLinks } from './links.ts'
import { theme } from './theme.ts'

/** How a value lands: one line, text that keeps its lines, paragraphs with an empty line between, or a link. */
export type SlotKind = 'text' | 'lines' | 'paragraphs' | 'url'
export type Encoders = Record<SlotKind, (value: string) => string>

export const htmlEncoders: Encoders = {
  text: (value) => html(onOneLine(value)),
  lines: (value) => linesOf(value).map(html).join('<br />'),
  paragraphs: (value) => paragraphsOf(value).map(paragraphHtml).join(''),
  url: (value) => html(safeUrl(value)),
}

export const textEncoders: Encoders = {
  text: (value) => unmarked(onOneLine(value)),
  lines: (value) => linesOf(value).map(unmarked).join('\n    '),
  paragraphs: (value) =>
    paragraphsOf(value)
      .map((lines) => lines.map(unmarked).join('\n'))
      .join('\n\n'),
  url: safeUrl,
}

/** @throws Error on a value that HTML would read otherwise than plain text. */
export function plainly(value: string, kind: 'text' | 'url'): string {
  const plain = kind === 'url' ? safeUrl(value) : value
  if (!/^[\w :./?=#~-]+$/.test(plain)) throw new Error('A value of its reader is neither a link nor a code')
  return plain
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

/** What stands for a reader's own value begins so; a provider would put the value in wherever it reads it. */
const BEGINNING_OF_MARK = '%own.'

function html(value: string): string {
  return escapeHtml(value).replaceAll(BEGINNING_OF_MARK, '&#37;own.')
}

/** With a sign in it that nobody sees. */
function unmarked(value: string): string {
  return value.replaceAll(BEGINNING_OF_MARK, '%\u2060own.')
}

function paragraphHtml(lines: string[], at: number, all: string[][]): string {
  const space = at < all.length - 1 ? '0 0 16px' : '0'
  return `<p style="margin:${space}">${lines.map((line) => withLinks(line, html, linkHtml)).join('<br />')}</p>`
}

function linkHtml(url: string): string {
  return `<a class="link" style="${theme.link}" href="${html(url)}">${html(url)}</a>`
}

const controls = /[\p{Cc}\u2028\u2029]+/gu
/** Signs that turn the direction of all that follows, our own words too. */
const turns = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Control characters and line breaks could otherwise fake a paragraph of ours in the plain text. */
export function onOneLine(value: string): string {
  return value.replace(turns, '').replace(controls, ' ').trim()
}

function linesOf(value: string): string[] {
  return value
    .trim()
    .split(/\r\n|\n|\r/)
    .map(onOneLine)
}

function paragraphsOf(value: string): string[][] {
  return value
    .trim()
    .replace(/\r\n?/g, '\n')
    .split(/\n\s*\n/)
    .map(linesOf)
}

/** The message leaves out the address: it holds a token. */
function safeUrl(value: string): string {
  const url = URL.parse(value)
  if (!url || !['https:', 'http:'].includes(url.protocol))
    throw new Error('A link in an email is not http or https')
  return url.href.replaceAll(BEGINNING_OF_MARK, '%25own.')
}
