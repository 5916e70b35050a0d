import { sql } from 'drizzle-orm'
import type { Db, DbOrTx } from '../db/db.ts'

/** What became of letters: each is counted once for each state that it reached. */
export interface MailTotals {
  /** Taken by the mail server. */
  sent: number
  delivered: number
  /** Refused for good, at once or later. */
  bounced: number
  spamReported: number
}

interface LetterCount extends Partial<Pick<MailTotals, 'sent' | 'bounced'>> {
  campaignId: number
  now: Date
}

export async function countLetters(
  db: DbOrTx,
  { campaignId, now, sent = 0, bounced = 0 }: LetterCount,
): Promise<void> {
  await db.execute(sql`
    insert into mail_tallies (campaign_id, hour, sent, bounced)
    values (${campaignId}, date_trunc('hour', ${now.toISOString()}::timestamptz, 'UTC'), ${sent}, ${bounced})
    on conflict (campaign_id, hour) do update set
      sent = mail_tallies.sent + excluded.sent, bounced = mail_tallies.bounced + excluded.bounced`)
}

export async function mailTotals(db: Db, campaignId: number): Promise<MailTotals> {
  const { rows } = await db.execute<MailTotals & Record<string, unknown>>(sql`
    select coalesce(sum(sent), 0)::int as sent, coalesce(sum(delivered), 0)::int as delivered,
      coalesce(sum(bounced), 0)::int as bounced, coalesce(sum(spam_reported), 0)::int as "spamReported"
    from mail_tallies where campaign_id = ${campaignId}`)
  return rows[0] ?? { sent: 0, delivered: 0, bounced: 0, spamReported: 0 }
}
