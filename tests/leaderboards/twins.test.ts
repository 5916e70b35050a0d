import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { publishLeaderboard } from '../../server/leaderboards/publishing.ts'
import { anOpenCampaign, campaignId, confirm, seeded, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
const SHOWN = 'gatech.edu'
/** Shown in the morning; until the day ends nobody sees who leaves. */
const LEFT = 'mit.edu'
const HIDDEN = ['reed.edu', 'ox.ac.uk', 'ucl.ac.uk', 'emory.edu']
const PAIRS = 24

interface Pair {
  pace: 'live' | 'steps'
  /** Of the hidden campuses at noon, and in another order in the twin. */
  hidden: number[]
}

const pairs = fc.sample(
  fc.record({
    pace: fc.constantFrom('live' as const, 'steps' as const),
    hidden: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
  }),
  { numRuns: PAIRS, seed: 5 },
)

test(
  'drives that differ in hidden campuses and in who left give the same answers to everybody',
  { timeout: 120_000 },
  async () => {
    const slugs = await Promise.all(
      pairs.map(async ({ pace }) => [await aDrive(pace), await aDrive(pace)] as const),
    )
    const random = seeded(5)
    const any = () => 1 + Math.floor(random() * 4)

    for (const [at, counts] of [
      ['11:58', ({ hidden }: Pair, isTwin: boolean) => [7, 6, ...(isTwin ? hidden.toReversed() : hidden)]],
      ['12:00', ({ hidden }: Pair, isTwin: boolean) => [7, 6, ...(isTwin ? hidden.toReversed() : hidden)]],
      ['12:04', (_: Pair, isTwin: boolean) => [7, isTwin ? 3 : 6, any(), any(), any(), any()]],
      ['12:09', (_: Pair, isTwin: boolean) => [12, isTwin ? 2 : 5, any(), any(), any(), any()]],
    ] as const) {
      server.clock.now = new Date(`2026-11-26T${at}:00Z`)
      onTestFinished(() => void delete server.clock.now)
      for (const [n, pair] of pairs.entries()) {
        await count(slugs[n]![0], counts(pair, false))
        await count(slugs[n]![1], counts(pair, true))
      }

      for (const [one, twin] of slugs) {
        const seen = await allAnswers(one)
        expect(seen[0]).toContain('"version"')
        expect(await allAnswers(twin)).toEqual(seen)
      }
    }
    for (const [one, twin] of slugs.slice(0, 6)) {
      const [thanks, thanksThere] = [await confirmations(one), await confirmations(twin)]
      expect(thanks[0]).toContain('"confirmed":13')
      expect(thanksThere).toEqual(thanks)
    }
  },
)

async function aDrive(pace: Pair['pace']): Promise<string> {
  return await anOpenCampaign(server, { pace, namesShownAfter: 5 })
}

/** As so many confirmations would leave the tallies, and published. */
async function count(slug: string, [shown, left, ...hidden]: readonly number[]): Promise<void> {
  const id = await campaignId(server, slug)
  const counts = [SHOWN, LEFT, ...HIDDEN].map((campus, n) => ({
    campus,
    confirmed: [shown, left, ...hidden][n],
  }))
  await server.deps.db.execute(sql`
    insert into tallies (campaign_id, campus_id, confirmed)
    select ${id}, campuses.id, confirmed
    from json_to_recordset(${JSON.stringify(counts)}::json) as counted (campus text, confirmed int)
    join campuses on domain = campus
    on conflict (campaign_id, campus_id) do update set confirmed = excluded.confirmed`)
  const { leaderboard } = await publishLeaderboard(server.deps.db, id, server.deps.now())
  await expect
    .poll(async () => (await server.deps.leaderboards.of(id)).leaderboard.version, {
      interval: 5,
      timeout: 10_000,
    })
    .toBe(leaderboard.version)
}

/** All that anybody may ask, with what differs by chance taken out. */
async function allAnswers(slug: string): Promise<string[]> {
  const { publicUrl } = server.config
  const paths = [
    `/api/v1/campaigns/${slug}/leaderboard`,
    `/api/v1/campaigns/${slug}`,
    ...[SHOWN, LEFT, HIDDEN[0]].flatMap((campus) => [
      `/api/v1/campaigns/${slug}/campuses/${campus}`,
      `/c/${slug}/${campus}`,
    ]),
    `/c/${slug}`,
    `/embed/${slug}`,
    `/embed/${slug}/${LEFT}?view=leaderboard`,
    `/embed/${slug}?view=counter`,
    `/oembed?url=${encodeURIComponent(`${publicUrl}/c/${slug}`)}`,
  ]
  const answers = await Promise.all(paths.map((path) => server.app.inject(path)))
  return answers.map(({ statusCode, body }) => `${statusCode} ${withoutChance(body, slug)}`)
}

/** The attacker confirms a pledge of his own at each kind of campus. */
async function confirmations(slug: string): Promise<string[]> {
  const answers = []
  for (const campus of [SHOWN, LEFT, HIDDEN[0]]) {
    await sign(server, slug, { email: `attacker@${campus}` })
    answers.push(withoutChance((await confirm(server, slug, `attacker@${campus}`)).body, slug))
  }
  return answers
}

function withoutChance(body: string, slug: string): string {
  return body.replaceAll(slug, 'drive').replace(/nonce(-|=")[\w+/=-]+/g, 'nonce')
}
