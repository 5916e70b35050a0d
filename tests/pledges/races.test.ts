import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import {
  anOpenCampaign,
  asSigner,
  campaignId,
  confirm,
  confirmByToken,
  pledgesOf,
  seeded,
  sign,
  tallyDifferences,
  times,
  tokenFor,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('confirming and taking back at the same moment leave tallies equal to the rows', async () => {
  const slug = await anOpenCampaign(server)
  const other = await server.another()
  const emails = times(40, (n) => `ada${n}@gatech.edu`)
  await Promise.all(emails.map((email) => sign(server, slug, { email })))
  const tokens = await Promise.all(
    emails.map((email) => tokenFor(server, slug, { email, purpose: 'confirm' })),
  )
  const calls = await Promise.all(emails.map((email) => asSigner(server, slug, email)))

  const answers = await Promise.all(
    emails.flatMap((_, n) => [
      confirmByToken(n % 2 ? server : other, tokens[n] ?? ''),
      calls[n]!('POST', '/withdrawal'),
      confirmByToken(server, tokens[n] ?? ''),
    ]),
  )

  expect(answers.filter(({ statusCode }) => ![200, 400, 409].includes(statusCode))).toEqual([])
  expect(await tallyDifferences(server)).toEqual([])
  expect(await tallyOf(slug)).toBe((await inState(slug, 'confirmed')).length)
})

test('taking back twenty times at once counts out once, and ends the session for all but one', async () => {
  const slug = await anOpenCampaign(server)
  await Promise.all(['ada', 'bea'].map((name) => sign(server, slug, { email: `${name}@gatech.edu` })))
  for (const name of ['ada', 'bea']) await confirm(server, slug, `${name}@gatech.edu`)
  const call = await asSigner(server, slug, 'ada@gatech.edu')

  const answers = await Promise.all(times(20, () => call('POST', '/withdrawal')))

  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, ...times(19, () => 401)])
  expect(await tallyOf(slug)).toBe(1)
  expect(await tallyDifferences(server)).toEqual([])
})

test('erasing, taking back and changing campus at once count out once', async () => {
  const slug = await anOpenCampaign(server)
  const emails = times(20, (n) => `ada${n}@mail.example`)
  await Promise.all(emails.map((email) => sign(server, slug, { email, campus: 'gatech.edu' })))
  await Promise.all(emails.map((email) => confirm(server, slug, email)))
  const calls = await Promise.all(emails.map((email) => asSigner(server, slug, email)))

  const answers = await Promise.all(
    calls.flatMap((call) => [
      call('PATCH', '', { campus: 'mit.edu' }),
      call('POST', '/withdrawal'),
      call('PATCH', '', { campus: '' }),
      call('DELETE'),
    ]),
  )

  expect(
    answers.map(({ statusCode }) => statusCode).filter((status) => ![200, 204, 401].includes(status)),
  ).toEqual([])
  expect((await pledgesOf(server, slug)).filter(({ state }) => state !== 'withdrawn')).toEqual([])
  expect(await tallyOf(slug)).toBe(0)
})

test('a random crowd that does everything at once leaves tallies equal to the rows', async () => {
  const slug = await anOpenCampaign(server)
  const other = await server.another()
  const random = seeded(7)
  const pick = <Of>(from: Of[]): Of => from[Math.floor(random() * from.length)]!
  const emails = times(12, (n) => `ada${n % 6}${n > 5 ? '+tag' : ''}@mail.example`)
  await Promise.all(emails.map((email) => sign(server, slug, { email, campus: 'gatech.edu' })))
  const calls = new Map(
    await Promise.all(emails.map(async (email) => [email, await asSigner(server, slug, email)] as const)),
  )
  const tokens = new Map(
    await Promise.all(
      emails.map(
        async (email) => [email, await tokenFor(server, slug, { email, purpose: 'confirm' })] as const,
      ),
    ),
  )
  const deeds = [
    (email: string) => sign(pick([server, other]), slug, { email, campus: pick(['gatech.edu', 'mit.edu']) }),
    (email: string) => confirmByToken(pick([server, other]), tokens.get(email) ?? ''),
    (email: string) => confirmByToken(pick([server, other]), tokens.get(email) ?? ''),
    (email: string) => calls.get(email)!('POST', '/withdrawal'),
    (email: string) => calls.get(email)!('PATCH', '', { campus: pick(['', 'mit.edu', 'gatech.edu']) }),
    (email: string) => calls.get(email)!('DELETE'),
  ]

  const statuses = new Set<number>()
  for (const _ of times(6, () => 0)) {
    const answers = await Promise.all(times(80, () => pick(deeds)(pick(emails))))
    for (const { statusCode } of answers) statuses.add(statusCode)
  }

  expect(statuses).toContain(200)
  expect([...statuses].filter((status) => status >= 500)).toEqual([])
  expect(await tallyDifferences(server)).toEqual([])
  expect(await tallyOf(slug)).toBe((await inState(slug, 'confirmed')).length)
})

test('people who change between two campuses at the same moment never wait for each other in a circle', async () => {
  const slug = await anOpenCampaign(server)
  const homes = ['gatech.edu', 'mit.edu'] as const
  const emails = times(24, (n) => `ada${n}@mail.example`)
  await Promise.all(emails.map((email, n) => sign(server, slug, { email, campus: homes[n % 2] })))
  await Promise.all(emails.map((email) => confirm(server, slug, email)))
  const calls = await Promise.all(emails.map((email) => asSigner(server, slug, email)))

  const answers = await Promise.all(calls.map((call, n) => call('PATCH', '', { campus: homes[(n + 1) % 2] })))

  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
  expect(await tallyOf(slug)).toBe(24)
  expect(await tallyDifferences(server)).toEqual([])
})

test('two campaigns do not count each other’s pledges', async () => {
  const slugs = [await anOpenCampaign(server), await anOpenCampaign(server)] as const
  for (const slug of slugs) await sign(server, slug, { email: 'ada@gatech.edu' })

  await confirm(server, slugs[0], 'ada@gatech.edu')

  expect(await Promise.all(slugs.map(tallyOf))).toEqual([1, 0])
})

async function inState(slug: string, state: string) {
  return (await pledgesOf(server, slug)).filter((row) => row.state === state)
}

async function tallyOf(slug: string): Promise<number> {
  const { rows } = await server.deps.db.execute<{ sum: number }>(sql`
    select coalesce(sum(confirmed), 0)::int as sum from tallies where campaign_id = ${await campaignId(server, slug)}`)
  return rows[0]?.sum ?? -1
}
