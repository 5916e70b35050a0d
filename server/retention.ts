import { wordsOf } from './bugs.ts'
import { campaignsToForget, destroyKey, noteRun, type Run } from './campaigns/retention.ts'
import { forgetRequestsOf } from './coalitions/forgetting.ts'
import type { Deps } from './deps.ts'
import { forgetMailDomainsOf } from './exclusions/mail-domains.ts'
import { forgetLettersOf } from './mail/forgetting.ts'
import { forgetTriesOf } from './pledges/forgetting.ts'
import { countUnreduced, reducePledges } from './pledges/reducing.ts'
import { forgetPlacesOf } from './updates/forgetting.ts'

/** All that leads to signers besides their pledges, and what forgets it. */
const besides = {
  letters: forgetLettersOf,
  'tries at codes': forgetTriesOf,
  'requests to lead': forgetRequestsOf,
  'mail domains': forgetMailDomainsOf,
  'places of updates': forgetPlacesOf,
}

/**
 * Forgets who signed, once the retention of a campaign has ended: the key first, by which everything else means nothing,
 * then the rest. What fails stops neither the rest of its campaign nor another one, is told, and is tried again an hour later.
 * @param report hears of each campaign in one line
 */
export async function forgetSigners(deps: Deps, report: (line: string) => void): Promise<void> {
  for (const id of await campaignsToForget(deps)) {
    const run = await forgetSignersOf(deps, id)
    report(wordsFor(run))
    await attempt(run, 'its report', () => noteRun(deps, run))
  }
}

async function forgetSignersOf(deps: Deps, campaignId: number): Promise<Run> {
  const run: Run = { campaignId, pledges: 0, remaining: 0, failures: [] }
  const isDestroyed = await attempt(run, 'its key', () => destroyKey(deps, campaignId))
  if (!isDestroyed) return { ...run, failures: run.failures.length > 0 ? run.failures : ['its key: busy'] }
  run.pledges = (await attempt(run, 'pledges', () => reducePledges(deps.db, campaignId))) ?? 0
  for (const [what, forget] of Object.entries(besides))
    await attempt(run, what, () => forget(deps.db, campaignId))
  run.remaining = (await attempt(run, 'count of pledges', () => countUnreduced(deps.db, campaignId))) ?? 0
  return run
}

/** @returns what it made, or undefined where it failed, which is written down */
async function attempt<Made>(
  run: Run,
  what: string,
  work: () => Promise<Made>,
): Promise<Awaited<Made> | undefined> {
  try {
    return await work()
  } catch (error) {
    run.failures.push(`${what}: ${wordsOf(error)}`)
    return undefined
  }
}

/** For the worker's log. */
function wordsFor({ campaignId, pledges, remaining, failures }: Run): string {
  const also = failures.length > 0 ? `; not forgotten yet: ${failures.join(', ')}` : ''
  return `campaign ${campaignId}: its retention ended; ${pledges} pledges lead to nobody any more, ${remaining} are left${also}`
}
