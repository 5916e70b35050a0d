import { sql } from 'drizzle-orm'
import { afterAll, expect, test, vi } from 'vitest'
import { tasks } from '../../server/jobs.ts'
import { anOpenCampaign, asSigner, campaignId, pledgesOf, rowOf, sign, times } from '../builders.ts'
import { dnsServer, type Zone } from '../dns-server.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf } from './flood.ts'

const mx = (...exchanges: string[]) => exchanges.map((exchange, n) => ({ preference: 10 * n, exchange }))
const zone: Zone = {
  'MX mail.example': mx('mx.host.example'),
  'A mx.host.example': ['192.0.2.1'],
  'A old.example': ['192.0.2.2'],
  'AAAA six.example': ['2001:db8::1'],
  'MX null.example': mx('.'),
  'A null.example': ['192.0.2.3'],
  'MX dangling.example': mx('mx.nowhere.example'),
  'A dangling.example': ['192.0.2.4'],
  'MX loop.example': mx('localhost.example'),
  'A localhost.example': ['127.0.0.1'],
  'MX second.example': mx('mx.nowhere.example', 'mx.host.example'),
  'TXT web.example': ['no mail here'],
  'MX broken.example': 'SERVFAIL',
  'MX refusing.example': 'REFUSED',
  'MX late.example': 'silent',
  'MX noise.example': 'garbage',
  'MX half.example': mx('mx.late.example'),
  'A mx.late.example': 'silent',
}
const dns = await dnsServer(zone)
/** Hears everything, and says nothing. */
const silentDns = await dnsServer(new Proxy<Zone>({}, { get: () => 'silent' }))
afterAll(() => Promise.all([dns.close(), silentDns.close()]))

const server = estamos({ env: () => ({ DNS_SERVERS: dns.address }) })
const unheard = estamos({ env: () => ({ DNS_SERVERS: silentDns.address }) })

test('domains that take no mail are marked, by MX, by address, by a null MX; where DNS does not tell, nobody is', async () => {
  const slug = await anOpenCampaign(server)
  const without = ['null', 'dangling', 'loop', 'web', 'missing', 'sub.missing'].map(
    (name) => `${name}.example`,
  )
  const withMail = ['mail', 'old', 'six', 'second', 'deep.mail'].map((name) => `${name}.example`)
  const untold = ['broken', 'refusing', 'late', 'noise', 'half'].map((name) => `${name}.example`)
  await aCrowdOf(server, slug, { people: 30, domain: 'mail.example' })

  const answers = await Promise.all(
    [...without, ...withMail, ...untold, 'gatech.edu'].map((domain) =>
      sign(server, slug, { email: `ada@${domain}` }),
    ),
  )
  await lookedUp(slug, 14)
  await notice()

  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
  expect(await foundIn(slug)).toEqual({ exchange: 4, none: 5, unknown: 5 })
  for (const domain of without) expect([domain, await signalsOf(slug, domain)]).toEqual([domain, MARKED])
  for (const domain of [...withMail, ...untold, 'gatech.edu'])
    expect([domain, await signalsOf(slug, domain)]).toEqual([domain, []])
})

const MARKED = ['no-mail-exchange']

test('a domain is looked up once, by whichever process meets it first, and anew when the answer is old', async () => {
  const slug = await anOpenCampaign(server)
  const other = await server.another()
  const before = askedFor()

  for (const n of times(20, (n) => n)) await sign(server, slug, { email: `ada${n}@null.example` })
  await lookedUp(slug, 1)
  for (const n of times(20, (n) => n)) await sign(other, slug, { email: `bob${n}@null.example` })
  await sign(other, slug, { email: 'ada@six.example' })
  await lookedUp(slug, 2)
  const first = askedFor() - before
  await server.deps.db.execute(sql`update mail_exchanges set expires_at = now() - interval '1 second'`)
  server.clock.now = new Date(Date.now() + 61 * 60_000)
  await sign(server, slug, { email: 'cleo@null.example' })
  await vi.waitUntil(async () => askedFor() - before > first, 5_000)
  delete server.clock.now

  expect(first).toBe(1)
  expect(askedFor() - before).toBe(2)
})

test('10,000 domains at once hold up nobody, however silent DNS is, and are asked for so many at a time', async () => {
  const slug = await anOpenCampaign(unheard)
  const campaign = await unheard.deps.campaigns.bySlug(slug)
  const began = performance.now()

  for (const domain of times(10_000, (n) => `d${n}.example`))
    unheard.deps.mailExchanges.note(campaign, { domain, registrableDomain: domain } as never)
  const answer = await sign(unheard, slug, { email: 'ada@slow.example' })
  const answeredAfter = performance.now() - began
  await vi.waitUntil(() => silentDns.asked.length >= 100, 5_000)
  const asked = new Set(silentDns.asked)

  expect(answer.statusCode).toBe(202)
  expect(answeredAfter).toBeLessThan(2_000)
  expect(asked.size).toBe(100)
  expect((await pledgesOf(unheard, slug)).map(({ state }) => state)).toEqual(['pending'])
})

test('of what was looked up no name stays, not even sealed', async () => {
  const slug = await anOpenCampaign(server)

  await sign(server, slug, { email: 'ada@mail.example' })
  await lookedUp(slug, 1)
  const { rows } = await server.deps.db.execute(sql`select * from mail_exchanges`)

  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) {
    for (const bytes of [row.domain_digest, row.host_digest].filter((one) => one !== null))
      expect((bytes as Buffer).length).toBe(32)
    expect(JSON.stringify(row)).not.toContain('example')
  }
})

function askedFor(): number {
  return dns.asked.filter((question) => question === 'MX null.example').length
}

test('who takes in the mail of a domain is forgotten with its last pledge', async () => {
  const slug = await anOpenCampaign(server)
  const forget = () => tasks(server.deps)['forget-mail-exchanges']?.({}, {} as never)
  const emails = ['ada@mail.example', 'bob@mail.example', 'ada@null.example']
  for (const email of emails) await sign(server, slug, { email })
  await lookedUp(slug, 2)

  const found = []
  for (const email of emails) {
    await (
      await asSigner(server, slug, email)
    )('DELETE')
    await forget()
    found.push(await foundIn(slug))
  }

  expect(found).toEqual([{ exchange: 1, none: 1 }, { none: 1 }, {}])
})

async function lookedUp(slug: string, domains: number): Promise<void> {
  const isAll = async () =>
    Object.values(await foundIn(slug)).reduce((sum, some) => sum + some, 0) === domains
  await vi.waitUntil(isAll, { timeout: 10_000, interval: 50 })
}

async function foundIn(slug: string): Promise<Record<string, number>> {
  const { rows } = await server.deps.db.execute<{ found: string; domains: number }>(sql`
    select found, count(*)::int as domains from mail_exchanges where campaign_id = ${await campaignId(server, slug)}
    group by found`)
  return Object.fromEntries(rows.map(({ found, domains }) => [found, domains]))
}

async function signalsOf(slug: string, domain: string): Promise<unknown> {
  return (await rowOf(server, slug, `ada@${domain}`))?.signals
}

async function notice(): Promise<void> {
  await tasks(server.deps)['notice-fakes']?.({}, {} as never)
}
