import { escapeHtml, withMarkers } from './fill.ts'
import { darkStyles, theme } from './theme.ts'

/** A piece of an email, written once and shown as HTML and as text. `{slot}` is replaced by a value. */
export type Block =
  | { kind: 'heading' | 'paragraph' | 'small' | 'quote' | 'code'; words: string }
  /** `url` is a slot too: links are always values. */
  | { kind: 'button' | 'link'; words: string; url: `{${string}}` }

/** Subject and preheader show on lock screens and in the provider's logs: they name no campaign and no firm. */
export interface Copy {
  subject: string
  /** Instead of it where organizers chose that their mail names the campaign: may hold `{slot}`s. */
  namingSubject?: string
  preheader: string
  blocks: Block[]
  /** Why this mail came. */
  footer: string
}

/** MJML with markers for the values. No image, no font and no style comes from elsewhere: nothing tells who opens it. */
export function htmlSource(locale: string, { subject, preheader, blocks, footer }: Copy): string {
  return `<mjml lang="${locale}" dir="ltr">
  <mj-head>
    <mj-title>${escapeHtml(subject)}</mj-title>
    <mj-preview>${escapeHtml(preheader)}</mj-preview>
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
    </mj-column></mj-section>
  </mj-body>
</mjml>`
}

function blockSource(block: Block): string {
  const words = withMarkers(escapeHtml(block.words), block.kind === 'quote' ? 'lines' : 'text')
  switch (block.kind) {
    case 'heading':
      return `<mj-text font-size="24px" line-height="1.25"><h1 style="margin:0;font-size:24px;line-height:1.25">${words}</h1></mj-text>`
    case 'paragraph':
      return `<mj-text>${words}</mj-text>`
    case 'small':
      return quiet(words)
    case 'quote':
      return `<mj-text padding="8px 28px"><div class="quote" style="${theme.quote}">${words}</div></mj-text>`
    case 'code':
      return `<mj-text align="center"><span class="code" style="${theme.code}">${words}</span></mj-text>`
    case 'button':
      return `<mj-button href="${withMarkers(block.url, 'url')}" ${theme.button}>${words}</mj-button>`
    case 'link':
      return `<mj-text><a class="link" style="color:${theme.accent}" href="${withMarkers(block.url, 'url')}">${words}</a></mj-text>`
    default:
      return block satisfies never
  }
}

function quiet(words: string): string {
  return `<mj-text font-size="14px" css-class="quiet" color="${theme.quiet}">${words}</mj-text>`
}

/** The same words and the same links, for readers of plain text. */
export function textSource({ blocks, footer }: Copy): string {
  return `${[...blocks.map(blockText), `-- \nEstamos\n${footer}`].join('\n\n')}\n`
}

function blockText(block: Block): string {
  if (block.kind === 'quote') return `    ${withMarkers(block.words, 'lines')}`
  const words = withMarkers(block.words, 'text')
  if (block.kind === 'code') return `    ${words}`
  return 'url' in block ? `${words}:\n${withMarkers(block.url, 'url')}` : words
}
