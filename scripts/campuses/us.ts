import { getDomain } from 'tldts'
import { fold } from '../../server/campuses/fold.ts'
import type { CampusRow } from '../../server/campuses/file.ts'
import { readData } from './data.ts'
import {
  acronymInDomain,
  newNames,
  shortNameAmong,
  splitAliases,
  splitPlace,
  spokenName,
  tidy,
} from './names.ts'

interface UsRow {
  name: string
  aliases: string
  city: string
  state: string
  web_host: string
  latitude: string
  longitude: string
  fte_students: string
}

/**
 * The institutions of the United States, as IPEDS lists them, each under a domain of its own.
 * @param domainsOfNone domains that name no single campus
 */
export async function readUsCampuses(domainsOfNone: ReadonlySet<string>): Promise<CampusRow[]> {
  const listed = (await readData<UsRow>('us-campuses.csv')).map((row) => ({
    ...row,
    web_host: bareHost(row),
  }))
  const largestFirst = listed.sort((a, b) => students(b) - students(a) || (a.name < b.name ? -1 : 1))
  const byHost = Map.groupBy(largestFirst, (row) => row.web_host)
  const domains = domainsOf([...byHost.keys()], domainsOfNone)
  return [...byHost].flatMap(([host, sharers]) => campusesOfHost(domains.get(host) ?? host, sharers))
}

const bareHost = (row: UsRow) => row.web_host.toLowerCase().replace(/^www\d*\./, '')
const students = (row: UsRow) => Number(row.fte_students) || 0

/**
 * "web.mit.edu" is mit.edu where nobody else is found below or at mit.edu. Two letters ("tn.edu", "iu.edu") are a
 * state or a system, of which one campus is not the whole.
 */
function domainsOf(hosts: string[], domainsOfNone: ReadonlySet<string>): Map<string, string> {
  const below = Map.groupBy(hosts, (host) => getDomain(host) ?? host)
  return new Map(
    hosts.map((host) => {
      const domain = getDomain(host) ?? host
      const isAlone =
        below.get(domain)?.length === 1 && /^[^.]{3,}\.edu$/.test(domain) && !domainsOfNone.has(domain)
      return [host, isAlone ? domain : host]
    }),
  )
}

/**
 * The largest speaks for a domain that several share. Branches that bear its name are part of it and found as its
 * aliases; institutions of another name stand on their own under a label made up for them, which no mail is matched to.
 */
function campusesOfHost(domain: string, sharers: UsRow[]): CampusRow[] {
  const [speaker, ...others] = sharers as [UsRow, ...UsRow[]]
  const stem = stemOf(speaker)
  const branches = others.filter((row) => stemOf(row) === stem)
  const strangers = others.filter((row) => stemOf(row) !== stem)
  const byName = Map.groupBy(strangers, (row) => fold(spokenName(row.name)))
  return [
    { ...campusOf(domain, speaker, branches), mailDomains: /\.edu(\.pr)?$/.test(domain) ? [domain] : [] },
    ...[...byName.values()].map(([row, ...same]) => campusOf(`${slug(row!.name)}.${domain}`, row!, same)),
  ]
}

const stemOf = (row: UsRow) => fold(wholeName(row))

const slug = (name: string) => fold(spokenName(name)).replaceAll(' ', '-').slice(0, 63).replace(/-$/, '')

function campusOf(domain: string, row: UsRow, branches: UsRow[]): CampusRow {
  const name = branches.length > 0 ? wholeName(row) : spokenName(row.name)
  const branchNames = branches.map((branch) => spokenName(branch.name))
  const own = splitAliases(row.aliases)
  const total = [row, ...branches].reduce((sum, one) => sum + students(one), 0)
  return {
    domain,
    mailDomains: [],
    sharedDomains: [],
    name,
    shortName: shortNameAmong(own, name, domain) ?? acronymInDomain(name, domain),
    aliases: newNames([...own.slice(0, 16), spokenName(row.name), ...branchNames], [name]),
    city: tidy(row.city),
    region: row.state,
    country: 'US',
    lat: Number(row.latitude),
    lon: Number(row.longitude),
    students: total || null,
  }
}

/** "Kent State University at Stark" is a branch of what "Kent State University at Kent" is. */
function wholeName(row: UsRow): string {
  return tidy(splitPlace(row.name).stem.replace(/ at [A-Z].*$| (Campus|Digital) Immersion$/, ''))
}
