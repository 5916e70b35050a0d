import { sql } from 'drizzle-orm'
import { recountTallies } from '../../server/leaderboards/recount.ts'
import { makePledge } from '../../server/pledges/pledge.ts'
import { confirmToken } from '../../server/pledges/pledge-email.ts'
import type { Bench } from './bench.ts'
import { post } from './load.ts'
import type { Side } from './servers.ts'
import { address } from './sign.ts'
import { type Stage, slugs } from './stage.ts'

/** Tokens made ready for each second; a round that uses them up ends early and says so. */
const TOKENS_PER_SECOND = { nothing: 0, oneByOne: 2_500, real: 9_000 } as const satisfies Record<Side, number>
const MADE_AT_ONCE = 2_000

/** Confirming by link: every request has another pledge's token. */
export async function confirmBench(stage: Stage, seconds: number): Promise<Bench> {
  const tokens = {
    oneByOne: await tokensFor(stage, 'oneByOne', TOKENS_PER_SECOND.oneByOne * seconds),
    real: await tokensFor(stage, 'real', TOKENS_PER_SECOND.real * seconds),
  }
  const anyToken = tokens.real[0] ?? ''
  return {
    status: 200,
    request(side) {
      const token = side === 'nothing' ? anyToken : tokens[side].pop()
      return token === undefined ? undefined : post('/api/v1/confirmations', { token })
    },
    lost: (side, acknowledged) => lostConfirmations(stage, side, acknowledged),
  }
}

/** Signs by the real verb, without HTTP between, and makes the tokens that the emails would bring. */
async function tokensFor({ deps, mailDomains }: Stage, side: Side, people: number): Promise<string[]> {
  const campaign = await deps.campaigns.bySlug(slugs[side])
  for (let first = 0; first < people; first += MADE_AT_ONCE) {
    const group = Array.from({ length: Math.min(MADE_AT_ONCE, people - first) }, (_, n) => first + n)
    await Promise.all(group.map((n) => makePledge(deps, campaign, { email: address(mailDomains, n) })))
  }
  const { rows } = await deps.db.execute<Record<'email' | 'address' | 'choices', Buffer>>(sql`
    select email_digest as email, address_digest as address, choices_hash as choices
    from pledges where campaign_id = ${campaign.id} order by md5(email_digest)`)
  return rows.map(({ email, address, choices }) =>
    confirmToken(deps, {
      campaignId: campaign.id,
      emailDigest: email,
      addressDigest: address,
      choicesHash: choices,
    }),
  )
}

async function lostConfirmations(
  { deps }: Stage,
  side: Side,
  acknowledged: number,
): Promise<string | undefined> {
  const { rows } = await deps.db.execute<{ confirmed: number }>(sql`
    select count(*)::int as confirmed from pledges join campaigns campaign on campaign.id = campaign_id
    where slug = ${slugs[side]} and pledges.state = 'confirmed'`)
  const confirmed = rows[0]?.confirmed
  if (confirmed !== acknowledged)
    return `${side} acknowledged ${acknowledged}, and ${confirmed} are confirmed`
  const differences = await recountTallies(deps.db, { mends: false })
  return differences.length === 0 ? undefined : `${differences.length} tallies differ from their rows`
}
