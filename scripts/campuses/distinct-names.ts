import { fold } from '../../server/campuses/fold.ts'
import type { CampusRow } from '../../server/campuses/file.ts'
import { newNames } from './names.ts'

/** A campus with so many times the students of the next one keeps a name that both have. */
const DOMINANCE = 5

type Bearers = Map<string, Set<CampusRow>>

/**
 * Gives every campus a name and a short name that no other campus is shown by. A short name that several have goes, as
 * "UA" does for Alabama and Arizona; a name that several have gets the state, the city or the domain behind it. Both stay
 * aliases, so that a search still finds them.
 * @param named domains of the campuses that got their names by hand, which keep them
 */
export function distinguishNames(rows: CampusRow[], named: ReadonlySet<string>): CampusRow[] {
  return qualifyNames(dropSharedShortNames(rows, named), named)
}

function dropSharedShortNames(rows: CampusRow[], named: ReadonlySet<string>): CampusRow[] {
  const bearers = bearersOf(rows)
  return rows.map((row) => {
    const { shortName, aliases } = row
    if (!shortName || isKnownBy(row, bearers.get(fold(shortName))!, named)) return row
    return { ...row, shortName: null, aliases: newNames([shortName, ...aliases], [row.name]) }
  })
}

function qualifyNames(rows: CampusRow[], named: ReadonlySet<string>): CampusRow[] {
  const bearers = bearersOf(rows)
  return rows.map((row) => {
    const sharers = bearers.get(fold(row.name))!
    if (isKnownBy(row, sharers, named)) return row
    const name = `${row.name} (${placeAmong(row, sharers)})`
    return { ...row, name, aliases: newNames([row.name, ...row.aliases], [name]) }
  })
}

/** By the folded name; a campus that bears it twice stands once. */
function bearersOf(rows: CampusRow[]): Bearers {
  const bearers: Bearers = new Map()
  for (const row of rows) {
    for (const name of [row.name, row.shortName ?? row.name].map(fold))
      bearers.set(name, (bearers.get(name) ?? new Set()).add(row))
  }
  return bearers
}

function isKnownBy(row: CampusRow, bearers: Set<CampusRow>, named: ReadonlySet<string>): boolean {
  const others = [...bearers].filter((other) => other !== row)
  if (others.length === 0 || named.has(row.domain)) return true
  if (others.some(({ domain }) => named.has(domain))) return false
  return (row.students ?? 0) > DOMINANCE * Math.max(...others.map(({ students }) => students ?? 0))
}

/** What tells a campus from the others of its name, the shortest that does. */
function placeAmong(row: CampusRow, sharers: Set<CampusRow>): string {
  const places: ((row: CampusRow) => string | null)[] = [
    ({ region }) => region,
    ({ city, region }) => city && region && `${city}, ${region}`,
    ({ domain }) => domain,
  ]
  const tells = places.find(
    (place) => new Set([...sharers].map((one) => place(one) ?? '')).size === sharers.size,
  )
  return tells?.(row) || row.domain
}
