import type { CampusRow } from '../../server/campuses/file.ts'
import type { SwotEntry } from './swot.ts'
import { newNames, splitAliases } from './names.ts'
import { readData } from './data.ts'

/** What neither source says as people do; an empty cell leaves it as it is. */
interface Correction {
  host: string
  domain: string
  name: string
  short_name: string
  mail_domains: string
  aliases: string
}

export const readCorrections = () => readData<Correction>('campus-corrections.csv')

export function correct(rows: CampusRow[], corrections: Correction[]): CampusRow[] {
  const byHost = new Map(corrections.map((correction) => [correction.host, correction]))
  return rows.map((row) => {
    const correction = byHost.get(row.domain)
    return correction ? corrected(row, correction) : row
  })
}

/** swot holds some domains without a name ("unam.mx"): the correction gives it. */
export function namedEntries(corrections: Correction[]): SwotEntry[] {
  return corrections.filter(({ name }) => name).map(({ host, name }) => ({ domain: host, names: [name] }))
}

function corrected(row: CampusRow, correction: Correction): CampusRow {
  const domain = correction.domain || row.domain
  const name = correction.name || row.name
  const further = correction.mail_domains.split(' ').filter(Boolean)
  const aliases = [...splitAliases(correction.aliases), ...row.aliases, row.name]
  return {
    ...row,
    domain,
    name,
    shortName: correction.short_name || row.shortName,
    mailDomains: [...new Set([domain, ...row.mailDomains, ...further])],
    aliases: newNames(aliases, [name]),
  }
}
