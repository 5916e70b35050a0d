import { sql } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import {
  anOpenCampaign,
  campaignId,
  codeFor,
  confirm,
  keyOf,
  rowOf,
  sign,
  times,
  tryCode,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

afterEach(() => delete server.clock.now)

test('five wrong codes are compared, and then not even the right one', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const right = await codeFor(server, slug)

  const wrong = await answersTo(
    slug,
    times(5, (n) => other(right, n)),
  )
  const late = await answersTo(slug, [right])

  expect(wrong).toEqual(times(5, () => '422 code-wrong'))
  expect(late).toEqual(['429 code-too-many-tries'])
  expect(await rowOf(server, slug)).toMatchObject({ state: 'pending' })
})

test.each([
  ['a space', ' '],
  ['a hyphen', '-'],
  ['a no-break space', '\u00a0'],
  ['an en dash', '–'],
  ['two spaces', '  '],
  ['a zero-width space', '\u200b'],
  ['a line break', '\r\n'],
])('a code with %s in it confirms, with a dot after it and spaces around', async (_, between) => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const right = await codeFor(server, slug)

  const answer = await tryCode(server, slug, ` ${right.slice(0, 3)}${between}${right.slice(3)}.\u00a0`)

  expect(answer.statusCode).toBe(200)
})

test('A19: five hundred guesses at once over three servers, the right one last: five are compared', async () => {
  const slug = await anOpenCampaign(server)
  const servers = [server, await server.another(), await server.another()]
  await sign(server, slug)
  const right = await codeFor(server, slug)
  const guesses = [...times(499, (n) => other(right, n)), right]

  const answers = await Promise.all(guesses.map((code, n) => tryCode(servers[n % 3]!, slug, code)))

  const codes = answers.map((answer) => answer.json().code)
  expect(codes.filter((code) => code === 'code-wrong')).toHaveLength(5)
  expect(codes.filter((code) => code === 'code-too-many-tries')).toHaveLength(495)
  expect(await rowOf(server, slug)).toMatchObject({ state: 'pending' })
  expect(await triesAt(slug)).toMatchObject({ since_mail: 5, in_all: 5 })
})

test('a new email renews five tries, fifteen over the life of a pledge', async () => {
  const slug = await anOpenCampaign(server)
  const compared = []
  for (const mail of times(4, (n) => n)) {
    await sign(server, slug)
    const right = await codeFor(server, slug)
    const answers = await answersTo(
      slug,
      times(6, (n) => other(right, mail * 6 + n)),
    )
    compared.push(answers.filter((answer) => answer === '422 code-wrong').length)
  }

  const late = await answersTo(slug, [await codeFor(server, slug)])

  expect(compared).toEqual([5, 5, 5, 0])
  expect(late).toEqual(['429 code-too-many-tries'])
  expect(await triesAt(slug)).toMatchObject({ in_all: 15 })
})

test('the link works when no more codes do', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const right = await codeFor(server, slug)
  await answersTo(
    slug,
    times(6, (n) => other(right, n)),
  )

  const answer = await confirm(server, slug)

  expect(answer.statusCode).toBe(200)
  expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed' })
})

test('an address that never signed is refused in the same words after as many tries', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const right = await codeFor(server, slug)
  const codes = times(7, (n) => other(right, n))

  const known = await repliesTo(slug, codes)
  const unknown = await repliesTo(slug, codes, 'nobody@example.edu')

  expect(known.map(({ code }) => code)).toEqual([
    ...times(5, () => 'code-wrong'),
    ...times(2, () => 'code-too-many-tries'),
  ])
  expect(unknown).toEqual(known)
})

test('a stranger uses up the tries of an address, and the browser that signed still has its own five', async () => {
  const slug = await anOpenCampaign(server)
  const receipt = (await sign(server, slug)).json<{ receipt: string }>().receipt
  const right = await codeFor(server, slug)
  const strangers = []
  for (const round of times(4, (n) => n)) {
    const guesses = times(6, (n) => other(right, round * 6 + n))
    const own = (await sign(server, slug)).json<{ receipt: string }>().receipt
    for (const code of guesses) strangers.push(await outcomeOf(slug, code, own))
  }

  const byStranger = await outcomeOf(slug, right)
  const wrong = []
  for (const code of times(4, (n) => other(right, n))) wrong.push(await outcomeOf(slug, code, receipt))
  const byOwner = await outcomeOf(slug, right, receipt)

  expect(strangers).toContain('429 code-too-many-tries')
  expect(byStranger).toBe('429 code-too-many-tries')
  expect(wrong).toEqual(times(4, () => '422 code-wrong'))
  expect(byOwner).toBe('200 undefined')
})

