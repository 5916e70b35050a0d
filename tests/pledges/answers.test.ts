import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import {
  addressKept,
  aCampaignThatAsks,
  answersTo,
  asSigner,
  codeFor,
  confirm,
  confirmByToken,
  letterTo,
  rowOf,
  sign,
  signingsOf,
  tallyDifferences,
  times,
  tokenFor,
  tokenIn,
  tryCode,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('an answer counts once the pledge is confirmed, by link or by code, and once each', async () => {
  await server.work()
  const { slug, questions } = await aCampaignThatAsks(server)
  const [year, studies] = questions
  const answers = [
    { question: year, option: 2 },
    { question: studies, option: 1 },
  ]
  await sign(server, slug, { answers })
  await sign(server, slug, { email: 'bea@example.edu', answers: answers.slice(0, 1) })
  const before = await answersTo(server, year)

  const letter = await letterTo(server, 'ada@example.edu')
  const link = tokenIn(letter?.text ?? '', 'confirm')
  await confirmByToken(server, link)
  await confirmByToken(server, link)
  await tryCode(server, slug, await codeFor(server, slug, 'bea@example.edu'), 'bea@example.edu')

  expect(before).toEqual({})
  expect(await answersTo(server, year)).toEqual({ 2: 2 })
  expect(await answersTo(server, studies)).toEqual({ 1: 1 })
})

test('until then it waits sealed with the pledge alone; afterwards nothing links it to anybody', async () => {
  const { slug, questions } = await aCampaignThatAsks(server)
  const before = await everythingHeld()
  await sign(server, slug, { updates: true, answers: [{ question: questions[0], option: 3 }] })
  const waiting = await everythingHeld()
  const sealed = await signingsOf(server, slug)
  const letters = await sealedInLetters()

  await confirm(server, slug)

  const kept = await rowOf(server, slug)
  expect(sealed).toMatchObject([
    { email: 'ada@example.edu', answers: [{ question: questions[0], option: 3 }] },
  ])
  expect(await signingsOf(server, slug)).toEqual([])
  expect(letters).toEqual([null])
  for (const held of [before, waiting, await everythingHeld()]) expect(held).not.toMatch(/answers|option"/)
  expect(await addressKept(server, slug, kept?.contact)).toBe('ada@example.edu')
  expect(await answersTo(server, questions[0])).toEqual({ 3: 1 })
  const { rows } = await server.deps.db.execute(sql`
    select column_name from information_schema.columns where table_name = 'answer_tallies'`)
  expect(rows.map((column) => column.column_name).sort()).toEqual(['confirmed', 'option', 'question_id'])
})

test('her page shows the answers while they wait, and none afterwards', async () => {
  const { slug, questions } = await aCampaignThatAsks(server)
  await sign(server, slug, { answers: [{ question: questions[0], option: 3 }] })
  const call = await asSigner(server, slug)

  const waiting = await call('GET')
  await confirm(server, slug)
  const counted = await call('GET')

  expect(waiting.json().answers).toEqual([{ question: 'When do you graduate?', answer: 'Later' }])
  expect(counted.json().answers).toEqual([])
})

test('neither a second spelling of the mailbox nor a later signing of the address adds or changes an answer', async () => {
  const { slug, clauses, questions } = await aCampaignThatAsks(server)
  const answers = [{ question: questions[0], option: 1 }]
  for (const email of ['alice@x.edu', 'alice+2@x.edu']) {
    await sign(server, slug, { email, answers })
    await confirm(server, slug, email)
  }
  await sign(server, slug, { clauses: [clauses[0]], answers })
  const link = await tokenFor(server, slug, { purpose: 'confirm' })
  await sign(server, slug, { clauses, answers: [{ question: questions[0], option: 2 }] })
  await confirmByToken(server, link)

  expect(await answersTo(server, questions[0])).toEqual({ 1: 2 })
})

test('taking the pledge back leaves the total as it is: nobody knows which answer was hers', async () => {
  const { slug, questions } = await aCampaignThatAsks(server)
  await sign(server, slug, { answers: [{ question: questions[0], option: 1 }] })
  await confirm(server, slug)

  await (
    await asSigner(server, slug)
  )('DELETE')

  expect(await rowOf(server, slug)).toBeUndefined()
  expect(await answersTo(server, questions[0])).toEqual({ 1: 1 })
})

test('an answer to a question that was deleted meanwhile keeps nobody from being counted', async () => {
  const { slug, questions } = await aCampaignThatAsks(server)
  await sign(server, slug, { answers: questions.map((question) => ({ question, option: 1 })) })
  await server.deps.db.execute(sql`delete from campaign_questions where id = ${questions[0]}`)

  const answer = await confirm(server, slug)

  expect(answer.statusCode).toBe(200)
  expect(await answersTo(server, questions[0])).toEqual({})
  expect(await answersTo(server, questions[1])).toEqual({ 1: 1 })
})

test('two hundred confirmations at the same moment add up exactly', async () => {
  const { slug, questions } = await aCampaignThatAsks(server)
  const other = await server.another()
  const emails = times(200, (n) => `student-${n}@mail.example`)
  const answersOf = (n: number) => [
    { question: questions[1], option: 1 + (n % 2) },
    { question: questions[0], option: 1 + (n % 3) },
  ]
  await Promise.all(emails.map((email, n) => sign(server, slug, { email, answers: answersOf(n) })))
  const links = []
  for (const email of emails) links.push(await tokenFor(server, slug, { email, purpose: 'confirm' }))

  const confirmed = await Promise.all(
    links.flatMap((link, n) => [
      confirmByToken(n % 2 ? server : other, link),
      confirmByToken(n % 2 ? other : server, link),
    ]),
  )

  expect(new Set(confirmed.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
  expect(await answersTo(server, questions[0])).toEqual({ 1: 67, 2: 67, 3: 66 })
  expect(await answersTo(server, questions[1])).toEqual({ 1: 100, 2: 100 })
  expect(await tallyDifferences(server)).toEqual([])
})

describe('refused is', () => {
  test.each(['unknown', 'retired', "another campaign's"])(
    'an answer to a question that is %s',
    async (kind) => {
      const { slug, questions } = await aCampaignThatAsks(server)
      const other = await aCampaignThatAsks(server)
      if (kind === 'retired') await retire(slug, questions[0])
      const question = { unknown: 2_000_000_000, retired: questions[0] }[kind] ?? other.questions[0]

      const answer = await sign(server, slug, { answers: [{ question, option: 1 }] })

      expect(answer.statusCode).toBe(422)
      expect(answer.json()).toMatchObject({ code: 'answer-not-known', field: 'answers' })
      expect(await rowOf(server, slug)).toBeUndefined()
    },
  )

  test('an option that the question does not have, and two answers to one question', async () => {
    const { slug, questions } = await aCampaignThatAsks(server)
    const given = (...options: number[]) => options.map((option) => ({ question: questions[1], option }))

    const answers = [
      await sign(server, slug, { answers: given(3) }),
      await sign(server, slug, { answers: given(1, 2) }),
      await sign(server, slug, { answers: given(1, 1) }),
    ]

    for (const answer of answers)
      expect(answer.json()).toMatchObject({ code: 'answer-not-known', status: 422 })
  })

  test('more than anybody asks, and what has another shape', async () => {
    const { slug, questions } = await aCampaignThatAsks(server)
    const one = { question: questions[0], option: 1 }

    const answers = [
      await sign(server, slug, { answers: times(11, () => one) }),
      await sign(server, slug, { answers: [{ ...one, name: 'Ada' } as typeof one] }),
      await sign(server, slug, { answers: [{ question: questions[0] } as typeof one] }),
    ]

    for (const answer of answers)
      expect(answer.json()).toMatchObject({ code: 'invalid-request', status: 400 })
  })
})

async function retire(slug: string, question: number): Promise<void> {
  await server.deps.db.execute(sql`update campaign_questions set retired_at = now() where id = ${question}`)
  await server.deps.db.execute(sql`select pg_notify('campaigns', '')`)
  await expect
    .poll(async () => (await server.deps.campaigns.bySlug(slug)).questions.map(({ id }) => id))
    .not.toContain(question)
}

/** Every row of every table, as text. */
async function everythingHeld(): Promise<string> {
  const { rows: tables } = await server.deps.db.execute<{ name: string }>(sql`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname in ('public', 'graphile_worker')
      and tablename not in ('campaign_questions', 'answer_tallies', 'campuses')`)
  const parts = []
  for (const { name } of tables) {
    const { rows } = await server.deps.db.execute(sql.raw(`select one::text as row from ${name} one`))
    parts.push(...rows.map(({ row }) => String(row)))
  }
  return parts.join('\n')
}

/** What the newest letter holds sealed. */
async function sealedInLetters(): Promise<(Buffer | null)[]> {
  const { rows } = await server.deps.db.execute<{ sealed: Buffer | null }>(sql`
    select sealed from letters order by asked_at desc limit 1`)
  return rows.map(({ sealed }) => sealed)
}
