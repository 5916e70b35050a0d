import { randomUUID } from 'node:crypto'
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Db, DbOrTx } from '../db/db.ts'
import { present } from '../db/presence.ts'
import { letters } from '../db/schema.ts'

/** Every kind of letter; `server/letters.ts` tells how each is composed. */
export type LetterTemplate =
  | 'confirm'
  | 'reminder'
  | 'update'
  | 'update-test'
  | 'milestone'
  | 'my-pledge-link'
  | 'chapter-request'
  | 'organizer-invitation'
  | 'partner-invitation'
  | 'organizer-sign-in'
  | 'sign-in-changed'
  | 'passkey-reset'
  | 'first-passkey'
  | 'place-changed'
  | 'organization-key'

/** A row of the ledger. */
export type LedgerLetter = typeof letters.$inferSelect

export interface NewLetter extends Pick<LedgerLetter, 'locale' | 'askedAt'> {
  template: LetterTemplate
  id?: string
  campaignId?: number
  emailDigest?: Buffer
  addressDigest?: Buffer
  about?: Record<string, unknown>
  sealed?: Buffer
  /** Not before this; at once where undefined. */
  dueAt?: Date
}

/** Writes letters down in the caller's transaction: they are sent at least once if it commits, and never if not. */
export async function writeLetters(db: DbOrTx, asked: NewLetter[]): Promise<void> {
  if (asked.length === 0) return
  await db.insert(letters).values(
    asked.map((letter) => ({
      dueAt: letter.askedAt,
      ...letter,
      id: letter.id ?? newLetterId(),
      state: 'queued' as const,
    })),
  )
}

/**
 * The same for those who sign: the last part of the statement that takes them from `signing` and has `written` their
 * pledges. Each act of signing has an email with the same id. While a pledge waits, its signing holds the address, and the
 * email does not.
 */
export const ASK_TO_CONFIRM = `
  insert into letters (id, template, locale, campaign_id, email_digest, address_digest, sealed, state, asked_at, due_at)
  select signing.signing_id, 'confirm', signing.locale, campaign_id, email_digest, address_digest,
    case when written.signed_at is null then signing.contact end, 'queued', signing.signed_at, signing.signed_at
  from signing left join written using (campaign_id, email_digest, address_digest)`

/** What goes to many. */
export interface ToMany extends Pick<NewLetter, 'template' | 'askedAt' | 'about'> {
  /** The update it carries, as SQL over a reader; whoever has it already does not get it again. */
  update?: SQL | undefined
  /** Not before this, as SQL over a reader; at once where undefined. */
  dueAt?: SQL
}

/**
 * The last part of a statement that asks for the same letter to each pledge of `readers`, wherever it found them. They
 * go after the letters that somebody waits for.
 */
export function letterToEach(readers: SQL, { template, askedAt, about, update, dueAt }: ToMany): SQL {
  const at = sql`${askedAt.toISOString()}::timestamptz`
  return sql`
    insert into letters (id, template, locale, campaign_id, email_digest, address_digest, about, update_id, is_bulk,
      state, asked_at, due_at)
    select gen_random_uuid(), ${template}, locale, campaign_id, email_digest, address_digest,
      ${about ? JSON.stringify(about) : null}::jsonb, ${update ?? sql`null::int`}, true, 'queued', ${at}, ${dueAt ?? at}
    from ${readers}
    on conflict do nothing`
}

/** A letter's id tells nothing of it. */
function newLetterId(): string {
  return randomUUID()
}

interface Claim {
  worker: number
  most: number
  now: Date
}

/**
 * Takes letters that are due, so that no other worker has them too. Whoever has waited longest comes first, and what
 * goes to thousands at once after all others.
 */
export async function claimLetters(db: Db, { worker, most, now }: Claim): Promise<LedgerLetter[]> {
  const due = sql`
    select id from letters where state = 'queued' and due_at <= ${now.toISOString()}::timestamptz
    order by is_bulk, due_at limit ${most} for update skip locked`
  const claimed = await db
    .update(letters)
    .set({ state: 'claimed', claimedBy: worker })
    .where(sql`${letters.id} in (${due})`)
    .returning()
  return claimed.sort((a, b) => Number(a.isBulk) - Number(b.isBulk) || a.dueAt.getTime() - b.dueAt.getTime())
}

/** Puts back what those had under way who are gone; it may be sent a second time, under the same Message-ID. */
export async function releaseOfTheGone(db: Db): Promise<void> {
  await db.execute(sql`
    update letters set state = 'queued', claimed_by = null
    where state = 'claimed' and claimed_by not in ${present}`)
}

/** Gives letters back to whoever claims next. */
export async function releaseLetters(db: DbOrTx, worker: number, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  await db
    .update(letters)
    .set({ state: 'queued', claimedBy: null })
    .where(and(eq(letters.claimedBy, worker), sql`${letters.id} = any(${idsOf(ids)})`))
}

/**
 * Letters to mailboxes that get none. Of an update's a mark stays for as long as the ledger keeps letters: else its reader would
 * be taken for one whom it has not reached.
 */
export async function dropAtTheGate(db: DbOrTx, ids: string[], at: Date): Promise<void> {
  if (ids.length === 0) return
  await db.execute(sql`
    update letters set state = 'dropped', claimed_by = null, sealed = null, settled_at = ${at.toISOString()}::timestamptz
    where id = any(${idsOf(ids)}) and update_id is not null`)
  await db.execute(sql`delete from letters where id = any(${idsOf(ids)}) and update_id is null`)
}

/** Letters that turned out to be wanted no more. */
export async function dropLetters(db: DbOrTx, ids: string[]): Promise<void> {
  if (ids.length > 0) await db.execute(sql`delete from letters where id = any(${idsOf(ids)})`)
}

export function idsOf(ids: string[]) {
  return sql`${`{${ids.join(',')}}`}::uuid[]`
}
