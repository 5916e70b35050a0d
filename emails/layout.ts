import { escapeHtml, type SlotKind } from './encode.ts'
import { withMarkers } from './fill.ts'
import { darkStyles, theme } from './theme.ts'

/** A piece of an email, written once and shown as HTML and as text. `{slot}` is replaced by a value. */
export type Block =
  | { kind: 'heading' | 'paragraph' | 'small' | 'quote' | 'code'; words: string }
  /** A value of several paragraphs, in which bare https addresses become links. */
  | { kind: 'paragraphs'; words: Slot }
  | ({ kind: 'button' | 'link' } & Link)

type Slot = `{${string}}`

/** `url` is a slot: links are always values. */
interface Link {
  words: string
  url: Slot
}

/** Subject and preheader show on lock screens and in the provider's logs: they name no campaign and no firm. */
export interface Copy {
  subject: string
  /** Instead of it where organizers chose that their mail names the campaign: may hold `{slot}`s. */
  namingSubject?: string
  preheader: string
  blocks: Block[]
  /** Why this mail came. */
  footer: string
  /** Below it, apart from the message: how no more of it comes. */
  links?: Link[]
}

/** Signs that nobody sees, so that inboxes with room behind the preheader do not fill it with the mail's first words. */
const PADDING = '\u034f\u200c\u00a0'.repeat(120)

/** MJML with markers for the values. No image, no font and no style comes from elsewhere: nothing tells who opens it. */
export function htmlSource(locale: string, { subject, preheader, blocks, footer, links = [] }: Copy): string {
  return `<mjml lang="${locale}" dir="ltr">
  <mj-head>
    <mj-title>${withMarkers(escapeHtml(subject), 'text')}</mj-title>
    <mj-preview>${escapeHtml(preheader)}${PADDING}</mj-preview>
    <mj-attributes>
      <mj-all font-family="${theme.font}" color="${theme.ink}" />
      <mj-text font-size="16px" line-height="1.5" padding="8px 28px" />
    </mj-attributes>
    <mj-raw>
      <meta name="color-scheme" content="light dark">
      <meta name="supported-color-schemes" content="light dark">
      <meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
    </mj-raw>
    <mj-style>${darkStyles}</mj-style>
  </mj-head>
  <mj-body background-color="${theme.page}" css-class="page" width="560px">
    <mj-section padding="24px 0 12px"><mj-column>
      <mj-text font-size="20px" font-weight="700" css-class="mark" color="${theme.accent}">Estamos</mj-text>
    </mj-column></mj-section>
    <mj-section background-color="${theme.card}" css-class="card" border-radius="10px" padding="20px 0"><mj-column>
      ${blocks.map(blockSource).join('\n      ')}
    </mj-column></mj-section>
    <mj-section padding="12px 0 28px"><mj-column>
      ${quiet(escapeHtml(footer))}
      ${links.map((link) => quiet(linkHtml(link))).join('\n      ')}
    </mj-column></mj-section>
  </mj-body>
</mjml>`
}

function blockSource(block: Block): string {
  const words = withMarkers(escapeHtml(block.words), slotKind(block))
  switch (block.kind) {
    case 'heading':
      return `<mj-text font-size="24px" line-height="1.25"><h1 style="margin:0;font-size:24px;line-height:1.25">${words}</h1></mj-text>`
    case 'paragraph':
    case 'paragraphs':
      return `<mj-text>${words}</mj-text>`
    case 'small':
      return quiet(words)
    case 'quote':
      return `<mj-text>${boxed('quote', `width="100%"`, words)}</mj-text>`
    case 'code':
      return `<mj-text align="center">${boxed('code', `align="center"`, words)}</mj-text>`
    case 'button':
      return `<mj-button href="${withMarkers(block.url, 'url')}" ${theme.button}>${words}</mj-button>`
    case 'link':
      return `<mj-text>${linkHtml(block)}</mj-text>`
    default:
      return block satisfies never
  }
}

function slotKind({ kind }: Block): SlotKind {
  if (kind === 'quote') return 'lines'
  return kind === 'paragraphs' ? 'paragraphs' : 'text'
}

/** A cell of a table, because Outlook gives no other element its padding. */
function boxed(looks: 'quote' | 'code', attributes: string, words: string): string {
  return `<table role="presentation" border="0" cellpadding="0" cellspacing="0" ${attributes} style="border-collapse:separate"><tr><td class="${looks}" style="${theme[looks]}">${words}</td></tr></table>`
}

function linkHtml({ words, url }: Link): string {
  return `<a class="link" style="${theme.link}" href="${withMarkers(url, 'url')}">${withMarkers(escapeHtml(words), 'text')}</a>`
}

function quiet(words: string): string {
  return `<mj-text font-size="14px" css-class="quiet" color="${theme.quiet}">${words}</mj-text>`
}

/** The same words and the same links, for readers of plain text. */
export function textSource({ blocks, footer, links = [] }: Copy): string {
  const parts = [...blocks.map(blockText), ...links.map(linkText), `-- \nEstamos\n${footer}`]
  return `${parts.join('\n\n')}\n`
}

function blockText(block: Block): string {
  if ('url' in block) return linkText(block)
  const words = withMarkers(block.words, slotKind(block))
  return block.kind === 'quote' || block.kind === 'code' ? `    ${words}` : words
}

function linkText({ words, url }: Link): string {
  return `${withMarkers(words, 'text')}:\n${withMarkers(url, 'url')}`
}
