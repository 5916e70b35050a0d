import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'

export interface HostPage {
  url: string
  /** What the page consists of, from the next request on. */
  body: string
  /** Its Content-Security-Policy, besides what makes it strict. */
  policy: string
}

/** Rules of a page that was never meant to have a form in it. */
const HOSTILE = `
  * { font-size: 7px !important; text-transform: uppercase !important; letter-spacing: 9px !important; float: left }
  form, input, button, label, fieldset { display: none !important; visibility: hidden !important }
  a, p, h1, h2 { color: transparent !important; pointer-events: none }`

/** What a page with a session recorder does: it notes every key and every field it can see. */
const NOSY = `<script nonce="own">
  window.heard = []; window.raised = []
  for (const name of ['keydown', 'keypress', 'input', 'paste', 'focusin'])
    addEventListener(name, (event) => heard.push([name, event.key ?? event.data ?? event.target?.value]), true)
  for (const name of ['estamos:signed', 'estamos:confirmed'])
    addEventListener(name, (event) => raised.push([name, event.detail, event.target.tagName]))
</script>`

/** A page of another origin with hostile CSS, a session recorder and a strict CSP. */
export function hostPage(): HostPage {
  const page: HostPage = { url: '', body: '', policy: '' }
  const server = createServer((_, response) => {
    const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'nonce-own' ${page.policy}`
    response.setHeader('content-security-policy', policy)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><title>A chapter</title><link rel="icon" href="data:,">
      <style>${HOSTILE} iframe { width: 100%; border: 0 }</style>${NOSY}${page.body}`)
  })
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    page.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return page
}

/** The snippet that a chapter pastes. */
export function snippet(origin: string, path: string): string {
  return `<iframe class="estamos" src="${origin}${path}" title="Sign the pledge" width="100%" height="720"></iframe>
    <script async src="${origin}/widget.js"></script>`
}
