import { and, eq, isNotNull } from 'drizzle-orm'
import type { Deps } from '../deps.ts'
import { letters } from '../db/schema.ts'
import type { ReceiptStatus } from './contract.ts'

/**
 * `bounced`: the mailbox does not exist. `undelivered`: its server refuses us, or the email was given up for another reason.
 * It tells nothing else: not that an email went, since emails to mailboxes that get no more mail do not, nor whether there
 * is such an email.
 */
export async function receiptStatus({ db }: Pick<Deps, 'db'>, receipt: string): Promise<ReceiptStatus> {
  const [failed] = await db
    .select({ verdict: letters.verdict, state: letters.state })
    .from(letters)
    .where(and(eq(letters.id, receipt), isNotNull(letters.verdict)))
  if (!failed) return { status: 'waiting' }
  if (failed.verdict === 'no-such-mailbox') return { status: 'bounced' }
  const isGivenUp = failed.state === 'refused' || failed.state === 'bounced'
  return { status: isGivenUp || failed.verdict === 'refuses-us' ? 'undelivered' : 'waiting' }
}
