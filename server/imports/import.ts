import { and, eq, gt, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { requireOpen } from '../campaigns/campaign.ts'
import { domainsNamed } from '../campuses/named.ts'
import { transaction, type Tx } from '../db/db.ts'
import { auditLog } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { enterPledge } from '../pledges/pledge.ts'
import { Refusal } from '../refusal.ts'
import type { ImportRows, Row, SeenRow } from './contract.ts'
import { seenRows } from './seen-rows.ts'

/** Of an organization within a day: each row is a letter to somebody who did not ask the server for it herself. */
const MOST_ROWS = 2_000
const DAY_MS = 24 * 60 * 60 * 1000

/** @returns what would become of each row; nothing is changed */
export async function previewImport(
  deps: Deps,
  { campaign }: CampaignMember,
  { rows }: ImportRows,
): Promise<SeenRow[]> {
  return seenRows(deps, campaign, await withDomains(deps, rows))
}

/**
 * Signs for those whose rows are ok, by the verb with which they would sign themselves: each gets the letter, and counts
 * once she confirms. The same rows again do no harm, since signing twice looks like signing once.
 * @throws Refusal `campaign-not-open`, `campaign-closed`, `import-too-many`
 */
export async function importRows(deps: Deps, member: CampaignMember, asked: ImportRows): Promise<SeenRow[]> {
  const { campaign } = member
  requireOpen(campaign, deps.now())
  const rows = await withDomains(deps, asked.rows)
  const seen = seenRows(deps, campaign, rows)
  const good = rows.filter((_, at) => seen[at]?.status === 'ok')
  if (good.length === 0) return seen
  await writeDownRows(deps, member, good.length)
  await Promise.all(
    good.map((row) => enterPledge(deps, campaign, pledgeOf(row), row.locale ? [row.locale] : [])),
  )
  return seen
}

/** A sheet says "Georgia Tech" where signing takes "gatech.edu"; what names no campus, or several, stays as it is. */
async function withDomains({ db }: Deps, rows: readonly Row[]): Promise<Row[]> {
  const domains = await domainsNamed(
    db,
    rows.flatMap(({ campus }) => campus?.trim() || []),
  )
  return rows.map((row) => {
    const domain = domains.get(row.campus?.trim() ?? '')
    return domain ? { ...row, campus: domain } : row
  })
}

/** An address and a campus, and nothing that only she could tick herself. */
function pledgeOf({ email, campus }: Row) {
  return { email, ...(campus && { campus }) }
}

/** Before the first of them signs: a chunk that breaks off was still taken. @throws Refusal `import-too-many` */
async function writeDownRows({ db, now }: Deps, member: CampaignMember, rows: number): Promise<void> {
  const { campaign, organization } = member
  const at = now()
  await transaction(db, async (tx) => {
    const left = MOST_ROWS - (await rowsOfTheDay(tx, organization.id, at))
    if (rows > left) throw tooMany(left)
    await writeDown(tx, {
      at,
      by: member,
      action: 'import.make',
      organizationId: organization.id,
      campaignId: campaign.id,
      details: { rows },
    })
  })
}

/** Holds the organization, so that two that import at once are counted one after the other. */
async function rowsOfTheDay(tx: Tx, organizationId: number, now: Date): Promise<number> {
  await tx.execute(sql`select from organizations where id = ${organizationId} for no key update`)
  const [counted] = await tx
    .select({ rows: sql<number>`coalesce(sum((${auditLog.details} ->> 'rows')::int), 0)::int` })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, organizationId),
        eq(auditLog.action, 'import.make'),
        gt(auditLog.at, new Date(now.getTime() - DAY_MS)),
      ),
    )
  return counted?.rows ?? 0
}

function tooMany(left: number): Refusal {
  const rest = left > 0 ? `${left} more fit today` : 'Nothing more fits today'
  return new Refusal(
    'import-too-many',
    `An organization brings in at most ${MOST_ROWS.toLocaleString('en')} rows within 24 hours. ${rest}; go on tomorrow.`,
  )
}
