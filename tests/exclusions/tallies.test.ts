import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { bareEnvironment } from '../bare-environment.ts'
import { transaction } from '../../server/db/db.ts'
import { carryOut, carryOutUnfinished } from '../../server/exclusions/carrying-out.ts'
import {
  anOpenCampaign,
  anOrganizer,
  asSigner,
  campaignId,
  confirmByToken,
  pledgesOf,
  sign,
  tallyDifferences,
  times,
  tokenFor,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf, sums, watching } from './flood.ts'
import { apply, exclude, exclusion, preview, undo } from './rules.ts'

const server = estamos()

test('5,000 fakes of 20,000 go and come back, and at every moment tallies equal the rows', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server, { role: 'editor' })
  await aCrowdOf(server, slug, { people: 9_000, domain: 'gatech.edu', source: 'ydsa-gt' })
  await aCrowdOf(server, slug, { people: 6_000, domain: 'mail.example', campus: 'mit.edu', source: 'poster' })
  await aCrowdOf(server, slug, { people: 5_000, domain: 'fakes.example', campus: 'gatech.edu' })
  const before = await sums(server, slug)
  const watched = watching(server, slug)

  const rule = { source: '' }
  const shown = await preview(organizer, slug, rule)
  const applied = await exclude(server, organizer, slug, rule)
  const during = await sums(server, slug)
  const undone = await undo(server, organizer, slug, applied.id)
  const seen = await watched.end()

  expect(shown).toMatchObject({ count: 5_000, details: { states: { confirmed: 5_000, pending: 0 } } })
  expect(shown.details?.campuses).toEqual([
    { campus: 'gatech.edu', name: expect.any(String), count: 5_000, confirmed: 5_000, left: 9_000 },
  ])
  expect(shown.details?.sample).toHaveLength(20)
  expect(applied).toMatchObject({ state: 'applied', found: 5_000, moved: 5_000 })
  expect(undone).toMatchObject({ state: 'undone', found: 5_000, moved: 5_000 })
  expect([before, during, await sums(server, slug)]).toEqual([
    { tallies: 20_000, rows: 20_000 },
    { tallies: 15_000, rows: 15_000 },
    { tallies: 20_000, rows: 20_000 },
  ])
  expect(seen.filter(({ tallies, rows }) => tallies !== rows)).toEqual([])
  expect(new Set(seen.map(({ rows }) => rows)).size).toBeGreaterThan(3)
  expect(await tallyDifferences(server)).toEqual([])
})

test('two workers at the same exclusion move each pledge once', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 3_000, domain: 'fakes.example' })
  await aCrowdOf(server, slug, { people: 100, domain: 'mail.example' })
  const other = await server.another()
  const { id } = (await apply(organizer, slug, { domain: 'fakes.example' })).json()

  await Promise.all([carryOut(server.deps, id), carryOut(other.deps, id), server.work()])
  await carryOutUnfinished(server.deps)

  expect(await exclusion(organizer, slug, id)).toMatchObject({ state: 'applied', moved: 3_000 })
  expect(await sums(server, slug)).toEqual({ tallies: 100, rows: 100 })
})

test('undone while it is being applied, all comes back', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 3_000, domain: 'fakes.example' })
  const { id } = (await apply(organizer, slug, { domain: 'fakes.example' })).json()
  const other = await server.another()

  const [, answer] = await Promise.all([
    carryOut(server.deps, id),
    organizer.call('POST', `campaigns/${slug}/exclusions/${id}/undo`),
    carryOut(other.deps, id),
  ])
  await server.work()

  expect(answer.statusCode).toBe(202)
  expect(await exclusion(organizer, slug, id)).toMatchObject({ state: 'undone' })
  expect(await sums(server, slug)).toEqual({ tallies: 3_000, rows: 3_000 })
  expect((await pledgesOf(server, slug)).filter((row) => row.exclusion_id !== null)).toEqual([])
})

