import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import type { App } from '../../server/app.ts'
import { anOpenCampaign, pledgesOf, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aProof, raise, solved } from './proofs.ts'

const server = estamos({ env: () => ({ CAPTCHA: 'altcha' }) })
afterEach(() => (server.clock.now = undefined))

type Answer = Awaited<ReturnType<App['inject']>>

const ways: Record<string, (slug: string, captcha?: string) => Promise<Answer>> = {
  'signing through the API': (slug, captcha) =>
    post(`/api/v1/campaigns/${slug}/pledges`, { email: 'ada@example.edu', captcha }),
  'asking for a link through the API': (campaign, captcha) =>
    post('/api/v1/my-pledge-links', { campaign, email: 'ada@example.edu', captcha }),
  'an organizer who asks for a link': (_, captcha) =>
    post('/api/v1/console/sign-in-links', { email: 'ada@example.edu', captcha }),
}
const proofs: Record<string, (slug: string) => Promise<string>> = {
  'signing through the API': (slug) => aProof(server, slug),
  'asking for a link through the API': (slug) => aProof(server, slug, { for: 'link' }),
  'an organizer who asks for a link': async () =>
    solved((await server.app.inject('/api/v1/console/captcha')).json()),
}

describe.each(Object.keys(ways))('%s', (way) => {
  test('is refused without a proof, with one of elsewhere, and with one that was used', async () => {
    const [slug, elsewhere] = [await anOpenCampaign(server), await anOpenCampaign(server)]
    const go = ways[way]!
    const proof = await proofs[way]!(slug)

    const without = await go(slug)
    const foreign = await go(slug, await aProof(server, elsewhere))
    const good = await go(slug, proof)
    const used = await go(slug, proof)

    expect([without, foreign, used].map((answer) => answer.json().code)).toEqual([
      'captcha-missing',
      'captcha-wrong',
      'captcha-used',
    ])
    expect(good.statusCode).toBe(202)
  })
})

const forms = {
  'signing on the page': (slug: string) => `/c/${slug}/pledges`,
  'signing in a frame': (slug: string) => `/embed/${slug}/pledges`,
  'asking for a link': (slug: string) => `/c/${slug}/my-pledge-links`,
  'asking to lead': (slug: string) => `/c/${slug}/gatech.edu/chapter-requests`,
}

describe.each(Object.entries(forms))('%s without a script', (_, urlOf) => {
  const send = (slug: string, captcha?: string, more = {}) =>
    form(urlOf(slug), { email: 'ada@gatech.edu', name: 'Ada', captcha, ...more })

  test('takes one more step, and a moment', async () => {
    const slug = await anOpenCampaign(server)

    const first = await send(slug)
    const early = await send(slug, tokenIn(first))
    const before = await letters()
    later(16)
    const done = await send(slug, tokenIn(early))
    const again = await send(slug, tokenIn(early))

    expect([first.statusCode, early.statusCode]).toEqual([200, 200])
    expect(first.body).toContain('ada@gatech.edu')
    expect(tokenIn(early)).toBe(tokenIn(first))
    expect(done.statusCode).toBe(202)
    expect(await letters()).toBe(before + 1)
    expect(again.statusCode).toBe(200)
  })

  test('lets in with no token that is too old, changed, or of another campaign', async () => {
    const [slug, other] = [await anOpenCampaign(server), await anOpenCampaign(server)]
    const mine = tokenIn(await send(slug))
    const foreign = tokenIn(await send(other))
    const before = await letters()

    later(16)
    const answers = [await send(slug, foreign), await send(slug, changed(mine))]
    later(31 * 60)
    answers.push(await send(slug, mine))

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200])
    expect(await letters()).toBe(before)
  })
})

test('so comes one address range ten times in ten minutes, and a campaign no more than sixty times', async () => {
  const slug = await anOpenCampaign(server)
  server.clock.now = new Date(Math.ceil(Date.now() / 600_000) * 600_000)
  const tokens = await inTurn(
    times(75, (n) => n),
    async (n) =>
      tokenIn(await form(`/c/${slug}/pledges`, { email: 'a@mit.edu' }, `203.0.113.${n < 12 ? 1 : n}`)),
  )
  later(16, server.clock.now)

  const statuses = await inTurn(
    tokens,
    async (captcha, n) => (await form(`/c/${slug}/pledges`, { email: `a${n}@mit.edu`, captcha })).statusCode,
  )

  expect(statuses.slice(0, 12)).toEqual([...times(10, () => 202), 503, 503])
  expect(statuses.filter((status) => status === 202).length).toBeLessThanOrEqual(60)
  expect(await pledgesOf(server, slug)).toHaveLength(statuses.filter((status) => status === 202).length)
})

test('while the price is raised waiting is no way in', async () => {
  const slug = await anOpenCampaign(server)
  const captcha = tokenIn(await form(`/c/${slug}/pledges`, { email: 'ada@mit.edu' }))
  later(16)
  await raise(server, slug)

  const answer = await form(`/c/${slug}/pledges`, { email: 'ada@mit.edu', captcha })

  expect(answer.statusCode).toBe(503)
  expect(answer.body).toContain('only with JavaScript turned on')
  expect(await pledgesOf(server, slug)).toEqual([])
})

async function post(url: string, payload: object) {
  return await server.app.inject({ method: 'POST', url, payload })
}

async function form(url: string, fields: Record<string, string | undefined>, remoteAddress = '198.51.100.1') {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  return await server.app.inject({
    method: 'POST',
    url,
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    payload: new URLSearchParams(given).toString(),
  })
}

function tokenIn({ body }: Answer): string {
  const token = /name="captcha" value="([^"]+)"/.exec(body)?.[1]
  if (!token) throw new Error('no token in the form')
  return token
}

function changed(token: string): string {
  return token.slice(0, 12) + (token[12] === 'A' ? 'B' : 'A') + token.slice(13)
}

function later(seconds: number, from = new Date()) {
  server.clock.now = new Date(from.getTime() + seconds * 1000)
}

async function letters(): Promise<number> {
  const { rows } = await server.deps.db.execute<{ count: number }>(sql`select count(*)::int from letters`)
  return rows[0]!.count
}

async function inTurn<Item, Made>(
  items: Item[],
  make: (item: Item, n: number) => Promise<Made>,
): Promise<Made[]> {
  const made: Made[] = []
  for (const [n, item] of items.entries()) made.push(await make(item, n))
  return made
}
