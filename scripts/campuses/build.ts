import type { CampusRow } from '../../server/campuses/file.ts'
import { correct, type Correction, namedByHand, unusedCorrections } from './corrections.ts'
import { distinguishNames } from './distinct-names.ts'
import { assignMailDomains, type MailSystem, unclearOwners } from './mail-systems.ts'
import { campusesNamed, mergeCampuses } from './merge.ts'
import type { SwotEntry } from './swot.ts'

interface Sources {
  us: CampusRow[]
  swot: SwotEntry[]
  corrections: Correction[]
  systems: MailSystem[]
}

/** The whole directory. @throws Error with every line that is wrong, or missing */
export function buildDirectory({ us: listed, swot, corrections, systems }: Sources): CampusRow[] {
  const us = correct(listed, corrections)
  // The number of campuses that swot names for a domain is read before merging adds to their names.
  const named = campusesNamed(us, swot)
  const merged = mergeCampuses(us, swot)
  const hosts = new Set([...listed, ...merged].map(({ domain }) => domain))
  // Once more for those that swot alone knows; a second correction changes nothing.
  const { campuses, problems } = assignMailDomains(correct(merged, corrections), systems)
  const all = [
    ...unusedCorrections(corrections, hosts),
    ...problems,
    ...(problems.length > 0 ? [] : unclearOwners(campuses, systems, named)),
  ]
  if (all.length > 0) throw new Error(`The directory cannot be built:\n${all.join('\n')}`)
  return distinguishNames(campuses, namedByHand(corrections))
}
