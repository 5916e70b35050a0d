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
      const { rows } = await deps.db.execute<{ pledges: number; jobs: number }>(sql`
        select
          (select count(*)::int from pledges where campaign_id = campaign.id and state = 'pending') as pledges,
          (select count(*)::int from graphile_worker._private_jobs where payload ->> 'campaign' = campaign.id::text) as jobs
        from campaigns campaign where slug = ${slugs[side]}`)
      const { pledges = 0, jobs = 0 } = rows[0] ?? {}
      if (pledges === acknowledged && jobs === acknowledged) return undefined
      return `${side} acknowledged ${acknowledged}, and there are ${pledges} pledges and ${jobs} jobs`
    },
  }
}

export function address(mailDomains: string[], n: number): string {
  return `a${n}@${mailDomains[n % mailDomains.length]}`
}
