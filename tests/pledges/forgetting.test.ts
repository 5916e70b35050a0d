import { sql } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import {
  anOpenCampaign,
  asSigner,
  campaignId,
  confirm,
  keyOf,
  pledgesOf,
  rowOf,
  sign,
  tallyDifferences,
  tryCode,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
const signedAt = new Date('2026-03-01T10:20:30Z')

afterEach(() => delete server.clock.now)

test('a pledge that nobody confirmed is deleted after seven days, and not a second before', async () => {
  const slug = await anOpenCampaign(server)
  server.clock.now = signedAt
  await sign(server, slug)

  server.clock.now = new Date('2026-03-08T10:20:30Z')
  await run('delete-unconfirmed')
  const inTime = await pledgesOf(server, slug)
  server.clock.now = new Date('2026-03-08T10:20:31Z')
  await run('delete-unconfirmed')

  expect(inTime).toMatchObject([{ state: 'pending' }])
  expect(await pledgesOf(server, slug)).toEqual([])
})

test('a confirmed pledge is not deleted with those', async () => {
  const slug = await anOpenCampaign(server)
  server.clock.now = signedAt
  await sign(server, slug)
  await confirm(server, slug)

  server.clock.now = new Date('2026-05-01T10:20:30Z')
  await run('delete-unconfirmed')

  expect(await pledgesOf(server, slug)).toMatchObject([{ state: 'confirmed' }])
})

test('forty-eight hours after the confirmation only the dates are left; the hour lives on as a total', async () => {
  const slug = await anOpenCampaign(server)
  server.clock.now = signedAt
  await sign(server, slug, { email: 'ada@gatech.edu' })
  await confirm(server, slug, 'ada@gatech.edu')

  server.clock.now = new Date('2026-03-03T10:20:30Z')
  await run('forget-times')
  const inTime = await rowOf(server, slug, 'ada@gatech.edu')
  server.clock.now = new Date('2026-03-03T10:20:31Z')
  await run('forget-times')

  const midnight = new Date('2026-03-01T00:00:00Z')
  expect(inTime).toMatchObject({ signed_at: when(signedAt), confirmed_at: when(signedAt) })
  expect(await rowOf(server, slug, 'ada@gatech.edu')).toMatchObject({
    signed_at: when(midnight),
    confirmed_at: when(midnight),
  })
  await run('sum-up-created')
  const { rows } = await server.deps.db.execute(sql`
    select confirmed, created, hour = '2026-03-01T10:00:00Z' as is_at_ten from tally_hours
    where campaign_id = ${await campaignId(server, slug)}`)
  expect(rows).toEqual([{ confirmed: 1, created: 1, is_at_ten: true }])
})

test('the time of taking back is forgotten too, also when it was taken back much later', async () => {
  const slug = await anOpenCampaign(server)
  server.clock.now = signedAt
  await sign(server, slug)
  await confirm(server, slug)
  server.clock.now = new Date('2026-03-05T10:20:30Z')
  await run('forget-times')
  server.clock.now = new Date('2026-03-10T17:18:19Z')
  await (
    await asSigner(server, slug)
  )('POST', '/withdrawal')

  server.clock.now = new Date('2026-03-13T10:20:30Z')
  await run('forget-times')

  expect(await rowOf(server, slug)).toMatchObject({ withdrawn_at: when(new Date('2026-03-10T00:00:00Z')) })
})

test('a recount finds a tally that is wrong, mends it, and then finds nothing', async () => {
  const slug = await anOpenCampaign(server)
  const id = await campaignId(server, slug)
  for (const name of ['ada', 'bea']) {
    await sign(server, slug, { email: `${name}@gatech.edu` })
    await confirm(server, slug, `${name}@gatech.edu`)
  }
  await server.deps.db.execute(sql`update tallies set confirmed = 7 where campaign_id = ${id}`)
  await server.deps.db.execute(sql`insert into tallies values (${id}, 0, 3)`)

  const found = await tallyDifferences(server)
  await run('recount-tallies')

  expect(found).toMatchObject([
    { campaign_id: id, campus_id: 0, tally: 3, counted: 0 },
    { campaign_id: id, tally: 7, counted: 2 },
  ])
  expect(await tallyDifferences(server)).toEqual([])
})

test('a recount finds a tally that is missing', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  await confirm(server, slug)
  await server.deps.db.execute(sql`delete from tallies where campaign_id = ${await campaignId(server, slug)}`)

  const found = await tallyDifferences(server)
  await run('recount-tallies')

  expect(found).toMatchObject([{ tally: 0, counted: 1 }])
  expect(await tallyDifferences(server)).toEqual([])
})

test('tries at codes of an address that never signed are forgotten after a week', async () => {
  const slug = await anOpenCampaign(server)
  server.clock.now = signedAt
  await tryCode(server, slug, '123456', 'nobody@example.edu')

  server.clock.now = new Date('2026-03-08T10:00:00Z')
  await run('forget-tries')
  const inTime = await triesOf(slug)
  server.clock.now = new Date('2026-03-08T11:00:00Z')
  await run('forget-tries')

  expect(inTime).toBe(1)
  expect(await triesOf(slug)).toBe(0)
})

async function triesOf(slug: string): Promise<number> {
  const { addressDigest } = await keyOf(server, slug, 'nobody@example.edu')
  const { rows } = await server.deps.db.execute(
    sql`select from code_tries where address_digest = ${addressDigest}`,
  )
  return rows.length
}

async function run(task: string): Promise<void> {
  await server.deps.db.execute(sql`select graphile_worker.add_job(${task})`)
  await server.work()
}

/** As raw rows show it. */
function when(time: Date) {
  return expect.toSatisfy(
    (shown: unknown) => new Date(String(shown)).getTime() === time.getTime(),
    time.toISOString(),
  )
}
