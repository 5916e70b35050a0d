import type { DomainOwner, KnownCampus } from './campus.ts'
import type { AddressDomain, Campus } from './contract.ts'

/** An owner as the public sees it. An unknown domain is an answer like any other: most addresses have one. */
export function showDomain(owner: DomainOwner | undefined): AddressDomain {
  if (!owner) return { campuses: [] }
  return { ...(owner.system && { system: owner.system }), campuses: owner.campuses.map(showCampus) }
}

export function showCampus({ domain, name, shortName, city, region, country }: KnownCampus): Campus {
  return { campus: domain, name, shortName, city, region, country }
}
