/**
 * A whole HTML document around what `web/` renders, and the content security policy that allows exactly it: scripts of
 * ours, styles by their hash. No nonce, so that a page can be cached.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { PageName, Pages, RenderPage, Theme } from './contract.ts'

export interface DocumentFrame {
  locale: string
  theme: Theme
  /** The campaign's, as `#rrggbb`. */
  accent?: string | undefined
  /** Whether other sites may show the page in a frame; embeds only. */
  isFramed?: boolean
}

export interface HtmlDocument {
  html: string
  contentSecurityPolicy: string
}

/** `dist/server/pages.js`. */
interface Bundle {
  renderPage: RenderPage
  accentRules(accent: string | undefined): string
}

/** What a page needs from `dist/client`. */
interface Assets {
  css: string
  script?: string
}

type Manifest = Record<string, { file: string; isEntry?: boolean; css?: string[] }>

const dist = new URL('../../dist/', import.meta.url)
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Crect width='100%25' height='100%25' fill='%23b4231a'/%3E%3C/svg%3E"

export async function htmlDocument<Name extends PageName>(
  page: Name,
  props: Pages[Name],
  { locale, theme, accent, isFramed = false }: DocumentFrame,
): Promise<HtmlDocument> {
  const [{ renderPage, accentRules }, { css, script }] = await Promise.all([bundle(), assetsOf(page, props)])
  const { head, body, state } = renderPage(page, props, { locale, theme })
  const styles = [css, accentRules(accent)].filter(Boolean)
  const isHcaptcha = page === 'pledge' && asksHcaptcha(props)
  const dataTheme = theme === 'auto' ? '' : ` data-theme="${theme}"`
  const html = `<!doctype html>
<html lang="${escaped(locale)}"${dataTheme}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${styles.map((style) => `<style>${style}</style>`).join('\n')}
${isHcaptcha ? `<script async src="${HCAPTCHA_SCRIPT}"></script>` : ''}
${script ? `<script type="module" src="/${script}"></script>` : ''}
<link rel="icon" href="${ICON}">
${head}
</head>
<body>
${body}
${script && state ? `<script type="application/json" id="estamos-state">${state}</script>` : ''}
</body>
</html>`
  return {
    html,
    contentSecurityPolicy: policy(page, styles, { hasScript: Boolean(script), isFramed, isHcaptcha }),
  }
}

/** What its widget loads, by hCaptcha's own word; no page without it lets it in. */
const HCAPTCHA_SCRIPT = 'https://js.hcaptcha.com/1/api.js'
const HCAPTCHA_ORIGINS = 'https://hcaptcha.com https://*.hcaptcha.com'

function asksHcaptcha(props: object): boolean {
  return (props as Pages['pledge']).campaign.captcha.kind === 'hcaptcha'
}

interface Opened {
  hasScript: boolean
  isFramed: boolean
  isHcaptcha: boolean
}

function policy(page: PageName, styles: string[], { hasScript, isFramed, isHcaptcha }: Opened) {
  if (page === 'mailbox') return policyOfFrames('img-src * data:')
  if (page === 'emails') return policyOfFrames('img-src data:')
  const hcaptcha = isHcaptcha ? ` ${HCAPTCHA_ORIGINS}` : ''
  const parts = [
    "default-src 'none'",
    `style-src ${styles.map(hashOf).join(' ')}${hcaptcha}`,
    "img-src 'self' data:",
    "form-action 'self'",
    "base-uri 'none'",
  ]
  if (hasScript) parts.push(`script-src 'self'${hcaptcha}`, `connect-src 'self'${hcaptcha}`)
  if (hasScript && isHcaptcha) parts.push(`frame-src${hcaptcha}`, "worker-src 'self'")
  if (!isFramed) parts.push("frame-ancestors 'none'")
  return parts.join('; ')
}

/** Letters are shown in a sandboxed frame that inherits this: they carry their own styles, and may bring pictures. */
function policyOfFrames(images: string) {
  return `default-src 'none'; style-src 'unsafe-inline'; ${images}; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}

const hashes = new Map<string, string>()

function hashOf(style: string) {
  const known = hashes.get(style) ?? `'sha256-${createHash('sha256').update(style).digest('base64')}'`
  hashes.set(style, known)
  return known
}

let loaded: Promise<Bundle> | undefined

function bundle() {
  loaded ??= import(new URL('server/pages.js', dist).href) as Promise<Bundle>
  return loaded
}

const assets = new Map<string, Promise<Assets>>()

function assetsOf<Name extends PageName>(page: Name, props: Pages[Name]) {
  const isEmbed = 'isWholePage' in props && !props.isWholePage
  const name = `${page}.${isEmbed ? 'embed' : 'browser'}`
  const known = assets.get(name) ?? readAssets(name, `${page}.${isEmbed ? 'embed-styles' : 'styles'}`)
  assets.set(name, known)
  return known
}

/** An entry of styles, where there is one, has all that the page needs. */
async function readAssets(scripts: string, styles: string): Promise<Assets> {
  const [scripted, styled] = await Promise.all([readEntry(scripts), readEntry(styles)])
  const sheets = (styled ?? scripted)?.css ?? []
  const texts = await Promise.all(sheets.map((sheet) => readFile(new URL(`client/${sheet}`, dist), 'utf8')))
  return { css: texts.join('').trim(), ...(scripted && { script: scripted.file }) }
}

/** An entry's files; undefined where the page has no such entry. */
async function readEntry(name: string) {
  try {
    const text = await readFile(new URL(`client/manifest/${name}.json`, dist), 'utf8')
    return Object.values(JSON.parse(text) as Manifest).find((item) => item.isEntry)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function escaped(text: string) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
