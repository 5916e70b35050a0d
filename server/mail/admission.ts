import { sql } from 'drizzle-orm'
import { transaction, type Tx } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { countAgainstCaps } from './allowances.ts'
import { dropAtTheGate } from './ledger.ts'
import { type ReadyLetter, wayOf } from './posts.ts'
import { mailboxDigest, masked, nameOf, suppressedOf, type SuppressionReason } from './suppressions.ts'

/** Without these an organizer who asked for no more mail could not get in to do anything about it. */
const aboutHerAccount: ReadonlySet<string> = new Set([
  'organizer-sign-in',
  'sign-in-changed',
  'passkey-reset',
  'first-passkey',
  'place-changed',
  'organization-key',
])

/** A letter before the gate. */
interface Asking extends ReadyLetter {
  mailbox: Buffer
}

/**
 * The gate before the way out: letters to who wants or gets no mail are dropped, and so are those of which somebody asks
 * for too many. Whoever asked was answered long ago, and learns nothing. A letter that is tried again is not counted again.
 */
export async function admitted(deps: Deps, ready: ReadyLetter[]): Promise<ReadyLetter[]> {
  if (ready.length === 0) return []
  const asking = ready.map((one) => ({ ...one, mailbox: mailboxDigest(deps.keys, one.addressed.to) }))
  return await transaction(deps.db, async (tx) => {
    const wanted = await withoutSuppressed(tx, asking)
    const tooMany = await countAgainstCaps(tx, {
      keys: deps.keys,
      letters: cappedOf(deps, wanted),
      now: deps.now(),
    })
    const going = wanted.filter(({ letter }) => !tooMany.has(letter.id))
    await writeDownReaders(tx, deps, going)
    await dropAtTheGate(tx, idsOfAllBut(going, asking), deps.now())
    return going
  })
}

function idsOfAllBut(going: Asking[], asking: Asking[]): string[] {
  const kept = new Set(going)
  return asking.filter((one) => !kept.has(one)).map(({ letter }) => letter.id)
}

async function withoutSuppressed(tx: Tx, asking: Asking[]): Promise<Asking[]> {
  const reasons = await suppressedOf(
    tx,
    asking.map(({ mailbox }) => mailbox),
  )
  return asking.filter(({ letter, mailbox }) => isWanted(letter.template, reasons.get(nameOf(mailbox))))
}

function isWanted(template: string, reason: SuppressionReason | undefined): boolean {
  return reason === undefined || (reason === 'asked' && aboutHerAccount.has(template))
}

/** The mailbox page is nobody's: whoever tries things out there sees every letter. */
function cappedOf(deps: Deps, asking: Asking[]) {
  return asking.flatMap(({ letter, addressed }) => {
    const { to: exact, canonical } = addressed
    const isNew = letter.mailboxDigest === null
    if (canonical === undefined || !isNew || wayOf(deps, addressed) === deps.demoMail) return []
    return { id: letter.id, campaignId: letter.campaignId, exact, canonical }
  })
}

/** So that what is told of a letter later can be held against its mailbox, when no address is known any more. */
async function writeDownReaders(tx: Tx, { keys }: Deps, going: Asking[]): Promise<void> {
  const fresh = going.filter(({ letter }) => letter.mailboxDigest === null)
  if (fresh.length === 0) return
  const ids = sql.param(fresh.map(({ letter }) => letter.id))
  const readers = sql.param(fresh.map(({ letter, mailbox }) => masked(keys, letter.id, mailbox)))
  await tx.execute(sql`
    update letters set mailbox_digest = reader
    from unnest(${ids}::uuid[], ${readers}::bytea[]) as going (letter, reader) where id = letter`)
}
