import { readFile } from 'node:fs/promises'
import type { App } from '../app.ts'

const manifest = new URL('../../dist/client/manifest/console.json', import.meta.url)

/** Scripts and styles of ours, calls to us, and our own embeds in frames; nobody frames the console. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Crect width='100%25' height='100%25' fill='%23b4231a'/%3E%3C/svg%3E"

/** One empty page for every address under /console: what it shows, the browser asks for. */
export function consolePages(app: App): void {
  for (const url of ['/console', '/console/*']) {
    app.get(url, { schema: { hide: true } }, async (_, reply) =>
      reply
        .header('content-security-policy', POLICY)
        .header('cross-origin-resource-policy', 'same-origin')
        .type('text/html; charset=utf-8')
        .send(await shell()),
    )
  }
}

interface Entry {
  file: string
  isEntry?: boolean
  css?: string[]
}

let made: Promise<string> | undefined

function shell(): Promise<string> {
  made ??= makeShell()
  return made
}

async function makeShell(): Promise<string> {
  const entries = Object.values(JSON.parse(await readFile(manifest, 'utf8')) as Record<string, Entry>)
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
<div id="console"></div>
<noscript>The organizers' console needs JavaScript: passkeys do.</noscript>
</body>
</html>`
}
