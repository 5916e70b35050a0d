import type { CampusRow } from '../../server/campuses/file.ts'
import { readData } from './data.ts'
import { newNames } from './names.ts'

/** A line of data/mail-systems.csv: to which campuses the addresses at some domains belong. */
export interface MailSystem {
  mail_domains: string
  /** What the campuses are together: "University of Maine". */
  system: string
  /** None, one, or those that share the domains; "*.psu.edu" is each campus of IPEDS at or below psu.edu. */
  campuses: string
  reason: string
}

export const readMailSystems = () => readData<MailSystem>('mail-systems.csv')

/** "suny.edu" is the whole of SUNY, and none of its colleges. */
export function domainsOfNone(systems: MailSystem[]): Set<string> {
  return new Set(systems.flatMap((line) => (line.campuses ? [] : words(line.mail_domains))))
}

/** @returns the campuses under these lines, and what is wrong with the lines */
export function assignMailDomains(
  rows: CampusRow[],
  systems: MailSystem[],
): { campuses: CampusRow[]; problems: string[] } {
  const assigned = new Map<string, CampusRow[]>()
  const problems = systems.flatMap((line, at) => {
    const { owners, missing } = ownersIn(rows, words(line.campuses))
    const domains = words(line.mail_domains)
    const wrong = [
      ...missing.map((name) => `no campus is ${name}`),
      ...problemsOf(line, owners.length),
      ...domains.flatMap((domain) => (assigned.has(domain) ? [`${domain} has a line already`] : [])),
      ...domains.flatMap((domain) => unlisted(rows, domain, owners)),
      ...(owners.length === 0 ? domains.filter((domain) => !isMatched(rows, domain)) : []).map(
        (domain) => `no campus has ${domain}`,
      ),
    ]
    for (const domain of domains) assigned.set(domain, owners)
    return wrong.map((what) => `mail-systems.csv line ${at + 2}: ${what}`)
  })
  if (problems.length > 0) return { campuses: rows, problems }
  return { campuses: withDomains(rows, systems, assigned), problems }
}

/** A line for each mail domain whose owner may not be the only campus that has its addresses. */
export function unclearOwners(
  rows: CampusRow[],
  systems: MailSystem[],
  named: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const settled = new Set(systems.flatMap((line) => words(line.mail_domains)))
  const owners = Map.groupBy(
    rows.flatMap((row) => row.mailDomains.map((domain) => ({ domain, campus: row.domain }))),
    ({ domain }) => domain,
  )
  const below = campusesBelow(rows)
  return [...owners].flatMap(([domain, of]) => {
    if (settled.has(domain)) return []
    const names = named.get(domain) ?? new Set()
    // One other name is a name that two institutions bear.
    const several = names.size > 1 ? names : []
    const campuses = [
      ...new Set([...of.map(({ campus }) => campus), ...(below.get(domain) ?? []), ...several]),
    ]
    if (campuses.length < 2) return []
    return [`${domain} may be of ${campuses.join(', ')}: it needs a line in mail-systems.csv`]
  })
}

const words = (cell: string) => cell.split(' ').filter(Boolean)

function ownersIn(rows: CampusRow[], names: string[]): { owners: CampusRow[]; missing: string[] } {
  const found = names.map((name) => ({ name, owners: rows.filter((row) => isCalled(row, name)) }))
  return {
    owners: [...new Set(found.flatMap(({ owners }) => owners))],
    missing: found.filter(({ owners }) => owners.length === 0).map(({ name }) => name),
  }
}

function isCalled(row: CampusRow, name: string): boolean {
  if (!name.startsWith('*.')) return row.domain === name
  return isInstitution(row) && isWithin(row.domain, name.slice(2))
}

/** IPEDS says where it is; what swot alone lists may be a system, or an old name. */
const isInstitution = ({ region }: CampusRow) => region !== null

const isWithin = (domain: string, parent: string) => domain === parent || domain.endsWith(`.${parent}`)

function problemsOf({ system, reason, mail_domains: domains }: MailSystem, owners: number): string[] {
  return [
    ...(words(domains).length === 0 ? ['it names no mail domain'] : []),
    ...(owners > 1 && !system ? ['campuses that share a domain need the name of their system'] : []),
    ...(owners < 2 && system ? [`a system of ${owners} campuses is none`] : []),
    ...(/[=|\t]/.test(system) ? ['the name of a system cannot have =, | or a tab'] : []),
    ...(reason ? [] : ['it gives no reason']),
  ]
}

function unlisted(rows: CampusRow[], domain: string, owners: CampusRow[]): string[] {
  const there = rows.find((row) => row.domain === domain && isInstitution(row))
  if (!there || owners.length === 0 || owners.includes(there)) return []
  return [`${there.name} is at ${domain} and not among its campuses`]
}

const isMatched = (rows: CampusRow[], domain: string) => rows.some((row) => row.mailDomains.includes(domain))

/** What stood under a domain by its name alone gives way: to the one campus, as an alias of it. */
function withDomains(
  rows: CampusRow[],
  systems: MailSystem[],
  assigned: ReadonlyMap<string, CampusRow[]>,
): CampusRow[] {
  const systemOf = new Map(
    systems.flatMap(({ mail_domains: domains, system }) => words(domains).map((domain) => [domain, system])),
  )
  const stays = (row: CampusRow) =>
    isInstitution(row) || (assigned.get(row.domain)?.includes(row) ?? !assigned.has(row.domain))
  const gone = rows.filter((row) => !stays(row))
  const domainsOf = Map.groupBy(
    [...assigned].flatMap(([domain, owners]) =>
      owners.map((row) => ({ row, domain, isAlone: owners.length === 1 })),
    ),
    ({ row }) => row,
  )
  return rows.filter(stays).map((row) => {
    const given = domainsOf.get(row) ?? []
    const alone = given.filter(({ isAlone }) => isAlone).map(({ domain }) => domain)
    const shared = given.filter(({ isAlone }) => !isAlone).map(({ domain }) => domain)
    const merged = gone.filter((one) => alone.includes(one.domain))
    const kept = row.mailDomains.filter((domain) => !assigned.has(domain))
    return {
      ...row,
      mailDomains: [...new Set([...kept, ...alone])],
      sharedDomains: shared.map((domain) => ({ domain, system: systemOf.get(domain) ?? '' })),
      aliases: [...row.aliases, ...newNames(namesOf(merged), [row.name, ...row.aliases])],
    }
  })
}

const namesOf = (rows: CampusRow[]) => rows.flatMap(({ name, aliases }) => [name, ...aliases])

/** Each domain above a campus, with the campuses at or below it. */
function campusesBelow(rows: CampusRow[]): Map<string, string[]> {
  const below = new Map<string, string[]>()
  for (const { domain } of rows) {
    for (const parent of withParents(domain)) below.set(parent, [...(below.get(parent) ?? []), domain])
  }
  return below
}

function withParents(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, skipped) => labels.slice(skipped).join('.'))
}
