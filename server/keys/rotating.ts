import { sql } from 'drizzle-orm'
import { sealedDigestKeys } from '../campaigns/digest-key.ts'
import { sealedChapterContacts } from '../coalitions/chapter-contact.ts'
import { sealedPartnerInvitations } from '../coalitions/partner-invitations.ts'
import type { Db } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import type { Keys } from '../keys.ts'
import { sealedLetters } from '../letters.ts'
import { sealedInvitations } from '../organizations/invitations.ts'
import { sealedOrganizers } from '../organizers/organizer.ts'
import { LONGEST_LINK } from '../pledges/token.ts'
import { sealedContactKeys } from './contact-keys.ts'
import { lastRotation, noteRotation, sealedDeploymentKey } from './deployment-key.ts'
import { countSealedByOthers, reseal, type Resealed } from './sealed-column.ts'

/** All that the server key seals for longer than minutes. */
const columns = [
  sealedDeploymentKey,
  sealedDigestKeys,
  sealedContactKeys,
  sealedOrganizers,
  sealedInvitations,
  sealedPartnerInvitations,
  sealedChapterContacts,
  sealedLetters,
]

export interface Counted {
  what: string
  /** By another key than the newest. */
  byOthers: number
}

/** What another key than the newest has sealed, what waits for minutes or hours until a job has used it up included. */
export async function countAll(db: Db, keys: Keys): Promise<Counted[]> {
  const counted: Counted[] = []
  for (const column of columns)
    counted.push({ what: column.what, byOthers: await countSealedByOthers(db, keys, column) })
  return [...counted, ...(await countPassing(db, keys))]
}

export interface Rotation {
  resealed: Resealed[]
  /** What is left; nothing where it is done. */
  left: Counted[]
  /** When the last link expires that an older key may have signed; undefined where something is left, or no key was ever changed. */
  oldKeysUntil: Date | undefined
}

/**
 * Seals anew what older keys sealed, beside running servers. Cut off, it goes on where it is called again; two at once
 * share the work.
 */
export async function rotateKeys(
  { db, keys, now }: Pick<Deps, 'db' | 'keys' | 'now'>,
  onBatch: (batch: Resealed) => void = () => {},
): Promise<Rotation> {
  const isNeeded = (await countAll(db, keys)).some(({ byOthers }) => byOthers > 0)
  if (isNeeded) await noteRotation(db, now())
  const resealed: Resealed[] = []
  for (const column of columns) {
    const sum = { what: column.what, found: 0, resealed: 0, failed: 0 }
    for await (const batch of reseal(db, keys, column)) {
      add(sum, batch)
      onBatch(batch)
    }
    resealed.push(sum)
  }
  if (isNeeded) await noteRotation(db, now())
  const left = (await countAll(db, keys)).filter(({ byOthers }) => byOthers > 0)
  const last = await lastRotation(db)
  const oldKeysUntil = last && new Date(last.getTime() + LONGEST_LINK * 1_000)
  return { resealed, left, oldKeysUntil: left.length === 0 && oldKeysUntil ? oldKeysUntil : undefined }
}

function add(sum: Resealed, batch: Resealed): void {
  sum.found += batch.found
  sum.resealed += batch.resealed
  sum.failed += batch.failed
}

/** Not sealed anew, since what holds it is used up before anybody could drop a key. */
async function countPassing(db: Db, keys: Keys): Promise<Counted[]> {
  const byOthers = (text: unknown) =>
    sql`substring(decode(${text}, 'base64') from 2 for 4) <> ${keys.idFor('search')}`
  const { rows } = await db.execute<{ patterns: number; copies: number }>(sql`
    select (select count(*)::int from exclusions where ${byOthers(sql`rule ->> 'sealedName'`)}) as patterns,
      (select count(*)::int from graphile_worker._private_jobs
        where ${byOthers(sql`payload ->> 'sealed'`)}) as copies`)
  return [
    { what: 'names in exclusions under way', byOthers: rows[0]?.patterns ?? 0 },
    { what: 'addresses to delete at the mail provider', byOthers: rows[0]?.copies ?? 0 },
  ]
}
