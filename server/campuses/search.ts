import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { showCampus } from './address-domain.ts'
import type { Campuses, KnownCampus } from './campus.ts'
import type { Campus } from './contract.ts'
import { fold } from './fold.ts'

const MATCHES = 8
/** A name is told by its first words; more would only cost time. */
const WORDS_READ = 8
const LETTERS_READ = 80
/** What a short name weighs in students, so that Oxford, of unknown size, comes before Oxford College. */
const KNOWN_BY_SHORT_NAME = 20_000

/** What of `Deps` a search needs. */
interface SearchDeps {
  db: Db
  campuses: Campuses
}

/** What a drive knows of the campuses that its signers look for. */
export interface Preference {
  /** Domains of the campuses that its public leaderboard shows. */
  shown: string[]
  /** Where most of them are, ISO 3166-1 alpha-2. */
  country?: string
}

/**
 * Best first; none for less than two letters. What looks like a domain or an address is first read as one.
 * @param preference puts campuses of a drive, and of its country, before others that match as well
 */
export async function searchCampuses(
  { db, campuses }: SearchDeps,
  q: string,
  preference: Preference = { shown: [] },
): Promise<Campus[]> {
  const typed = fold(q.slice(0, LETTERS_READ)).split(' ').slice(0, WORDS_READ).join(' ').replace(/^the /, '')
  if ([...typed].length < 2) return []
  const domain = domainIn(q)
  const atDomain = domain ? campusesAt(campuses, domain) : []
  if (atDomain.length > 0) return atDomain.slice(0, MATCHES).map(showCampus)
  const found = await namedLike(db, typed, preference)
  return found.length > 0 || domain ? found : firstNamedLike(db, campuses.meant(typed), preference)
}

async function firstNamedLike(db: Db, queries: string[], preference: Preference): Promise<Campus[]> {
  for (const query of queries) {
    const found = await namedLike(db, query, preference)
    if (found.length > 0) return found
  }
  return []
}

function domainIn(q: string): string | undefined {
  return /^(?:[^\s@]*@)?((?:[a-z0-9-]+\.)+[a-z0-9-]+)\.?$/i.exec(q.trim())?.[1]?.toLowerCase()
}

function campusesAt(campuses: Campuses, domain: string): KnownCampus[] {
  const named = campuses.byDomain(domain)
  return named ? [named] : (campuses.ofAddressDomain(domain)?.campuses ?? [])
}

/**
 * Every word typed begins a word of the campus. A short name comes first, or a whole name in the drive or its country;
 * then the drive's campuses, its country's, other whole names, beginnings of a name, words that stand together, and of
 * these the larger.
 */
async function namedLike(db: Db, typed: string, { shown, country }: Preference): Promise<Campus[]> {
  const beginsWords = typed.split(' ').map((word) => sql`search like ${`% ${word}%`}`)
  const isWhole = sql`search like ${`%| ${typed} |%`}`
  const isShortName = sql`search like ${`| ${typed} |%`}`
  const isShown = sql`domain = any (${`{${shown.join(',')}}`}::text[])`
  const isNear = sql`country is not distinct from coalesce(${country ?? null}::text, country)`
  const { rows } = await db.execute<{ campus: Campus }>(sql`
    select json_strip_nulls(json_build_object('campus', domain, 'name', name, 'shortName', short_name,
      'city', city, 'region', region, 'country', country)) as campus
    from (
      select * from campuses where ${sql.join(beginsWords, sql` and `)}
      order by (${isShortName} or ${isWhole} and (${isShown} or ${isNear})) desc, ${isShown} desc, ${isNear} desc,
        (${isWhole}) desc, search like ${`%| ${typed}%`} desc, search like ${`% ${typed}%`} desc,
        case when ${isShortName} then greatest(students, ${KNOWN_BY_SHORT_NAME}::int)
          else coalesce(students, 0) end desc,
        students desc nulls last, length(domain), domain
      limit ${MATCHES}) as best`)
  return rows.map((row) => row.campus)
}
