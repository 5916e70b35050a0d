import { readFile } from 'node:fs/promises'

/** One line of `data/campuses.tsv`, which `data/README.md` describes. */
export interface CampusRow {
  /** The public name in URLs; an address under it is of this campus unless `mailDomains` leaves it out. */
  domain: string
  /** The domains whose addresses, sub-domains' too, are this campus's. None: it is found by name alone. */
  mailDomains: string[]
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

const columns = 'domain mail_domains name short_name aliases city region country lat lon students'.split(' ')

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
  const [domain = '', mail = '', name = '', shortName, aliases, city, region, country, lat, lon, students] =
    line.split('\t')
  return {
    domain,
    mailDomains: readMailDomains(domain, mail),
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

/** Empty: the campus's own domain, as for most. "-": none. */
function readMailDomains(domain: string, column: string): string[] {
  if (column === '-') return []
  return [domain, ...column.split(' ').filter(Boolean)]
}

function formatLine(row: CampusRow): string {
  const mail = row.mailDomains.filter((domain) => domain !== row.domain).join(' ')
  const cells = [
    row.domain,
    row.mailDomains.length === 0 ? '-' : mail,
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
