import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'

export interface ForeignSite {
  url: string
  /** What its page consists of, from the next request on. */
  body: string
  /** What was asked of it, besides its page: `GET /picture`. */
  asked: string[]
  /** The `Referer` of whoever came to its page. */
  referrers: (string | undefined)[]
}

/** A site of somebody who means harm: it sets no policy, answers everything, and notes who asks. */
export function foreignSite(): ForeignSite {
  const site: ForeignSite = { url: '', body: '', asked: [], referrers: [] }
  const server = createServer(({ method, url = '', headers }: IncomingMessage, response) => {
    response.setHeader('access-control-allow-origin', '*')
    if (url !== '/') {
      site.asked.push(`${method} ${url}`)
      return response.end('window.ran = "foreign script"')
    }
    site.referrers.push(headers.referer)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    return response.end(`<!doctype html><title>Evil</title><link rel="icon" href="data:,">${site.body}`)
  })
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return site
}
