import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { tasks } from '../../server/jobs.ts'
import { type KeySet, keySetFrom, VERSIONS } from '../../server/keys.ts'
import { keyBytes } from '../../server/pledges/mailbox.ts'
import { anOpenCampaign, anOrganizer, asSigner, confirm, keyOf, sign } from '../builders.ts'
import { testCluster } from '../database-cluster.ts'
import { estamos } from '../estamos.ts'
import { carve, opened } from './carving.ts'
import { filesIn, type Held } from './leaks.ts'
import { reached } from './reached.ts'

const cluster = testCluster()
const server = estamos({ database: cluster, env: () => ({ RETENTION_DAYS: '30' }) })
const DAY_MS = 24 * 3_600_000
const START = Date.parse('2026-03-01T12:00:00Z')

const nothing = ['ada@example.edu', 'bea@example.edu', 'cleo@example.edu']
const kept = ['dora@example.edu', 'eva@example.edu']
/** Who wanted to be written to, and takes it back. */
const unsubscribed = 'fay@example.edu'
const unconfirmed = 'gwen@example.edu'
const erased = 'hana@example.edu'
const everybody = [...nothing, ...kept, unsubscribed, unconfirmed, erased]

let slug: string

beforeAll(async () => {
  server.clock.now = new Date(START)
  slug = await anOpenCampaign(server)
})

test('B8: eight days on nothing that was erased opens, out of dead rows, write-ahead log or backup, by any key still held; after the retention nothing at all', async () => {
  await theDrive()
  const contexts = await Promise.all(
    everybody.map(async (email) => keyBytes(await keyOf(server, slug, email))),
  )
  const backup = await files()
  const atOnce = attack(await keysIn(backup), [backup], contexts)

  await atDay(9)
  const afterwards = await files()
  const inAWeek = attack(await keysIn(afterwards), [backup, afterwards], contexts)

  await (await anOrganizer(server)).call('POST', `campaigns/${slug}/closure`)
  await atDay(40)
  const atTheEnd = await files()
  const forgotten = attack(await keysIn(atTheEnd), [backup, afterwards, atTheEnd], contexts)

  expect(atOnce).toEqual(new Set(everybody))
  for (const email of kept) expect(inAWeek).toContain(email)
  for (const email of [...nothing, unconfirmed, erased]) expect(inAWeek).not.toContain(email)
  expect(forgotten).toEqual(new Set())
  reached(
    'B8',
    `of ${everybody.length} contacts in files, log and backup ${atOnce.size} opened at once, ${inAWeek.size} after nine days ` +
      `(those who wanted mail), ${forgotten.size} after the retention`,
  )
})

/** All that can become of a contact, and the letters that wait. */
async function theDrive(): Promise<void> {
  for (const email of everybody)
    await sign(server, slug, { email, updates: kept.includes(email) || email === unsubscribed })
  for (const email of [...nothing, ...kept, unsubscribed]) await confirm(server, slug, email)
  await (
    await asSigner(server, slug, unsubscribed)
  )('PATCH', '', { updates: false })
  await (
    await asSigner(server, slug, erased)
  )('DELETE')
  await server.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-links',
    payload: { campaign: slug, email: nothing[0] },
  })
  await server.work()
}

/** The jobs of that day have run, and the database has written so much since that it went on to another file of its log. */
async function atDay(day: number): Promise<void> {
  server.clock.now = new Date(START + day * DAY_MS)
  const all = tasks(server.deps)
  for (const task of ['delete-unconfirmed', 'forget-signers', 'destroy-contact-keys'])
    await all[task]?.({}, {} as never)
  await cluster.db.execute(sql`select pg_switch_wal()`)
}

interface KeysHeld {
  days: KeySet[]
  campaigns: KeySet[]
}

/** By SECRET_KEY: those of the tables and, as far as they are still in files, those that were deleted from them. */
async function keysIn(held: Held[]): Promise<KeysHeld> {
  const ofServer = keySetFrom(server.config.secretKey)
  const wrapped = carve(held, [ofServer], VERSIONS.server)
  const days = Array.from({ length: 60 }, (_, n) =>
    new Date(START + (n - 5) * DAY_MS).toISOString().slice(0, 10),
  )
  const of = (label: string, contexts: Buffer[]) =>
    opened(wrapped, [ofServer], { label, contexts }).map((secret) => keySetFrom(secret))
  return {
    days: of(
      'day-key',
      days.map((day) => Buffer.from(`contact key ${day}`)),
    ),
    campaigns: of('digest-key', [Buffer.from(slug)]),
  }
}

/** Whose addresses he reads. */
function attack({ days, campaigns }: KeysHeld, copies: Held[][], contexts: Buffer[]): Set<string> {
  const all = copies.flat()
  const plain = [
    ...opened(carve(all, days, VERSIONS.day), days, { label: 'contact', contexts }),
    ...opened(carve(all, campaigns, VERSIONS.campaign), campaigns, { label: 'kept-contact', contexts }),
  ]
  return new Set(plain.map((one) => (JSON.parse(one.toString()) as { email: string }).email))
}

async function files(): Promise<Held[]> {
  await cluster.db.execute(sql`checkpoint`)
  const { rows } = await cluster.db.execute<{ oid: number }>(
    sql`select oid::int as oid from pg_database where datname = current_database()`,
  )
  return filesIn(cluster.folder, rows[0]?.oid ?? 0)
}
