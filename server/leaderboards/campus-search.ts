import type { Campaign } from '../campaigns/campaign.ts'
import type { Campus } from '../campuses/contract.ts'
import { type Preference, searchCampuses } from '../campuses/search.ts'
import type { Deps } from '../deps.ts'

type SearchDeps = Pick<Deps, 'db' | 'campuses' | 'leaderboards'>

/** Campuses by what a signer of this campaign types: those of its leaderboard and of its country before others. */
export async function searchCampusesFor(deps: SearchDeps, campaign: Campaign, q: string): Promise<Campus[]> {
  return await searchCampuses(deps, q, await preferenceOf(deps, campaign))
}

/** From what is public alone, so that a search tells nothing of a campus that the leaderboard hides. */
async function preferenceOf({ campuses, leaderboards }: SearchDeps, { id }: Campaign): Promise<Preference> {
  const { leaderboard } = await leaderboards.of(id)
  const shown = leaderboard.campuses.map(({ campus }) => campus)
  const countries = Map.groupBy(shown, (domain) => campuses.byDomain(domain)?.country)
  countries.delete(undefined)
  const [largest] = [...countries].sort(([, a], [, b]) => b.length - a.length)
  return { shown, country: largest?.[0] }
}
