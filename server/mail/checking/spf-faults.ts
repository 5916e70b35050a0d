import { quoted, warning, wrong, type Finding } from './finding.ts'
import type { SpfRecord, SpfTerm } from './spf-record.ts'
import type { SpfOf } from './spf.ts'
import { mostCounted, type SpfWalk } from './spf-walk.ts'

/** What makes receivers throw the record away, or makes it worthless, wherever that stands. */
export function faultsOfWalk(walk: SpfWalk, of: SpfOf): Finding[] {
  const broken = walk.broken
    .slice(0, 5)
    .map((words) => wrong('spf-broken', `SPF fails: ${words}.`, 'Take it out, or mend it.'))
  return [
    ...broken,
    ...[openAt(walk, of), tooMany(walk), voids(walk)].filter((finding) => finding !== undefined),
  ]
}

/** What is wrong with the domain's own record. */
export function faultsOfRecord(record: SpfRecord, of: SpfOf): Finding[] {
  return [nobody(record, of), noEnd(record), ptr(record), uselessInclude(record, of)].filter(
    (finding) => finding !== undefined,
  )
}

function openAt({ open: [at] }: SpfWalk, { domain }: SpfOf): Finding | undefined {
  if (at === undefined) return undefined
  const what = `SPF lets the whole world send as ${domain}: "+all" in the record of ${quoted(at)}.`
  return wrong('spf-open', what, at === domain ? 'End it with -all.' : 'Take that include out.')
}

function tooMany({ lookups }: SpfWalk): Finding | undefined {
  if (lookups <= 10) return undefined
  const many = lookups >= mostCounted ? `${mostCounted} or more` : lookups
  return wrong(
    'spf-too-many-lookups',
    `SPF needs ${many} DNS lookups; receivers stop at 10 and take the record for broken.`,
    'Take out what no longer sends for you, or let a service send from a sub-domain with a record of its own.',
  )
}

function voids({ voids }: SpfWalk): Finding | undefined {
  if (voids.length <= 2) return undefined
  const names = voids.slice(0, 5).map((name) => quoted(name, 60))
  const what = `SPF asks for names that DNS does not know, and receivers stop at the third: ${names.join(', ')}.`
  return wrong('spf-void-lookups', what, 'Take them out.')
}

/** SendGrid's mail is judged by another record. */
function nobody({ terms, redirect, broken }: SpfRecord, { way, domain }: SpfOf): Finding | undefined {
  const letsSomebody =
    redirect !== undefined || broken.length > 0 || terms.some(({ qualifier }) => qualifier === '+')
  if (way === 'sendgrid' || letsSomebody) return undefined
  return wrong(
    'spf-nobody',
    `SPF says that no server at all sends for ${domain}.`,
    'Put before its end what does.',
  )
}

function noEnd({ terms, redirect }: SpfRecord): Finding | undefined {
  const end = terms.at(-1)
  if (redirect !== undefined || (end?.mechanism === 'all' && end.qualifier !== '?')) return undefined
  return warning('spf-no-end', 'SPF does not say what of all other servers.', 'End it with -all (or ~all).')
}

function ptr({ terms }: SpfRecord): Finding | undefined {
  if (!terms.some(({ mechanism }) => mechanism === 'ptr')) return undefined
  return warning(
    'spf-ptr',
    'SPF uses "ptr", which receivers are told to overlook.',
    'List the servers instead.',
  )
}

function uselessInclude({ terms }: SpfRecord, { way, domain }: SpfOf): Finding | undefined {
  if (way !== 'sendgrid' || !terms.some(isSendgrid)) return undefined
  return warning(
    'spf-sendgrid',
    `SPF includes sendgrid.net. That does not help, since SendGrid's mail does not return to ${domain}, and lets SendGrid's other customers pass as you.`,
    'Authenticate the domain in SendGrid (see DKIM), then take the include out.',
  )
}

function isSendgrid({ mechanism, domain = '' }: SpfTerm): boolean {
  return mechanism === 'include' && /(^|\.)sendgrid\.net\.?$/i.test(domain)
}
