import { isBearable, note, ok, quoted, wrong, type Finding } from './finding.ts'
import { orUnknown, type Look } from './look.ts'
import { faultsOfRecord, faultsOfWalk } from './spf-faults.ts'
import { isSpf, readSpf } from './spf-record.ts'
import { walkSpf } from './spf-walk.ts'

export interface SpfOf {
  domain: string
  /** Mail through SendGrid returns to a domain of SendGrid's, or to a sub-domain that SendGrid looks after. */
  way: 'smtp' | 'sendgrid'
  /** Where letters are handed over, by SMTP. */
  smtpHost?: string | undefined
}

/** Which servers may send for the domain (RFC 7208). */
export async function checkSpf(look: Look, of: SpfOf): Promise<Finding[]> {
  const texts = await look.txt(of.domain)
  const records = texts.filter(isSpf)
  if (records.length > 1) return [several(of.domain, records)]
  if (records[0] === undefined) return [missing(of, texts)]
  const record = readSpf(records[0])
  const walked = await orUnknown(walkSpf(look, of.domain, record).then((walk) => faultsOfWalk(walk, of)))
  const faults = [...walked, ...faultsOfRecord(record, of)]
  const found = ok('spf', `${of.domain} says who may send for it: ${quoted(records[0])}.`)
  return faults.every(isBearable) ? [found, ...faults] : faults
}

function several(domain: string, records: string[]): Finding {
  const found = records.slice(0, 3).map((record) => quoted(record, 60))
  return wrong(
    'spf-several',
    `${domain} has ${records.length} SPF records, so receivers take none: ${found.join(', ')}.`,
    'Leave one TXT record that begins with v=spf1, and move into it what the others list.',
  )
}

function missing(of: SpfOf, texts: string[]): Finding {
  const misspelled = texts.find((text) => /v\s*=\s*spf/i.test(text))
  if (misspelled !== undefined) {
    const what = `${of.domain} has an SPF record that nobody can read: ${quoted(misspelled)}.`
    return wrong(
      'spf-broken',
      what,
      'It begins with v=spf1 and a space; no quotation marks inside the value.',
    )
  }
  if (of.way === 'smtp') return wrong('spf-missing', `${of.domain} has no SPF record.`, recordFor(of))
  return note(
    'spf-missing',
    `${of.domain} has no SPF record. SendGrid's mail can do without: it returns to a sub-domain that has one.`,
    `If nobody else sends for ${of.domain}, add: TXT ${of.domain} "v=spf1 -all".`,
  )
}

function recordFor({ domain, smtpHost = '' }: SpfOf): string {
  const isOwn = smtpHost === domain || smtpHost.endsWith(`.${domain}`)
  return isOwn
    ? `If ${smtpHost} itself takes letters to their receivers, add: TXT ${domain} "v=spf1 a:${smtpHost} -all".`
    : `Add, with the name that the provider of ${smtpHost} gives for it: TXT ${domain} "v=spf1 include:NAME -all".`
}
