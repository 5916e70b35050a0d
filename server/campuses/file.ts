import { readFile } from 'node:fs/promises'

export interface SharedDomain {
  domain: string
  /** The name of those who share it, for "Which … campus?": "University of Maine". */
  system: string
}

/** One line of `data/campuses.tsv`, which `data/README.md` describes. */
export interface CampusRow {
  /** The public name in URLs; an address under it is of this campus where `mailDomains` has it. */
  domain: string
  /** The domains whose addresses, sub-domains' too, are this campus's alone. */
  mailDomains: string[]
  /** The domains whose addresses this campus shares with others. */
  sharedDomains: SharedDomain[]
  name: string
  shortName: string | null
  aliases: string[]
  city: string | null
  region: string | null
  country: string | null
  lat: number | null
  lon: number | null
  students: number | null
}

const columns =
  'domain mail_domains shared_domains name short_name aliases city region country lat lon students'.split(' ')

const campusesFile = new URL('../../data/campuses.tsv', import.meta.url)

export const readCampusesFile = () => readFile(campusesFile, 'utf8')

export function parseCampuses(text: string): CampusRow[] {
  const [head, ...lines] = text.trimEnd().split('\n')
  if (head !== columns.join('\t')) throw new Error('data/campuses.tsv has other columns: npm run campuses')
  return lines.map(parseLine)
}

export function formatCampuses(rows: CampusRow[]): string {
  return [columns.join('\t'), ...rows.map(formatLine)].join('\n') + '\n'
}

function parseLine(line: string): CampusRow {
  const [domain = '', mail = '', shared = '', name = '', shortName, aliases, ...further] = line.split('\t')
  const [city, region, country, lat, lon, students] = further
  return {
    domain,
    mailDomains: readMailDomains(domain, mail),
    sharedDomains: shared ? shared.split('|').map(readSharedDomain) : [],
    name,
    shortName: shortName || null,
    aliases: aliases ? aliases.split('|') : [],
    city: city || null,
    region: region || null,
    country: country || null,
    lat: lat ? Number(lat) : null,
    lon: lon ? Number(lon) : null,
    students: students ? Number(students) : null,
  }
}

/** The campus's own domain is implied; "-" leaves it out. */
function readMailDomains(domain: string, column: string): string[] {
  const listed = column.split(' ').filter(Boolean)
  return listed[0] === '-' ? listed.slice(1) : [domain, ...listed]
}

function formatMailDomains({ domain, mailDomains }: CampusRow): string {
  const further = mailDomains.filter((one) => one !== domain)
  return [...(mailDomains.includes(domain) ? [] : ['-']), ...further].join(' ')
}

/** "maine.edu=University of Maine" */
function readSharedDomain(text: string): SharedDomain {
  const [domain = '', system = ''] = text.split('=')
  return { domain, system }
}

function formatLine(row: CampusRow): string {
  const cells = [
    row.domain,
    formatMailDomains(row),
    row.sharedDomains.map(({ domain, system }) => `${domain}=${system}`).join('|'),
    row.name,
    row.shortName,
    row.aliases.join('|'),
    row.city,
    row.region,
    row.country,
    row.lat,
    row.lon,
    row.students,
  ]
  return cells.map((cell) => String(cell ?? '').replace(/\s+/g, ' ')).join('\t')
}
