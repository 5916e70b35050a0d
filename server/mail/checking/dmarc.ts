import { alignmentOf, type Alignment } from './alignment.ts'
import { isDmarc, readDmarc, type DmarcRecord } from './dmarc-record.ts'
import { isSameOrganization, organizationalDomain } from './domain.ts'
import { note, ok, quoted, warning, wrong, type Finding } from './finding.ts'
import type { Look } from './look.ts'

interface Found {
  /** Where the record stands: the domain of From, or what somebody registered above it. */
  at: string
  text: string
}

/** What receivers do with letters that are not proven to be ours, and whether ours are (RFC 9989, before it RFC 7489). */
export async function checkDmarc(look: Look, domain: string, alignment: Alignment): Promise<Finding[]> {
  const texts = await recordsAbove(look, domain)
  const records = texts.filter(({ text }) => isDmarc(text))
  if (records.length > 1) return [several(records)]
  const [found] = records
  if (!found) return [missing(domain, texts)]
  const record = readDmarc(found.text)
  return [
    ...policyFindings(domain, found, record),
    ...(await reportFindings(look, found, record)),
    ...alignmentOf(domain, record, alignment),
  ]
}

async function recordsAbove(look: Look, domain: string): Promise<Found[]> {
  const above = organizationalDomain(domain) ?? domain
  for (const at of new Set([domain, above])) {
    const texts = (await look.txt(`_dmarc.${at}`)).map((text) => ({ at, text }))
    if (at === above || texts.some(({ text }) => isDmarc(text))) return texts
  }
  return []
}

function several(records: Found[]): Finding {
  const at = records[0]?.at ?? ''
  return wrong(
    'dmarc-several',
    `_dmarc.${at} has ${records.length} DMARC records, so receivers take none.`,
    'Leave one.',
  )
}

function missing(domain: string, [misspelled]: Found[]): Finding {
  const above = organizationalDomain(domain) ?? domain
  const todo = `Add: TXT _dmarc.${above} "v=DMARC1; p=none; rua=mailto:dmarc@${above}", with a mailbox that you read.`
  return misspelled
    ? wrong('dmarc-broken', `_dmarc.${misspelled.at} is no DMARC record: ${quoted(misspelled.text)}.`, todo)
    : wrong(
        'dmarc-missing',
        `There is no DMARC record for ${domain}; Gmail, Yahoo and Outlook.com ask for one.`,
        todo,
      )
}

function policyFindings(domain: string, { at, text }: Found, record: DmarcRecord): Finding[] {
  const broken = record.broken.map((tag) =>
    wrong('dmarc-broken', `_dmarc.${at} has ${quoted(tag, 60)}, which receivers cannot read.`, 'Mend it.'),
  )
  const policy = at === domain ? record.policy : (record.ofSubdomains ?? record.policy)
  if (broken.length > 0) return broken
  if (policy === undefined)
    return [
      wrong(
        'dmarc-broken',
        `_dmarc.${at} has no p=, so some receivers overlook it.`,
        'Put p=none behind v=DMARC1.',
      ),
    ]
  const found = ok('dmarc', `_dmarc.${at} says p=${policy}: ${quoted(text)}.`)
  if (policy !== 'none') return [found]
  const todo = 'When the reports have shown none but your own servers for two weeks, make it p=quarantine.'
  return [found, note('dmarc-none', 'With p=none anybody may still send as you.', todo)]
}

async function reportFindings(look: Look, { at }: Found, { reportHosts }: DmarcRecord): Promise<Finding[]> {
  if (reportHosts.length === 0) {
    const what = 'DMARC asks for no reports, so you would not hear of letters that fail.'
    return [warning('dmarc-no-reports', what, `Add: rua=mailto:dmarc@${at}, a mailbox that you read.`)]
  }
  const foreign = [...new Set(reportHosts)].filter((host) => !isSameOrganization(host, at)).slice(0, 5)
  const findings = await Promise.all(foreign.map((host) => permissionOf(look, at, host)))
  return findings.flat()
}

/** Reports go to another's mailbox only where that one agrees, or anybody could be flooded with them. */
async function permissionOf(look: Look, at: string, host: string): Promise<Finding[]> {
  const name = `${at}._report._dmarc.${host}`
  if ((await look.txt(name)).some(isDmarc)) return []
  const todo = `Whoever runs ${host} adds: TXT ${name} "v=DMARC1"; or name a mailbox at ${at}.`
  return [warning('dmarc-reports-refused', `${host} has not agreed to take reports about ${at}.`, todo)]
}
