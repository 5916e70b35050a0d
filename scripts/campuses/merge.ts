import { fold } from '../../server/campuses/fold.ts'
import type { CampusRow } from '../../server/campuses/file.ts'
import { countryOf } from './country.ts'
import { acronymInDomain, newNames } from './names.ts'
import type { SwotEntry } from './swot.ts'

/** Aliases that swot may add to one campus: a domain of a whole system lists dozens. */
const NAMES_FROM_SWOT = 6

/** What IPEDS says of an institution stands; swot adds names, further domains, and the rest of the world. */
export function mergeCampuses(us: CampusRow[], entries: SwotEntry[]): CampusRow[] {
  const swot = onePerDomain(entries)
  const byMail = new Map(us.flatMap((row) => row.mailDomains.map((domain) => [domain, row] as const)))
  const byDomain = new Map(us.map((row) => [row.domain, row]))
  const names = uniqueNames(us)
  const listed = new Set([...byMail.keys(), ...swot.map((entry) => entry.domain)])
  const world: SwotEntry[] = []
  for (const entry of swot) {
    const known = byMail.get(entry.domain) ?? byDomain.get(entry.domain)
    if (known) addNames(known, entry, names)
    else if (parents(entry.domain).some((parent) => listed.has(parent))) continue
    else if (!addDomain(names, entry)) world.push(entry)
  }
  return [...us, ...worldCampuses(world)].sort((a, b) => (a.domain < b.domain ? -1 : 1))
}

/** The American campuses that swot names for a domain under .edu, by the domain. */
export function campusesNamed(us: CampusRow[], entries: SwotEntry[]): Map<string, Set<string>> {
  const names = uniqueNames(us)
  const american = onePerDomain(entries).filter(({ domain }) => domain.endsWith('.edu'))
  return new Map(
    american.map((entry) => [
      entry.domain,
      new Set(entry.names.flatMap((name) => names.get(bareName(name))?.domain ?? [])),
    ]),
  )
}

function onePerDomain(entries: SwotEntry[]): SwotEntry[] {
  const byDomain = Map.groupBy(entries, (entry) => entry.domain)
  return [...byDomain].map(([domain, same]) => ({
    domain,
    names: newNames(
      same.flatMap((one) => one.names),
      [],
    ),
  }))
}

/** An address under a listed domain is recognized by it: "stud.example.edu" needs no line of its own. */
function parents(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(1, -1).map((_, skipped) => labels.slice(skipped + 1).join('.'))
}

const bareName = (name: string) =>
  fold(name)
    .replace(/\b(the|of|at|in)\b/g, '')
    .replace(/ +/g, ' ')
    .trim()

/** Names that exactly one institution bears, so that they may tell it. */
function uniqueNames(rows: CampusRow[]): Map<string, CampusRow> {
  const bearers = Map.groupBy(
    rows.flatMap((row) => [row.name, ...row.aliases].map((name) => ({ name: bareName(name), row }))),
    ({ name }) => name,
  )
  const told = [...bearers].filter(([, found]) => new Set(found.map(({ row }) => row)).size === 1)
  return new Map(told.map(([name, [first]]) => [name, first!.row]))
}

/** swot knows the domain as academic, so its addresses may be matched; names of other campuses stay theirs. */
function addNames(row: CampusRow, entry: SwotEntry, names: Map<string, CampusRow>): void {
  if (!row.mailDomains.includes(entry.domain)) row.mailDomains.push(entry.domain)
  const own = entry.names.filter(
    (name) => (names.get(bareName(name)) ?? row) === row && !/system|campuses/i.test(name),
  )
  row.aliases.push(...newNames(own, [row.name, ...row.aliases]).slice(0, NAMES_FROM_SWOT))
}

function addDomain(names: Map<string, CampusRow>, entry: SwotEntry): boolean {
  const row = entry.domain.endsWith('.edu') ? names.get(bareName(entry.names[0] ?? '')) : undefined
  if (!row || row.mailDomains.length === 0) return false
  row.mailDomains.push(entry.domain)
  return true
}

/** One institution under several domains of a country is one campus; a name borne by many is no institution's. */
function worldCampuses(entries: SwotEntry[]): CampusRow[] {
  const groups = Map.groupBy(
    entries,
    (entry) => `${fold(entry.names[0] ?? '')} ${entry.domain.split('.').at(-1)}`,
  )
  return [...groups.values()].flatMap((same) =>
    same.length > 1 &&
    same.length <= 5 &&
    /uni|instit|polit|polyt|college|school of/i.test(same[0]!.names[0]!)
      ? [worldCampus(same)]
      : same.map((entry) => worldCampus([entry])),
  )
}

function worldCampus(same: SwotEntry[]): CampusRow {
  const [first, ...further] = same.toSorted(
    (a, b) => rank(a.domain) - rank(b.domain) || (a.domain < b.domain ? -1 : 1),
  )
  const { domain, names } = first!
  const name = names[0]!
  const aliases = [...names.slice(1), ...further.flatMap((entry) => entry.names)]
  return {
    domain,
    mailDomains: [domain, ...new Set(further.map((entry) => entry.domain))].filter(isFirst),
    sharedDomains: [],
    name,
    shortName: acronymInDomain(name, domain),
    aliases: newNames(aliases, [name]).slice(0, NAMES_FROM_SWOT),
    city: null,
    region: null,
    country: countryOf(domain),
    lat: null,
    lon: null,
    students: null,
  }
}

const isFirst = (domain: string, at: number, all: string[]) => all.indexOf(domain) === at

/** The academic second level speaks first, then the shorter name. */
const rank = (domain: string) => (/\.(edu|ac)\.\w\w$/.test(domain) ? 0 : 100) + domain.length
