import { eq } from 'drizzle-orm'
import { campaigns } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { type CampaignMember, requireFresh } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'
import { type Before, changeCampaign } from './changing.ts'
import type { SettingsChange } from './editing-contract.ts'
import { moveDigestKey } from './digest-key.ts'
import { checkedSlug, refuseTaken } from './making.ts'
import { invalid } from './wording.ts'

type Change = Omit<SettingsChange, 'revision'>
type Settings = Pick<
  Before,
  | 'slug'
  | 'goal'
  | 'eligibility'
  | 'smallestShown'
  | 'namesShownAfter'
  | 'pace'
  | 'contactMode'
  | 'mailNamesCampaign'
  | 'opensAt'
  | 'closesAt'
  | 'theme'
>

/**
 * Changes what is named, as far as it does not break what signers were promised.
 * @throws Refusal `setting-invalid`, `setting-fixed`, `slug-taken`, `changed-meanwhile`, `passkey-needed`
 */
export async function changeSettings(
  deps: Deps,
  member: CampaignMember,
  { revision, ...change }: SettingsChange,
): Promise<void> {
  await changeCampaign(deps, member, revision, async (tx, before) => {
    const now = settingsAfter(before, change)
    requireKept(before, now)
    requirePossible(before, now, deps.now())
    if (closesSooner(before, now) || hidesMore(before, now)) requireFresh(member, deps.now())
    const changed = differences(before, now)
    await tx.update(campaigns).set(changed.set).where(eq(campaigns.id, before.id))
    const slugs = { campaignId: before.id, from: before.slug, to: now.slug }
    if (now.slug !== before.slug) await moveDigestKey(tx, deps.keys, slugs)
    return { action: 'campaign.change', details: changed.details }
  }).catch(refuseTaken)
}

function settingsAfter(before: Before, { accent, opensAt, closesAt, slug, ...change }: Change): Settings {
  const { goal, eligibility, smallestShown, namesShownAfter, pace, contactMode, mailNamesCampaign } = before
  return {
    goal,
    eligibility,
    smallestShown,
    namesShownAfter,
    pace,
    contactMode,
    mailNamesCampaign,
    ...change,
    slug: slug === undefined ? before.slug : checkedSlug(slug),
    opensAt: opensAt === undefined ? before.opensAt : dateOf(opensAt),
    closesAt: closesAt === undefined ? before.closesAt : dateOf(closesAt),
    theme: accent === undefined ? before.theme : { ...before.theme, accent: checkedAccent(accent) },
  }
}

function dateOf(instant: string | null): Date | null {
  return instant === null ? null : new Date(instant)
}

/** @throws Refusal `setting-invalid` */
export function checkedAccent(typed: string | null): string | undefined {
  if (typed === null) return undefined
  const accent = typed.trim().toLowerCase()
  if (/^#[0-9a-f]{6}$/.test(accent)) return accent
  throw invalid('accent', 'A colour is written as # and six digits or letters from a to f: "#b4231a".')
}

/** From the moment it was opened, people may have signed for what it said. @throws Refusal `setting-fixed` */
function requireKept(before: Before, now: Settings): void {
  if (before.state === 'draft') return
  if (now.slug !== before.slug)
    throw fixed('slug', 'The address cannot change any more: links and embeds lead to it.')
  if (now.smallestShown < before.smallestShown)
    throw fixed(
      'smallestShown',
      `Signers were told that a campus with fewer than ${before.smallestShown} is not shown. It can be raised, not lowered.`,
    )
  if (now.namesShownAfter < before.namesShownAfter)
    throw fixed(
      'namesShownAfter',
      `Signers were told that names show after ${before.namesShownAfter}. It can be raised, not lowered.`,
    )
  if (before.pace === 'steps' && now.pace === 'live')
    throw fixed('pace', 'Who signed while the count moved in steps was not to be seen signing. It stays so.')
}

/** A day that comes sooner closes a campaign as the button does. */
function closesSooner(before: Before, { closesAt }: Settings): boolean {
  if (before.state === 'draft' || closesAt === null) return false
  return before.closesAt === null || closesAt < before.closesAt
}

/** Once it is open this cannot be taken back. */
function hidesMore(before: Before, now: Settings): boolean {
  if (before.state === 'draft') return false
  return (
    now.smallestShown > before.smallestShown ||
    now.namesShownAfter > before.namesShownAfter ||
    now.pace !== before.pace
  )
}

/** @throws Refusal `setting-invalid`, `setting-fixed` */
function requirePossible(before: Before, now: Settings, today: Date): void {
  const { goal, smallestShown, namesShownAfter, opensAt, closesAt } = now
  if (goal !== null) requireWithin('goal', 'The goal', goal, [1, 100_000_000])
  requireWithin('smallestShown', 'The smallest campus shown', smallestShown, [2, 1_000])
  requireWithin('namesShownAfter', 'The number after which names show', namesShownAfter, [2, 100_000])
  if (namesShownAfter < smallestShown)
    throw invalid(
      'namesShownAfter',
      `Names cannot show before their campus does: choose ${smallestShown} or more.`,
    )
  if (opensAt && closesAt && closesAt <= opensAt)
    throw invalid('closesAt', 'It has to close after it opens: choose a later day.')
  if (!isSame(opensAt, before.opensAt)) requireNotYetOpen(before, today)
  if (closesAt && closesAt <= today && !isSame(closesAt, before.closesAt))
    throw invalid(
      'closesAt',
      'This day has passed. Choose a later one, or close the campaign now by its button.',
    )
}

function requireNotYetOpen({ state, opensAt }: Before, today: Date): void {
  if (state === 'draft' || (state === 'open' && opensAt && opensAt > today)) return
  throw fixed('opensAt', 'It has opened already, so the day on which it opens is past changing.')
}

function requireWithin(field: string, what: string, value: number, [least, most]: [number, number]): void {
  if (value >= least && value <= most) return
  throw invalid(field, `${what} is a number from ${least} to ${most.toLocaleString('en')}.`)
}

function fixed(field: string, detail: string): Refusal {
  return new Refusal('setting-fixed', detail, { field })
}

/** What is really another: only that is written, so that a slug that stays takes no lock that signers wait for. */
function differences(before: Before, now: Settings) {
  const names = (Object.keys(now) as (keyof Settings)[]).filter((name) => !isSame(before[name], now[name]))
  return {
    set: Object.fromEntries(names.map((name) => [name, now[name]])) as Partial<Settings>,
    details: Object.fromEntries(names.map((name) => [name, { from: before[name], to: now[name] }])),
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
