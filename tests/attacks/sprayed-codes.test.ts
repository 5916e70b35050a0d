import { expect, test } from 'vitest'
import { sixDigitCode } from '../../server/pledges/code.ts'
import { anOpenCampaign, confirm, pledgesOf, sign, times } from '../builders.ts'
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
        row.code_nonce as Buffer,
        row.choices_hash as Buffer,
      ),
    ),
  )
}

/** The n-th code that is nobody's, so that luck does not decide the test. */
function aCodeOutside(codes: Set<string>, n: number): string {
  const free = times(1_000, (one) => String(one).padStart(6, '0')).filter((code) => !codes.has(code))
  return free[n]!
}
