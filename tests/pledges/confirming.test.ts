import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import {
  anOpenCampaign,
  asSigner,
  codeFor,
  codeIn,
  confirm,
  confirmByToken,
  letterTo,
  pledge,
  pledgesOf,
  rowOf,
  sign,
  tallyDifferences,
  times,
  tokenFor,
  tokenIn,
  tryCode,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('the link of the email confirms, and says where to share', async () => {
  const slug = await anOpenCampaign(server)

  const answer = await pledge(server, slug, { email: 'ada@cc.gatech.edu' })

  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toEqual({
    campaign: slug,
    campus: { campus: 'gatech.edu', name: 'Georgia Institute of Technology', shortName: 'Georgia Tech' },
    shareUrl: `${server.config.publicUrl}/c/${slug}/gatech.edu`,
  })
  expect(await rowOf(server, slug, 'ada@cc.gatech.edu')).toMatchObject({ state: 'confirmed', contact: null })
  expect(await tallyDifferences(server)).toEqual([])
})

test('the code of the same email confirms as well, however it is typed', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const code = codeIn((await letterTo(server, 'ada@example.edu'))?.text ?? '')
  const ofRow = await codeFor(server, slug)

  const answers = [code, `${code.slice(0, 3)} ${code.slice(3)}`, ` ${code.slice(0, 3)}-${code.slice(3)} `]
  const confirmed = []
  for (const typed of answers) confirmed.push(await tryCode(server, slug, typed))

  expect(confirmed.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200])
  expect(code).toBe(ofRow)
  expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed' })
})

test('confirming again is the same 200 and counts nothing twice', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const token = await tokenFor(server, slug, { purpose: 'confirm' })

  const first = await confirmByToken(server, token)
  const again = await Promise.all(times(20, () => confirmByToken(server, token)))

  expect(first.statusCode).toBe(200)
  expect(new Set(again.map(({ statusCode, body }) => `${statusCode} ${body}`))).toEqual(
    new Set([`200 ${first.body}`]),
  )
  expect(await confirmedIn(slug)).toBe(1)
})

test('one pledge confirmed a hundred times at once, on two servers, counts once', async () => {
  const slug = await anOpenCampaign(server)
  const other = await server.another()
  await sign(server, slug)
  const token = await tokenFor(server, slug, { purpose: 'confirm' })

  const answers = await Promise.all(times(100, (n) => confirmByToken(n % 2 ? server : other, token)))

  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
  expect(await confirmedIn(slug)).toBe(1)
  expect(await tallyDifferences(server)).toEqual([])
})

test('two spellings of one mailbox, confirmed at the same moment, count once and are answered alike', async () => {
  const slug = await anOpenCampaign(server)
  const other = await server.another()
  const spellings = times(8, (n) => `ada+${n}@example.edu`)
  await Promise.all(spellings.map((email) => sign(server, slug, { email, campus: 'gatech.edu' })))
  const tokens = await Promise.all(
    spellings.map((email) => tokenFor(server, slug, { email, purpose: 'confirm' })),
  )

  const answers = await Promise.all(tokens.map((token, n) => confirmByToken(n % 2 ? server : other, token)))

  expect(answers.map(({ statusCode }) => statusCode)).toEqual(times(8, () => 200))
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
  expect(await confirmedIn(slug)).toBe(1)
  expect((await pledgesOf(server, slug)).filter(({ state }) => state === 'confirmed')).toHaveLength(1)
})

test('a spelling that came too late keeps no contact and counts nothing', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  await confirm(server, slug)
  await sign(server, slug, { email: 'ada+late@example.edu', updates: true })

  const answer = await confirm(server, slug, 'ada+late@example.edu')

  expect(answer.statusCode).toBe(200)
  expect(await rowOf(server, slug, 'ada+late@example.edu')).toMatchObject({ state: 'pending', contact: null })
  expect(await confirmedIn(slug)).toBe(1)
})

test('a confirmation after taking back is refused, by link and by code', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const token = await tokenFor(server, slug, { purpose: 'confirm' })
  const code = await codeFor(server, slug)
  await confirmByToken(server, token)
  await (
    await asSigner(server, slug)
  )('POST', '/withdrawal')

  const answers = [await confirmByToken(server, token), await tryCode(server, slug, code)]

  expect(answers.map((answer) => [answer.statusCode, answer.json().code])).toEqual([
    [409, 'pledge-withdrawn'],
    [422, 'code-wrong'],
  ])
  expect(await confirmedIn(slug)).toBe(0)
})

test('a pledge that is gone says so', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const token = await tokenFor(server, slug, { purpose: 'confirm' })
  await server.deps.db.execute(sql`delete from pledges`)

  const answer = await confirmByToken(server, token)

  expect([answer.statusCode, answer.json().code]).toEqual([410, 'token-expired'])
})

test('a campaign that closed meanwhile still counts who signed before', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const letter = await letterTo(server, 'ada@example.edu')
  await server.deps.db.execute(sql`update campaigns set state = 'closed' where slug = ${slug}`)
  await server.deps.db.execute(sql`select pg_notify('campaigns', '')`)

  const answer = await confirmByToken(server, tokenIn(letter?.text ?? '', 'confirm'))

  expect(answer.statusCode).toBe(200)
  expect(await confirmedIn(slug)).toBe(1)
})

async function confirmedIn(slug: string): Promise<number> {
  const { rows } = await server.deps.db.execute<{ confirmed: number }>(sql`
    select coalesce(sum(confirmed), 0)::int as confirmed from tallies
    join campaigns on campaigns.id = campaign_id where slug = ${slug}`)
  return rows[0]?.confirmed ?? -1
}