test('a receipt of another signing is compared with its own code alone once the address has no tries', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const right = await codeFor(server, slug)
  await answersTo(
    slug,
    times(5, (n) => other(right, n)),
  )
  const strangers = (await sign(server, slug)).json<{ receipt: string }>().receipt
  await answersTo(
    slug,
    times(5, (n) => other(right, 5 + n)),
  )

  expect(await outcomeOf(slug, right, strangers)).toBe('422 code-wrong')
  expect(await rowOf(server, slug)).toMatchObject({ state: 'pending' })
})

test('past a campaign’s budget of failures codes are refused, links are not, and the next hour begins anew', async () => {
  const slug = await anOpenCampaign(server)
  server.clock.now = new Date('2026-03-01T10:30:00Z')
  await sign(server, slug)
  const right = await codeFor(server, slug)
  await server.deps.db.execute(sql`
    insert into code_failures values (${await campaignId(server, slug)}, '2026-03-01T10:00:00Z', 2000)`)

  const overBudget = await answersTo(slug, [right])
  server.clock.now = new Date('2026-03-01T11:00:00Z')
  const nextHour = await answersTo(slug, [right])

  expect(overBudget).toEqual(['429 code-too-many-tries'])
  expect(nextHour).toEqual(['200 undefined'])
})

test('wrong codes are added up for the campaign, right ones are not', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const right = await codeFor(server, slug)

  await answersTo(slug, [other(right, 0), other(right, 1), right])

  const { rows } = await server.deps.db.execute(
    sql`select failures from code_failures where campaign_id = ${await campaignId(server, slug)}`,
  )
  expect(rows).toEqual([{ failures: 2 }])
})

test('tries are not renewed by forgetting while the pledge still waits', async () => {
  const slug = await anOpenCampaign(server)
  for (const day of [1, 7, 7]) {
    server.clock.now = new Date(`2026-03-0${day}T10:00:00Z`)
    await sign(server, slug)
    const right = await codeFor(server, slug)
    await answersTo(
      slug,
      times(5, (n) => other(right, n)),
    )
  }
  server.clock.now = new Date('2026-03-09T10:00:00Z')
  await server.deps.db.execute(sql`select graphile_worker.add_job('forget-tries')`)
  await server.work()
  await sign(server, slug)

  const answers = await answersTo(slug, [other(await codeFor(server, slug), 1)])

  expect(await rowOf(server, slug)).toMatchObject({ state: 'pending' })
  expect(answers).toEqual(['429 code-too-many-tries'])
})

/** Another code than the right one, and another for each n. */
function other(right: string, n: number): string {
  return String((Number(right) + 1 + n) % 1_000_000).padStart(6, '0')
}

async function repliesTo(slug: string, codes: string[], email?: string) {
  const replies = []
  for (const code of codes) replies.push((await tryCode(server, slug, code, email)).json())
  return replies
}

async function outcomeOf(slug: string, code: string, receipt?: string): Promise<string> {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/api/v1/confirmations',
    payload: { campaign: slug, email: 'ada@example.edu', code, ...(receipt && { receipt }) },
  })
  return `${answer.statusCode} ${answer.json().code}`
}

async function answersTo(slug: string, codes: string[]): Promise<string[]> {
  const answers = []
  for (const code of codes) answers.push(await tryCode(server, slug, code))
  return answers.map((answer) => `${answer.statusCode} ${answer.json().code}`)
}

async function triesAt(slug: string) {
  const { addressDigest } = await keyOf(server, slug, 'ada@example.edu')
  const { rows } = await server.deps.db.execute(
    sql`select since_mail, in_all from code_tries where address_digest = ${addressDigest}`,
  )
  return rows[0]
}
