import { finished, type Readable } from 'node:stream'
import { writeDown } from '../audit/audit.ts'
import { openSnapshot, type Snapshot } from '../db/snapshot.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import type { ListForm, TotalsBy, TotalsForm } from './contract.ts'
import { csv } from './csv.ts'
import { json } from './json.ts'
import { frameOf, listedPeople, peopleByCampus } from './listed.ts'
import { aboutTheList, listColumns, listLines } from './pledge-list.ts'
import { aboutPublicTotals, publicCampusLines, publicLines } from './public-totals.ts'
import { atOnce, type Line, type Table } from './table.ts'
import { exactLines, sourcesOf, totalsColumns } from './totals.ts'
import { xlsx } from './xlsx.ts'

export interface Export {
  fileName: string
  /** Of the rows that the file will have, so that a reader can show how far it is. */
  rows: number
  content: Readable
}

interface Asked {
  kind: 'pledges' | 'totals' | 'exact-totals'
  form: TotalsForm
  by?: TotalsBy
}

/** Whoever takes longer would keep Postgres from cleaning up behind everybody else. */
const LIMIT_MS = 10 * 60_000

const writers: Record<TotalsForm, (table: Table) => Readable> = { csv, xlsx, json }

/** A row for each pledge, told of only as far as `smallest_shown` people share it. */
export function exportPledges(deps: Deps, member: CampaignMember, form: ListForm): Promise<Export> {
  const { campaign } = member
  return made(deps, member, { kind: 'pledges', form }, async (snapshot) => {
    const frame = frameOf(deps.campuses, campaign, await peopleByCampus(snapshot, campaign))
    const listed = listedPeople({ snapshot, campuses: deps.campuses, campaign, frame })
    return {
      rows: frame.confirmed,
      about: aboutTheList(campaign.smallestShown),
      columns: listColumns,
      lines: listLines(listed),
    }
  })
}

interface TotalsAsked {
  by: TotalsBy
  form: TotalsForm
}

/** Totals as they may be published. */
export function exportTotals(deps: Deps, member: CampaignMember, { by, form }: TotalsAsked): Promise<Export> {
  return made(deps, member, { kind: 'totals', form, by }, async (snapshot) => ({
    about: aboutPublicTotals(by, member.campaign.smallestShown),
    columns: totalsColumns[by],
    ...small(await publicTotals(deps, member, snapshot, by)),
  }))
}

async function publicTotals(
  { campuses, leaderboards }: Deps,
  { campaign }: CampaignMember,
  snapshot: Snapshot,
  by: TotalsBy,
): Promise<Line[]> {
  // As published, to the last figure: a file that knew better would tell who left since the day began.
  if (by === 'campus') return publicCampusLines((await leaderboards.of(campaign.id)).leaderboard, campuses)
  const frame = frameOf(campuses, campaign, await peopleByCampus(snapshot, campaign))
  const sources = await sourcesOf(snapshot, campaign)
  const listed = listedPeople({ snapshot, campuses, campaign, frame })
  return await publicLines(listed, { by, sources, smallestShown: campaign.smallestShown })
}

const WARNING = 'Exact figures, for organizers only: do not publish them.'

/** Totals to the last pledge, for those who run the drive. */
export function exportExactTotals(
  deps: Deps,
  member: CampaignMember,
  { by, form }: TotalsAsked,
): Promise<Export> {
  const { campaign } = member
  return made(deps, member, { kind: 'exact-totals', form, by }, async (snapshot) => ({
    warning: WARNING,
    about: ['Days are those of UTC.'],
    columns: totalsColumns[by],
    ...small(await exactLines(snapshot, { campaign, campuses: deps.campuses, by })),
  }))
}

function small(lines: Line[]): Pick<Table, 'rows' | 'lines'> {
  return { rows: lines.length, lines: atOnce(lines) }
}

/**
 * Makes a file out of the database as it is now. It is written down before its first byte is; its place and its
 * connection are given back when the last byte was taken, or when whoever asked has gone away.
 * @throws Refusal `busy`
 */
async function made(
  deps: Deps,
  member: CampaignMember,
  asked: Asked,
  tableFrom: (snapshot: Snapshot) => Promise<Omit<Table, 'facts'>>,
): Promise<Export> {
  const giveBack = deps.exports.take()
  let snapshot: Snapshot | undefined
  const close = () => {
    snapshot?.close()
    giveBack()
  }
  try {
    snapshot = await openSnapshot(deps.db)
    const table = await tableFrom(snapshot)
    await writeExportDown(deps, member, asked, table.rows)
    const content = writers[asked.form]({ facts: factsOf(deps, member, asked), ...table })
    const limit = setTimeout(() => content.destroy(new Error('an export took too long')), LIMIT_MS)
    finished(content, () => {
      clearTimeout(limit)
      close()
    })
    return { fileName: fileName(deps, member, asked), rows: table.rows, content }
  } catch (error) {
    close()
    throw error
  }
}

async function writeExportDown(deps: Deps, member: CampaignMember, asked: Asked, rows: number) {
  await writeDown(deps.db, {
    at: deps.now(),
    by: member,
    action: 'export.make',
    organizationId: member.organization.id,
    campaignId: member.campaign.id,
    details: { ...asked, rows },
  })
}

function factsOf(deps: Deps, { campaign }: CampaignMember, { kind, by }: Asked): Table['facts'] {
  const { slug, smallestShown } = campaign
  return { campaign: slug, at: deps.now().toISOString(), kind, ...(by && { by }), smallestShown }
}

/** Of letters, digits and hyphens, whatever the campaign is called. */
function fileName(deps: Deps, { campaign }: CampaignMember, { kind, by, form }: Asked): string {
  const what = {
    pledges: 'pledges-anonymized',
    totals: 'totals',
    'exact-totals': 'EXACT-not-for-publication',
  }
  const parts = [campaign.slug, what[kind], ...(by ? ['by', by] : []), deps.now().toISOString().slice(0, 10)]
  return `${parts.join('-')}.${form}`
}
