import { sql } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import { openDeps } from '../../server/deps.ts'
import { rewriteTable } from '../../server/db/rewriting.ts'
import { readyForRequest } from '../../server/keys/contact-keys.ts'
import { openContact, sealContact } from '../../server/pledges/contact.ts'
import { addressKept, anOpenCampaign, confirm, keyOf, letterTo, rowOf, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
const ada = 'ada@example.edu'

afterEach(() => delete server.clock.now)

test('who signs at the last second of a day can confirm seven days later, and is kept as she ticked', async () => {
  at('2026-03-01T23:59:59Z')
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: ada, updates: true })
  const sealed = (await rowOf(server, slug, ada))?.contact as Buffer

  at('2026-03-08T23:59:58Z')
  await run('destroy-contact-keys', 'delete-unconfirmed')
  const answer = await confirm(server, slug, ada)
  at('2026-03-10T00:00:01Z')
  await run('destroy-contact-keys')

  expect(answer.statusCode).toBe(200)
  const row = await rowOf(server, slug, ada)
  expect(await addressKept(server, slug, row?.contact, ada)).toBe(ada)
  expect(server.deps.keys.holds('contact', sealed)).toBe(false)
})

test('the key of a day lives until that day is eight days ago, in the database and in each process', async () => {
  at('2027-03-01T12:00:00Z')
  const slug = await anOpenCampaign(server)
  const other = await server.another()
  await sign(server, slug, { email: ada })
  await sign(other, slug, { email: 'bea@example.edu' })
  const contacts = [
    (await rowOf(server, slug, ada))?.contact,
    (await rowOf(server, slug, 'bea@example.edu'))?.contact,
  ]

  const held = []
  for (const day of ['2027-03-09T23:59:59Z', '2027-03-10T00:00:00Z']) {
    at(day)
    await run('destroy-contact-keys')
    await Promise.all([readyForRequest(server.deps), readyForRequest(other.deps)])
    held.push({
      days: (await days()).includes('2027-03-01'),
      bySelf: contacts.map((contact) => server.deps.keys.holds('contact', contact as Buffer)),
      byOther: contacts.map((contact) => other.deps.keys.holds('contact', contact as Buffer)),
    })
  }

  expect(held).toEqual([
    { days: true, bySelf: [true, true], byOther: [true, true] },
    { days: false, bySelf: [false, false], byOther: [false, false] },
  ])
})

test('processes make one key for a day together, and one whose clock is behind opens what the other seals after midnight', async () => {
  at('2028-03-01T23:59:59Z')
  const slug = await anOpenCampaign(server)
  const other = await server.another()
  await Promise.all([readyForRequest(server.deps), readyForRequest(other.deps)])
  const key = await keyOf(server, slug, ada)

  at('2028-03-02T00:00:00Z')
  await readyForRequest(other.deps)
  const sealed = sealContact(other.deps.keys, key, { email: ada })

  expect(openContact(server.deps.keys, key, sealed)).toEqual({ email: ada })
  await expect.poll(days).toEqual(['2028-03-01', '2028-03-02', '2028-03-03'])
})

test('midnight does not wait for the database', async () => {
  at('2029-03-01T12:00:00Z')
  const slug = await anOpenCampaign(server)
  const away = await openDeps({
    config: server.config,
    databaseUrl: server.databaseUrl,
    now: server.deps.now,
  })
  const key = await keyOf(server, slug, ada)
  const yesterday = away.keys.idFor('contact')
  await Promise.all([readyForRequest(server.deps), away.close()])

  at('2029-03-02T00:00:00Z')
  await readyForRequest(away)
  const sealed = sealContact(away.keys, key, { email: ada })

  expect(openContact(server.deps.keys, key, sealed)).toEqual({ email: ada })
  expect(away.keys.idFor('contact')).not.toEqual(yesterday)
})

test('a letter that waited for so long that its address is lost is dropped, and stops no other', async () => {
  const late = 'late@example.edu'
  at('2030-03-01T12:00:00Z')
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: late })
  await confirm(server, slug, late)
  await server.deps.db.execute(sql`delete from letters`)
  await server.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-links',
    payload: { campaign: slug, email: late },
  })

  at('2030-03-10T12:00:00Z')
  await server.deps.db.execute(sql`select graphile_worker.add_job('destroy-contact-keys')`)
  await sign(server, slug, { email: 'bea@example.edu' })

  await run()

  expect(await letterTo(server, late)).toBeUndefined()
  expect(await letterTo(server, 'bea@example.edu')).toBeDefined()
  const { rows } = await server.deps.db.execute(sql`select state from letters`)
  expect(rows).toEqual([{ state: 'sent' }])
})

test('a table of keys that somebody reads is left for the next hour, and its readers wait for nobody', async () => {
  const hand = await server.deps.db.$client.connect()
  await hand.query('begin')
  await hand.query('select from campaign_keys')

  const whileRead = await rewriteTable(server.deps.db, 'campaign_keys')
  await hand.query('rollback')
  hand.release()
  const afterwards = await rewriteTable(server.deps.db, 'campaign_keys')

  expect([whileRead, afterwards]).toEqual([false, true])
})

function at(time: string): void {
  server.clock.now = new Date(time)
}

async function run(...tasks: string[]): Promise<void> {
  for (const task of tasks) await server.deps.db.execute(sql`select graphile_worker.add_job(${task})`)
  await server.work()
}

/** Those of the last ten days, and later ones. */
async function days(): Promise<string[]> {
  const from = new Date(server.deps.now().getTime() - 10 * 86_400_000).toISOString().slice(0, 10)
  const { rows } = await server.deps.db.execute<{ day: string }>(
    sql`select day::text from contact_keys where day >= ${from}::date order by 1`,
  )
  return rows.map(({ day }) => day)
}
