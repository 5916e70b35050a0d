import { and, eq } from 'drizzle-orm'
import type { Deps } from '../deps.ts'
import { letters } from '../db/schema.ts'
import type { ReceiptStatus } from './contract.ts'

/**
 * Whether the letter came back, or was refused, for what its address is: a mistake of ours is not hers to look for. It tells nothing else: not that it went, since letters to mailboxes that get no more mail do
 * not, nor whether there is such a letter.
 */
export async function receiptStatus({ db }: Pick<Deps, 'db'>, receipt: string): Promise<ReceiptStatus> {
  const found = await db
    .select({ id: letters.id })
    .from(letters)
    .where(and(eq(letters.id, receipt), letters.blamesAddress))
  return { status: found.length > 0 ? 'bounced' : 'waiting' }
}
