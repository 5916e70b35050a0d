import { sql } from 'drizzle-orm'
import { afterAll, expect, test, vi } from 'vitest'
import type { Exclusion } from '../../server/exclusions/contract.ts'
import { anOpenCampaign, anOrganizer, campaignId, rowOf, tallyDifferences, times } from '../builders.ts'
import { dnsServer, type Zone } from '../dns-server.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf, sums } from '../exclusions/flood.ts'
import { undo } from '../exclusions/rules.ts'
import { confirmAll, lookForFakes, signAll } from './farm.ts'
import { reached } from './reached.ts'

const ROTATING = times(40, (n) => `today${n}.example`)
const mx = (exchange: string) => [{ preference: 10, exchange }]
const zone: Zone = {
  'MX new.example': mx('mail.mailinator.com'),
  'A mail.mailinator.com': ['192.0.2.1'],
  'MX mailinator.com': mx('mail.mailinator.com'),
  'MX guerrillamail.com': mx('mx.farm.example'),
  'MX fresh.example': mx('mx.farm.example'),
  'A mx.farm.example': ['192.0.2.2'],
  'MX yopmail.com': mx('aspmx.google.com'),
  'MX union.example': mx('aspmx.google.com'),
  'A aspmx.google.com': ['192.0.2.3'],
  'MX lovelace.example': mx('mx.lovelace.example'),
  'A mx.lovelace.example': ['192.0.2.4'],
  ...Object.fromEntries(
    ROTATING.map((name, n) => [`MX ${name}`, mx(n % 2 ? 'mx.spam.example' : `mx.${name}`)]),
  ),
  'A mx.spam.example': ['192.0.2.66'],
  ...Object.fromEntries(ROTATING.map((name) => [`A mx.${name}`, ['192.0.2.77']])),
}
const dns = await dnsServer(zone)
afterAll(() => dns.close())
const server = estamos({ env: () => ({ DNS_SERVERS: dns.address }) })

test('A12: listed services, their sub-domains, and domains that share their mail host are not counted, and hear nothing of it', async () => {
  const slug = await aDrive()
  const thrownAway = [
    'mailinator.com',
    'x9.y.mailinator.com',
    'new.example',
    'guerrillamail.com',
    'fresh.example',
    'yopmail.com',
  ]
  const honest = ['union.example', 'lovelace.example', 'gatech.edu']
  const emails = [...thrownAway, ...honest].map((domain) => `ada@${domain}`)

  const signed = await signAll(server, slug, emails)
  await lookedUp(slug, 7)
  await lookForFakes(server)
  const confirmed = await confirmAll(server, slug)

  expect(new Set(signed.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
  expect(new Set(confirmed.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
  for (const email of emails) {
    const state = thrownAway.includes(email.slice(4)) ? 'excluded' : 'confirmed'
    expect([email, (await rowOf(server, slug, email))?.state]).toEqual([email, state])
  }
  reached('A12', `6 throw-away mailboxes of 5 kinds: 0 counted; 3 honest ones beside them: all counted`)
})

test('A12: domains that rotate are held together by the host that takes in their mail, and come back together', async () => {
  const slug = await aDrive()
  const organizer = await anOrganizer(server)
  const first = ROTATING.flatMap((domain) => [`a@${domain}`, `b@${domain}`])
  const later = ROTATING.map((domain) => `c@${domain}`)

  const began = performance.now()
  await signAll(server, slug, first)
  await confirmAll(server, slug)
  await lookedUp(slug, ROTATING.length)
  const before = await sums(server, slug)
  await lookForFakes(server)
  await signAll(server, slug, later)
  const confirmed = await confirmAll(server, slug)
  const during = await sums(server, slug)
  const { exclusions } = (await organizer.call('GET', `campaigns/${slug}/exclusions`)).json()
  for (const { id } of exclusions as Exclusion[]) await undo(server, organizer, slug, id)
  await lookForFakes(server)

  expect(new Set(confirmed.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1)
  expect([before, during]).toEqual([
    { tallies: 380, rows: 380 },
    { tallies: 300, rows: 300 },
  ])
  expect(exclusions).toMatchObject([
    { moved: 60, held: { reason: 'mail-host', minutes: 10, now: { pledges: 40, of: 80 } } },
    { moved: 60, held: { reason: 'mail-host', minutes: 10, now: { pledges: 40, of: 80 } } },
  ])
  expect(await sums(server, slug)).toEqual({ tallies: 420, rows: 420 })
  expect(await tallyDifferences(server)).toEqual([])
  reached(
    'A12',
    `120 mailboxes under 40 domains of two mail hosts, in ${Math.round(performance.now() - began)} ms: 80 counted until they were looked at, then none; undo gave back all`,
  )
})

/** With something to compare with. */
async function aDrive(): Promise<string> {
  const slug = await anOpenCampaign(server)
  const at = new Date(Date.now() - 2 * 3_600_000)
  await aCrowdOf(server, slug, { people: 300, domain: 'gatech.edu', at, minutes: 600 })
  return slug
}

async function lookedUp(slug: string, domains: number): Promise<void> {
  const id = await campaignId(server, slug)
  await vi.waitUntil(async () => {
    const { rows } = await server.deps.db.execute(sql`select from mail_exchanges where campaign_id = ${id}`)
    return rows.length === domains
  }, 10_000)
}
