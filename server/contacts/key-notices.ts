import { eq, sql } from 'drizzle-orm'
import type { KeyChange } from '../../emails/organization-key.ts'
import type { DbOrTx } from '../db/db.ts'
import { organizations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Addressed } from '../mail/addressed.ts'
import { type LedgerLetter, writeLetters } from '../mail/ledger.ts'
import { toOrganizer } from '../organizers/notices.ts'
import { FIRST_LOCALE } from '../organizers/organizer.ts'
import { shortFingerprint } from './key.ts'

export type { KeyChange }

interface KeyNotice {
  organizationId: number
  readerId: number
  change: KeyChange
  /** In hex. */
  fingerprint: string
  takesEffectAt: string
}

interface Changed {
  fingerprint: Buffer
  takesEffectAt: Date
}

/** Tells every owner, in the transaction that does it, what becomes of the key that contacts are sealed to. */
export async function noticeKey(
  tx: DbOrTx,
  at: Date,
  organizationId: number,
  change: KeyChange,
  { fingerprint, takesEffectAt }: Changed,
): Promise<void> {
  const { rows } = await tx.execute<{ organizer_id: number }>(sql`
    select organizer_id from memberships
    where organization_id = ${organizationId} and role = 'owner' order by organizer_id`)
  const about = {
    organizationId,
    change,
    fingerprint: fingerprint.toString('hex'),
    takesEffectAt: takesEffectAt.toISOString(),
  }
  await writeLetters(
    tx,
    rows.map(({ organizer_id: readerId }) => ({
      template: 'organization-key',
      about: { ...about, readerId },
      locale: FIRST_LOCALE,
      askedAt: at,
    })),
  )
}

export async function composeKeyNotice(deps: Deps, letter: LedgerLetter): Promise<Addressed | undefined> {
  const { organizationId, readerId, ...about } = letter.about as unknown as KeyNotice
  const [organization] = await deps.db
    .select()
    .from(organizations)
    .where(eq(organizations.id, organizationId))
  if (!organization) return undefined
  return await toOrganizer(deps, readerId, 'organization-key', {
    change: about.change,
    organizationName: organization.name,
    fingerprint: shortFingerprint(about.fingerprint),
    takesEffectAt: new Date(about.takesEffectAt),
    organizationUrl: `${deps.publicUrl}/console/organizations/${organization.slug}`,
  })
}

interface WaitingRow extends Record<string, unknown> {
  organization_id: number
  fingerprint: Buffer
  takes_effect_at: string
}

/** Every day, as long as a key waits; not of one that was asked for within hours, and told of then. */
export async function remindOfKeys({ db, now }: Deps): Promise<void> {
  const at = now().toISOString()
  const { rows } = await db.execute<WaitingRow>(sql`
    select organization_id, fingerprint, takes_effect_at::text from organization_keys
    where takes_effect_at > ${at}::timestamptz and asked_at < ${at}::timestamptz - interval '6 hours'
    order by organization_id`)
  for (const { organization_id, fingerprint, takes_effect_at } of rows) {
    const takesEffectAt = new Date(takes_effect_at)
    await noticeKey(db, now(), organization_id, 'asked', { fingerprint, takesEffectAt })
  }
}
