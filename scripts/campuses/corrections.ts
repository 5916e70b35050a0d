import type { CampusRow } from '../../server/campuses/file.ts'
import { newNames, splitAliases } from './names.ts'
import { readData } from './data.ts'

/** What neither source says as people do; an empty cell leaves it as it is. */
export interface Correction {
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

/** Names by domain, for those that swot lists without one ("unam.mx"). */
export function givenNames(corrections: Correction[]): Map<string, string> {
  return new Map(corrections.filter(({ name }) => name).map(({ host, name }) => [host, name]))
}

/** The domains of the campuses that a correction gives a name or a short name. */
export function namedByHand(corrections: Correction[]): Set<string> {
  const named = corrections.filter(({ name, short_name }) => name || short_name)
  return new Set(named.map(({ host, domain }) => domain || host))
}

/** A line for each correction that changes no campus, since it would go unnoticed. */
export function unusedCorrections(corrections: Correction[], hosts: ReadonlySet<string>): string[] {
  return corrections.flatMap(({ host }, at) =>
    hosts.has(host) ? [] : [`campus-corrections.csv line ${at + 2}: no campus has the host ${host}`],
  )
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
