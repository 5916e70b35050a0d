import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { spellingOf } from './spelling.ts'

export interface KnownCampus {
  id: number
  /** Its public name in URLs. */
  domain: string
  name: string
  shortName?: string
  city?: string
  region?: string
  country?: string
  students?: number
  lat?: number
  lon?: number
}

/** The whole directory in memory: signing looks a campus up thousands of times a second. */
export interface Campuses {
  /** The campus whose addresses end in this domain: "cc.gatech.edu" is Georgia Tech. */
  ofAddressDomain(domain: string): KnownCampus | undefined
  byDomain(domain: string): KnownCampus | undefined
  byId(id: number): KnownCampus | undefined
  /** What a misspelled query may have meant, the likeliest first. */
  meant(typed: string): string[]
  /** Reads the directory again, after it was loaded anew. */
  reload(): Promise<void>
}

export async function openCampuses(db: Db): Promise<Campuses> {
  let index = await readIndex(db)
  return {
    ofAddressDomain: (domain) =>
      index.byMailDomain.get(domain) ?? firstOf(suffixes(domain), index.byMailDomain),
    byDomain: (domain) => index.byDomain.get(domain),
    byId: (id) => index.byId.get(id),
    meant: (typed) => index.spelling.meant(typed),
    reload: async () => void (index = await readIndex(db)),
  }
}

/**
 * Whether a signer whose address shows one campus may say she is at another: only where the other stands under the
 * same domain, as Penn State Abington ("abington.psu.edu") does with addresses of "psu.edu".
 */
export function isPartOf(part: KnownCampus, whole: KnownCampus): boolean {
  return part !== whole && suffixes(part.domain).includes(whole.domain)
}

/**
 * By whole labels from the left, so that neither "notgatech.edu" nor "gatech.edu.example.com" passes for
 * "gatech.edu": "cc.gatech.edu", "gatech.edu", and no top level alone.
 */
function suffixes(domain: string): string[] {
  const labels = domain.toLowerCase().replace(/\.$/, '').split('.')
  if (labels.some((label) => label === '')) return []
  return labels.slice(0, -1).map((_, skipped) => labels.slice(skipped).join('.'))
}

function firstOf<Value>(keys: string[], map: Map<string, Value>): Value | undefined {
  const key = keys.find((candidate) => map.has(candidate))
  return key === undefined ? undefined : map.get(key)
}

async function readIndex(db: Db) {
  const { rows } = await db.execute<{ campus: KnownCampus; search: string }>(campusRows)
  const byId = new Map(rows.map(({ campus }) => [campus.id, campus]))
  const mail = await db.execute<{ domain: string; campus_id: number }>(
    sql`select domain, campus_id from campus_domains`,
  )
  return {
    byId,
    byDomain: new Map(rows.map(({ campus }) => [campus.domain, campus])),
    byMailDomain: new Map(mail.rows.map((row) => [row.domain, byId.get(row.campus_id)])),
    spelling: spellingOf(rows.map((row) => row.search)),
  }
}

const campusRows = sql`
  select search, json_strip_nulls(json_build_object(
    'id', id, 'domain', domain, 'name', name, 'shortName', short_name, 'city', city, 'region', region,
    'country', country, 'students', students, 'lat', lat, 'lon', lon)) as campus
  from campuses`
