import { sql } from 'drizzle-orm'
import { recountTallies } from '../../server/leaderboards/recount.ts'
import { makePledge } from '../../server/pledges/pledge.ts'
import { confirmToken } from '../../server/pledges/letters.ts'
import type { Bench } from './bench.ts'
import { post } from './load.ts'
import type { Side } from './servers.ts'
import { address } from './sign.ts'
import { type Stage, slugs } from './stage.ts'

const SIGNED_AT_ONCE = 2_000

/** Confirming by link: every request has another pledge's token. */
export function confirmBench(stage: Stage): Bench {
  const tokens: Record<Side, string[]> = { nothing: [], oneByOne: [], real: [] }
  return {
    status: 200,
    async prepare(side, requests) {
      if (side === 'nothing' || tokens[side].length >= requests) return
      await sign(stage, side, requests - tokens[side].length)
      tokens[side] = await tokensOf(stage, side)
    },
    request(side) {
      const token = side === 'nothing' ? ANY_TOKEN : tokens[side].pop()
      return token === undefined ? undefined : post('/api/v1/confirmations', { token })
    },
    lost: (side, acknowledged) => lostConfirmations(stage, side, acknowledged),
  }
}

/** As long as a real one. */
const ANY_TOKEN = 'A'.repeat(136)

let people = 0

/** By the real verb, without HTTP between. */
async function sign({ deps, mailDomains }: Stage, side: Side, count: number): Promise<void> {
  const campaign = await deps.campaigns.bySlug(slugs[side])
  for (let left = count; left > 0; left -= SIGNED_AT_ONCE) {
    const emails = Array.from({ length: Math.min(left, SIGNED_AT_ONCE) }, () =>
      address(mailDomains, people++),
    )
    await Promise.all(emails.map((email) => makePledge(deps, campaign, { email })))
  }
}

/** The tokens that the emails of all waiting pledges would bring, in no order that the tables have. */
async function tokensOf({ deps }: Stage, side: Side): Promise<string[]> {
  const { id } = await deps.campaigns.bySlug(slugs[side])
  const { rows } = await deps.db.execute<{ email: Buffer; address: Buffer; signing: string }>(sql`
    select email_digest as email, address_digest as address, signing_id as signing
    from pledges where campaign_id = ${id} and state = 'pending' order by address_digest`)
  return rows.map(({ email, address, signing }) =>
    confirmToken(deps, { campaignId: id, emailDigest: email, addressDigest: address, signingId: signing }),
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
