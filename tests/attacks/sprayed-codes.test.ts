import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { sixDigitCode } from '../../server/pledges/code.ts'
import { anOpenCampaign, codeFor, confirm, pledgesOf, sign, times } from '../builders.ts'
import { aProof } from '../captcha/proofs.ts'
import { estamos } from '../estamos.ts'
import { reached } from './reached.ts'

const server = estamos()

const PLEDGES = 420
/** What a campaign compares in an hour. */
const BUDGET = 2_000

test('A18: codes guessed over hundreds of pledges, by three processes, end at the budget, and links still confirm', async () => {
  const slug = await anOpenCampaign(server)
  const processes = [server, await server.another(), await server.another()]
  const emails = times(PLEDGES, (n) => `somebody${n}@mail.example`)
  await Promise.all(emails.map((email) => sign(server, slug, { email })))
  const codes = await rightCodes(slug)
  const wrong = times(6, (n) => aCodeOutside(codes, n))

  const rounds: string[][] = []
  for (const [round, code] of wrong.entries()) {
    const answers = await Promise.all(
      emails.map((email, n) =>
        processes[(n + round) % 3]!.app.inject({
          method: 'POST',
          url: '/api/v1/confirmations',
          payload: { campaign: slug, email, code },
          remoteAddress: `203.0.${n >> 8}.${n & 255}`,
        }),
      ),
    )
    rounds.push(answers.map((answer) => answer.json().code as string))
  }
  const compared = rounds.flat().filter((code) => code === 'code-wrong').length
  const linked = await confirm(server, slug, emails[0]!)

  expect(new Set(rounds.flat())).toEqual(new Set(['code-wrong', 'code-too-many-tries']))
  expect(compared).toBeGreaterThanOrEqual(BUDGET)
  expect(compared).toBeLessThan(BUDGET + PLEDGES)
  expect(rounds[5]!.every((code) => code === 'code-too-many-tries')).toBe(true)
  expect(linked.statusCode).toBe(200)
  expect((await pledgesOf(server, slug)).filter(({ state }) => state === 'confirmed')).toHaveLength(1)
  reached(
    'A18',
    `${PLEDGES * wrong.length} guesses over ${PLEDGES} pledges and 3 processes: ${compared} compared, then none for that hour; the link confirms`,
  )
})

/** The codes of all who wait, as their letters say them. */
async function rightCodes(slug: string): Promise<Set<string>> {
  const rows = await pledgesOf(server, slug)
  return new Set(
    rows.map((row) =>
      sixDigitCode(
        server.deps.keys,
        {
          campaignId: row.campaign_id as number,
          emailDigest: row.email_digest as Buffer,
          addressDigest: row.address_digest as Buffer,
        },
        row.signing_id as string,
      ),
    ),
  )
}

/** The n-th code that is nobody's, so that luck does not decide the test. */
function aCodeOutside(codes: Set<string>, n: number): string {
  const free = times(1_000, (one) => String(one).padStart(6, '0')).filter((code) => !codes.has(code))
  return free[n]!
}

describe('A18: once a hundred codes of a campaign were wrong', () => {
  const guarded = estamos({ env: () => ({ CAPTCHA: 'altcha' }) })
  const answers: string[] = []
  let slug: string
  let receipts: string[]

  const emails = ['ada@mail.example', 'bea@mail.example', 'cleo@mail.example']
  const post = async (url: string, payload: object | string, n = 0) =>
    guarded.app.inject({
      method: 'POST',
      url,
      payload,
      remoteAddress: `203.0.113.${n}`,
      ...(typeof payload === 'string' && {
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
      }),
    })
  const attempt = async (email: string, code: string, more = {}, n = 0) =>
    await post('/api/v1/confirmations', { campaign: slug, email, code, ...more }, n)

  beforeAll(async () => {
    slug = await anOpenCampaign(guarded)
    const signed = []
    for (const email of emails)
      signed.push(await sign(guarded, slug, { email, captcha: await aProof(guarded, slug) }))
    receipts = signed.map((answer) => answer.json().receipt as string)
    // What became of a letter must not decide: it may have been dropped, since she confirmed or wants no mail.
    await guarded.deps.db.execute(sql`delete from letters`)
    for (let round = 0; round < 3; round++) {
      const guesses = times(60, (n) => attempt(`nobody${n % 30}@mail.example`, '000000', {}, n))
      answers.push(...(await Promise.all(guesses)).map((answer) => answer.json().code as string))
    }
  })

  test('a guess is not compared without a proof of its own', async () => {
    const proof = await aProof(guarded, slug, { for: 'code' })

    const paid = await attempt('nobody40@mail.example', '000000', { captcha: proof })
    const again = await attempt('nobody41@mail.example', '000000', { captcha: proof })
    const signing = { captcha: await aProof(guarded, slug) }
    const elsewhere = await attempt('nobody42@mail.example', '000000', signing)

    expect(answers.slice(0, 100).every((code) => code === 'code-wrong')).toBe(true)
    expect(answers.slice(-60).every((code) => code === 'captcha-missing')).toBe(true)
    expect([paid, again, elsewhere].map((answer) => answer.json().code)).toEqual([
      'code-wrong',
      'captcha-used',
      'captcha-wrong',
    ])
    const compared = answers.filter((code) => code === 'code-wrong').length
    reached('A18', `with ALTCHA, ${answers.length} guesses without a proof: ${compared} compared, then none`)
  })

  test('who signed in this browser types her code, however often others tried without a receipt', async () => {
    const code = await codeFor(guarded, slug, emails[0]!)
    const guesses = await Promise.all(times(6, (n) => attempt(emails[0]!, '000000', {}, n)))
    const anothers = await attempt(emails[0]!, code, { receipt: receipts[1] })

    const hers = await attempt(emails[0]!, code, { receipt: receipts[0] })

    expect(new Set([...guesses, anothers].map((answer) => answer.json().code))).toEqual(
      new Set(['captcha-missing']),
    )
    expect(hers.statusCode).toBe(200)
  })

  test('who types it elsewhere proves first that she is no robot', async () => {
    const code = await codeFor(guarded, slug, emails[1]!)

    const without = await attempt(emails[1]!, code)
    const proven = await attempt(emails[1]!, code, { captcha: await aProof(guarded, slug, { for: 'code' }) })

    expect(without.json().code).toBe('captcha-missing')
    expect(proven.statusCode).toBe(200)
  })

  test('a page without a script brings the receipt along, and where it has none asks for a moment', async () => {
    const fields = { email: emails[2]!, code: await codeFor(guarded, slug, emails[2]!) }
    const typed = (more = {}) => new URLSearchParams({ ...fields, ...more }).toString()

    const without = await post(`/c/${slug}/confirmations`, typed())
    const signed = await post(`/c/${slug}/confirmations`, typed({ receipt: receipts[2] }))

    expect(without.body).toMatch(/name="captcha" value="w\./)
    expect([without.statusCode, signed.statusCode]).toEqual([200, 200])
    expect((await pledgesOf(guarded, slug)).filter(({ state }) => state === 'confirmed')).toHaveLength(3)
  })
})
