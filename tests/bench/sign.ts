import { sql } from 'drizzle-orm'
import { type PledgeEmail, readPledgeEmail } from '../../server/pledges/pledge-email-job.ts'
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
      const { rows } = await deps.db.execute<{ id: number; pledges: number }>(sql`
        select id, (select count(*)::int from pledges where campaign_id = campaign.id and state = 'pending') as pledges
        from campaigns campaign where slug = ${slugs[side]}`)
      const { id = 0, pledges = 0 } = rows[0] ?? {}
      const emails = (await emailsAsked(deps)).filter(({ key }) => key.campaignId === id).length
      if (pledges === acknowledged && emails === acknowledged) return undefined
      return `${side} acknowledged ${acknowledged}, and there are ${pledges} pledges and ${emails} emails asked for`
    },
  }
}

export function address(mailDomains: string[], n: number): string {
  return `a${n}@${mailDomains[n % mailDomains.length]}`
}

async function emailsAsked({ db }: Stage['deps']) {
  const { rows } = await db.execute<{ email: PledgeEmail }>(sql`
    select json_array_elements(payload) as email
    from graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = task_id
    where identifier = 'pledge-emails'`)
  return rows.map(({ email }) => readPledgeEmail(email))
}
