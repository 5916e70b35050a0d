import { sql } from 'drizzle-orm'
import type { Bench } from './bench.ts'
import { post } from './load.ts'
import { type Stage, slugs } from './stage.ts'

/** Signing: every request is another person's. */
export function signBench({ mailDomains, deps }: Stage): Bench {
  let people = 0
  return {
    status: 202,
    request: (side) =>
      post(`/api/v1/campaigns/${slugs[side]}/pledges`, { email: address(mailDomains, people++) }),
    async lost(side, acknowledged) {
      const { rows } = await deps.db.execute<{ pledges: number; emails: number }>(sql`
        select (select count(*)::int from pledges where campaign_id = campaign.id and state = 'pending') as pledges,
          (select count(*)::int from letters where campaign_id = campaign.id and template = 'confirm') as emails
        from campaigns campaign where slug = ${slugs[side]}`)
      const { pledges = 0, emails = 0 } = rows[0] ?? {}
      if (pledges === acknowledged && emails === acknowledged) return undefined
      return `${side} acknowledged ${acknowledged}, and there are ${pledges} pledges and ${emails} emails asked for`
    },
  }
}

export function address(mailDomains: string[], n: number): string {
  return `a${n}@${mailDomains[n % mailDomains.length]}`
}
