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

/** The campus that an address domain shows, or the several among which its signer chooses. */
export interface DomainOwner {
  /** The listed domain that the address is at or below: "gatech.edu" for "cc.gatech.edu". */
  mailDomain: string
  /** One; where there is a system, those that share the domain, by name. */
  campuses: [KnownCampus, ...KnownCampus[]]
  /** What several campuses are together: "University of Maine". */
  system?: string
}

/** The whole directory in memory: signing looks a campus up thousands of times a second. */
export interface Campuses {
  /** Whose addresses end in this domain: "cc.gatech.edu" is Georgia Tech's. */
  ofAddressDomain(domain: string): DomainOwner | undefined
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
 * Whether a signer with an address at this domain may say they are at this campus: it is the owner, shares the domain,
 * or is named below it, as Teachers College ("tc.columbia.edu") is below "columbia.edu".
 */
export function isAmong({ id, domain }: KnownCampus, { campuses, mailDomain }: DomainOwner): boolean {
  return campuses.some((campus) => campus.id === id) || suffixes(domain).includes(mailDomain)
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
  return {
    byId,
    byDomain: new Map(rows.map(({ campus }) => [campus.domain, campus])),
    byMailDomain: await readOwners(db, byId),
    spelling: spellingOf(rows.map((row) => row.search)),
  }
}

async function readOwners(db: Db, byId: Map<number, KnownCampus>): Promise<Map<string, DomainOwner>> {
  const { rows } = await db.execute<{
    domain: string
    ids: [number, ...number[]]
    system: string | null
  }>(sql`
    select campus_domains.domain, json_agg(campus_id order by name, campus_id) as ids, system
    from campus_domains join campuses on campuses.id = campus_id
    group by campus_domains.domain, system`)
  return new Map(
    rows.map(({ domain, ids, system }) => {
      const campuses = ids.map((id) => byId.get(id)!) as DomainOwner['campuses']
      return [domain, { mailDomain: domain, campuses, ...(system && { system }) }]
    }),
  )
}

const campusRows = sql`
  select search, json_strip_nulls(json_build_object(
    'id', id, 'domain', domain, 'name', name, 'shortName', short_name, 'city', city, 'region', region,
    'country', country, 'students', students, 'lat', lat, 'lon', lon)) as campus
  from campuses`