test('signers who confirm, take back, erase and sign again while pledges go and come back are counted right', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 1_500, domain: 'mail.example', source: 'sample' })
  const emails = times(60, (n) => `ada${n}@mail.example`)
  await Promise.all(emails.map((email) => sign(server, slug, { email, source: 'sample' })))
  const tokens = await Promise.all(
    emails.map((email) => tokenFor(server, slug, { email, purpose: 'confirm' })),
  )
  const calls = await Promise.all(emails.map((email) => asSigner(server, slug, email)))
  const signers = () =>
    emails.flatMap((email, n) => [
      confirmByToken(server, tokens[n]!),
      ...(n % 3 === 0 ? [calls[n]!('POST', '/withdrawal')] : []),
      ...(n % 3 === 1 ? [calls[n]!('DELETE')] : []),
      ...(n % 4 === 0 ? [sign(server, slug, { email, source: 'sample' })] : []),
    ])

  const { id } = (await apply(organizer, slug, { source: 'sample' })).json()
  const answers = await Promise.all([carryOut(server.deps, id), ...signers()])
  const during = await sums(server, slug)
  await organizer.call('POST', `campaigns/${slug}/exclusions/${id}/undo`)
  await Promise.all([carryOut(server.deps, id), ...signers()])
  await carryOutUnfinished(server.deps)

  expect(answers.flatMap((answer) => (answer && answer.statusCode >= 500 ? [answer.body] : []))).toEqual([])
  expect(during.tallies).toBe(during.rows)
  expect(await exclusion(organizer, slug, id)).toMatchObject({ state: 'undone' })
  expect(await tallyDifferences(server)).toEqual([])
  expect((await sums(server, slug)).rows).toBeGreaterThan(1_500)
})

// The last one: the job that the killed worker holds stays locked for minutes.
test('a worker that is killed in the middle loses nothing, and another goes on', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 4_000, domain: 'fakes.example', campus: 'mit.edu' })
  const { id } = (await apply(organizer, slug, { domain: 'fakes.example' })).json()
  const held = await holdingPledge(slug, 2_500)

  const worker = await aWorker()
  await vi.waitUntil(async () => (await exclusion(organizer, slug, id)).moved === 2_000, { timeout: 20_000 })
  worker.kill('SIGKILL')
  await once(worker, 'exit')
  await held.letGo()
  const afterwards = await exclusion(organizer, slug, id)
  const between = await sums(server, slug)
  await carryOutUnfinished(server.deps)

  expect(afterwards).toMatchObject({ state: 'applying', moved: 2_000 })
  expect(between).toEqual({ tallies: 2_000, rows: 2_000 })
  expect(await exclusion(organizer, slug, id)).toMatchObject({ state: 'applied', moved: 4_000 })
  expect(await sums(server, slug)).toEqual({ tallies: 0, rows: 0 })
})

/** Holds the nth pledge in the order of their keys: whoever moves pledges waits there. */
async function holdingPledge(slug: string, nth: number) {
  const id = await campaignId(server, slug)
  const released = Promise.withResolvers<void>()
  const taken = Promise.withResolvers<void>()
  const holding = transaction(server.deps.db, async (tx) => {
    await tx.execute(sql`
      select from pledges where campaign_id = ${id} and email_digest = (
        select email_digest from pledges where campaign_id = ${id} order by email_digest, address_digest
        offset ${nth} limit 1)
      for update`)
    taken.resolve()
    await released.promise
  })
  await taken.promise
  onTestFinished(() => released.resolve())
  return {
    async letGo() {
      released.resolve()
      await holding
    },
  }
}

/** Another process that does nothing but jobs. */
async function aWorker() {
  const { secretKey, port } = server.config
  const dataDir = await mkdtemp(join(tmpdir(), 'estamos-worker-'))
  const child = spawn(process.execPath, ['server/server.ts'], {
    env: {
      ...bareEnvironment(),
      DATABASE_URL: server.databaseUrl,
      DATA_DIR: dataDir,
      SECRET_KEY: secretKey,
      PORT: String(port),
      ROLE: 'worker',
    },
    stdio: 'ignore',
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  })
  return child
}
