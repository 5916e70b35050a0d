import { randomBytes } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { transaction, type Tx } from '../db/db.ts'
import { recoveryCodes } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import type { Actor } from './actor.ts'
import { noticeChange } from './notices.ts'
import { lockOrganizer } from './passkeys.ts'
import { tokenHash } from './sessions.ts'

const CODES = 10
/** 24 letters of 5 bits: 120 bits, more than anybody can try. */
const LETTERS = 24
/** Crockford's: without I, L, O and U, which are taken for others. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Makes ten codes, each good once with an emailed link; those of before are good no longer. They are shown this once. */
export async function makeRecoveryCodes({ db, now }: Deps, actor: Actor): Promise<string[]> {
  const { organizerId } = actor
  const codes = Array.from({ length: CODES }, newCode)
  const rows = codes.map((code) => ({ codeHash: tokenHash(plain(code)), organizerId, madeAt: now() }))
  await transaction(db, async (tx) => {
    await lockOrganizer(tx, organizerId)
    await tx.delete(recoveryCodes).where(eq(recoveryCodes.organizerId, organizerId))
    await tx.insert(recoveryCodes).values(rows)
    await writeDown(tx, { at: now(), by: actor, action: 'recovery-codes.make' })
    await noticeChange(tx, now(), { organizerId, change: 'codes-made' })
  })
  return codes
}

/** Uses a code up. @throws Refusal `recovery-code-wrong` */
export async function useRecoveryCode(tx: Tx, organizerId: number, code: string): Promise<void> {
  const used = await tx
    .delete(recoveryCodes)
    .where(
      and(eq(recoveryCodes.codeHash, tokenHash(plain(code))), eq(recoveryCodes.organizerId, organizerId)),
    )
    .returning({ hash: recoveryCodes.codeHash })
  if (used.length > 0) return
  throw new Refusal(
    'recovery-code-wrong',
    'That is none of your recovery codes, or it was used already. Each works once, and new ones replace those of before.',
    { field: 'recoveryCode' },
  )
}

/** "4F7K-…", in six groups. */
function newCode(): string {
  const letters = [...randomBytes(LETTERS)].map((byte) => ALPHABET[byte % ALPHABET.length])
  return letters.join('').replace(/.{4}(?=.)/g, '$&-')
}

/** However it was typed: case, spaces, dashes, and letters that look like others. */
function plain(code: string): string {
  return code
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
}
