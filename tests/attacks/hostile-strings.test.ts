import type { InjectOptions } from 'fastify'
import { beforeAll, expect, test } from 'vitest'
import { anOpenCampaign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

/** What patterns stumble over: what they trim and repeat, what hides, and letters that fold into several. */
const signs = " \t\n\u00a0\u200b\u202e\u0301\u0000a1.-,@<('%ßﷺ".split('')
const LENGTH = 16_000
/** Node takes 16 kB of headers, and such a sign may become nine letters in a URL. */
const MOST_IN_URL = 1_700
/** Longer than every field allows, and as long as most allow. */
const fills = [
  (sign: string) => `a${sign.repeat(LENGTH)}!`,
  (sign: string) => `a${sign.repeat(300).slice(0, 300)}!`,
]

let slug: string
let address = 0

beforeAll(async () => {
  slug = await anOpenCampaign(server)
})

interface Field {
  method: 'POST' | 'GET'
  path: string
  /** The other fields, so that the request is refused for this one alone. */
  others?: object
}

const email = 'ada@mail.example'
const fields: [string, Field][] = [
  ['email', { method: 'POST', path: '/api/v1/campaigns/{slug}/pledges' }],
  ['name', { method: 'POST', path: '/api/v1/campaigns/{slug}/pledges', others: { email, display: true } }],
  ['campus', { method: 'POST', path: '/api/v1/campaigns/{slug}/pledges', others: { email } }],
  ['source', { method: 'POST', path: '/api/v1/campaigns/{slug}/pledges', others: { email } }],
  ['captcha', { method: 'POST', path: '/api/v1/campaigns/{slug}/pledges', others: { email } }],
  ['email', { method: 'POST', path: '/api/v1/my-pledge-links', others: { campaign: '{slug}' } }],
  ['campaign', { method: 'POST', path: '/api/v1/my-pledge-links', others: { email } }],
  ['token', { method: 'POST', path: '/api/v1/confirmations' }],
  [
    'email',
    { method: 'POST', path: '/api/v1/confirmations', others: { campaign: '{slug}', code: '123456' } },
  ],
  ['code', { method: 'POST', path: '/api/v1/confirmations', others: { campaign: '{slug}', email } }],
  ['email', { method: 'POST', path: '/c/{slug}/pledges' }],
  ['name', { method: 'POST', path: '/c/{slug}/pledges', others: { email, display: 'on' } }],
  ['campus', { method: 'POST', path: '/c/{slug}/pledges', others: { email } }],
  ['email', { method: 'POST', path: '/c/{slug}/gatech.edu/chapter-requests' }],
  ['name', { method: 'POST', path: '/c/{slug}/gatech.edu/chapter-requests', others: { email } }],
  [
    'about',
    { method: 'POST', path: '/c/{slug}/gatech.edu/chapter-requests', others: { email, name: 'Ada' } },
  ],
  ['q', { method: 'GET', path: '/api/v1/campuses' }],
  ['url', { method: 'GET', path: '/oembed' }],
  ['email', { method: 'POST', path: '/api/v1/console/sign-in-links' }],
]

test.each(fields)(
  'no sign that fills %s costs five times as much as an ordinary refusal: %o',
  async (field, one) => {
    const dear: string[] = []
    for (const text of signs.flatMap((sign) => fills.map((fill) => fill(sign)))) {
      // Twice, since a processor that others share is slow at times; a pattern that backtracks is slow both times.
      if ((await isDear(field, one, text)) && (await isDear(field, one, text))) dear.push(text.slice(0, 5))
    }

    expect(dear).toEqual([])
  },
)

async function isDear(field: string, one: Field, text: string): Promise<boolean> {
  const ordinary = await costOf(field, one, 'a b!')
  return (await costOf(field, one, text)) > 5 * ordinary
}

/** Microseconds of this process's processor for the cheapest of some tries, since others run beside it. */
async function costOf(field: string, one: Field, text: string): Promise<number> {
  const costs: number[] = []
  for (const request of Array.from({ length: 3 }, () => requestOf(field, one, text))) {
    const before = process.cpuUsage()
    const { statusCode } = await server.app.inject(request)
    const { user, system } = process.cpuUsage(before)
    expect(statusCode).toBeLessThan(500)
    expect(statusCode).not.toBe(429)
    costs.push(user + system)
  }
  return Math.min(...costs)
}

/** Each from an address of its own, so that no limit answers instead. */
function requestOf(field: string, { method, path, others }: Field, text: string): InjectOptions {
  address += 1
  const remoteAddress = `10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`
  const url = path.replace('{slug}', slug)
  if (method === 'GET') return { method, url, remoteAddress, query: { [field]: text.slice(0, MOST_IN_URL) } }
  const fields = { ...JSON.parse(JSON.stringify(others ?? {}).replace('{slug}', slug)), [field]: text }
  if (!path.startsWith('/c/')) return { method, url, remoteAddress, payload: fields }
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { method, url, remoteAddress, headers, payload: new URLSearchParams(fields).toString() }
}
