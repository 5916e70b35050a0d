import { readFile } from 'node:fs/promises'
import type { App } from '../app.ts'

const manifests = new URL('../../dist/client/manifest/', import.meta.url)

/**
 * Scripts and styles of ours, calls to us, and our own embeds in frames; nobody frames the console. Captchas are solved,
 * keys held, and workbooks read in workers that come with a policy of their own.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "frame-src 'self'",
  "worker-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A campaign's page as it would be, in a frame of the console: nothing can be sent from it. */
const PREVIEW_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ')

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Crect width='100%25' height='100%25' fill='%23b4231a'/%3E%3C/svg%3E"

/** One empty page for every address under /console: what it shows, the browser asks for. So is the preview in it. */
export function consolePages(app: App): void {
  emptyPage(app, '/console', { entry: 'console', root: 'console', policy: POLICY })
  emptyPage(app, '/console/*', { entry: 'console', root: 'console', policy: POLICY })
  emptyPage(app, '/console/preview', { entry: 'preview.browser', root: 'estamos', policy: PREVIEW_POLICY })
}

interface EmptyPage {
  /** Whose manifest names the script. */
  entry: string
  /** The element that the script fills. */
  root: string
  policy: string
}

function emptyPage(app: App, url: string, page: EmptyPage): void {
  app.get(url, { schema: { hide: true } }, async (_, reply) =>
    reply
      .header('content-security-policy', page.policy)
      .type('text/html; charset=utf-8')
      .send(await shell(page)),
  )
}

interface Entry {
  file: string
  isEntry?: boolean
  css?: string[]
}

const made = new Map<string, Promise<string>>()

function shell(page: EmptyPage): Promise<string> {
  const known = made.get(page.entry) ?? makeShell(page)
  made.set(page.entry, known)
  return known
}

async function makeShell({ entry, root }: EmptyPage): Promise<string> {
  const manifest = await readFile(new URL(`${entry}.json`, manifests), 'utf8')
  const entries = Object.values(JSON.parse(manifest) as Record<string, Entry>)
  const { file, css = [] } = entries.find(({ isEntry }) => isEntry) ?? { file: '' }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Estamos</title>
${css.map((sheet) => `<link rel="stylesheet" href="/${sheet}">`).join('\n')}
<script type="module" src="/${file}"></script>
<link rel="icon" href="${ICON}">
</head>
<body>
<div id="${root}"></div>
<noscript>The organizers' console needs JavaScript: passkeys do.</noscript>
</body>
</html>`
}
