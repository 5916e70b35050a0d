import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** How hCaptcha's service behaves: as documented at https://docs.hcaptcha.com/#verify-the-user-response-server-side. */
type Way = 'answers' | 'hangs' | 'fails' | 'talks-html'

const SECRET = '0x0000000000000000000000000000000000000000'
const SITE_KEY = '10000000-ffff-ffff-ffff-000000000001'

/** A siteverify that takes each token of `good` once, as the real one does. */
export async function hcaptchaStandIn() {
  const standIn = {
    url: '',
    secret: SECRET,
    siteKey: SITE_KEY,
    way: 'answers' as Way,
    good: new Set<string>(),
    /** Each request's form, in order. */
    asked: [] as Record<string, string>[],
    close: () => new Promise((closed) => server.close(closed).closeAllConnections()),
  }
  const server = createServer(async (request, response) => {
    const form = Object.fromEntries(new URLSearchParams(await text(request)))
    standIn.asked.push(form)
    if (standIn.way === 'hangs') return
    if (standIn.way !== 'answers') {
      response
        .writeHead(standIn.way === 'fails' ? 503 : 200, { 'content-type': 'text/html' })
        .end('<h1>Sorry</h1>')
      return
    }
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    const errors = isForm && request.method === 'POST' ? errorsIn(form, standIn) : ['bad-request']
    const answer =
      errors.length > 0
        ? { success: false, 'error-codes': errors }
        : { success: true, challenge_ts: '2026-01-01T00:00:00.000000Z', hostname: 'localhost', credit: false }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  standIn.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/siteverify`
  return standIn
}

function errorsIn(
  { secret, response, sitekey }: Record<string, string>,
  { good }: { good: Set<string> },
): string[] {
  if (!secret) return ['missing-input-secret']
  if (secret !== SECRET) return ['invalid-input-secret']
  if (sitekey !== SITE_KEY) return ['sitekey-secret-mismatch']
  if (!response) return ['missing-input-response']
  return good.delete(response) ? [] : ['invalid-or-already-seen-response']
}
