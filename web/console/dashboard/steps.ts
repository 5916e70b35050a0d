import type { Dashboard } from '../../../server/dashboards/contract.ts'

type Host = NonNullable<Dashboard['host']>

/** A step from signing to counting. */
export interface Step {
  label: string
  count: number
  /** Which part of what came before it, as `96.4 % of those sent`. */
  part?: string | undefined
}

/** Steps of which nothing is heard are left out: a nought would be believed. */
export function stepsOf({ created, mail }: Host, confirmed: number): Step[] {
  const { told, sent, delivered, bounced, spamReported } = mail
  return [
    { label: 'Signed', count: created },
    { label: 'Letters sent', count: sent },
    ...step(
      'Delivered',
      delivered,
      told === 'deliveries' ? partOf(delivered, sent, 'those sent') : undefined,
    ),
    ...(told === 'refusals'
      ? step('Refused at once', bounced, partOf(bounced, sent + bounced, 'those tried'))
      : step('Bounced', bounced, partOf(bounced, sent, 'those sent'))),
    ...step('Reported as spam', spamReported, partOf(spamReported, delivered, 'those delivered')),
    { label: 'Confirmed', count: confirmed, part: partOf(confirmed, created, 'those who signed') },
  ]
}

function step(label: string, count: number | undefined, part: string | undefined): Step[] {
  return count === undefined ? [] : [{ label, count, part }]
}

/** One complaint in a thousand is many, so that small parts are said finely. */
const percent = new Intl.NumberFormat(undefined, {
  style: 'percent',
  maximumFractionDigits: 1,
  maximumSignificantDigits: 2,
  roundingPriority: 'morePrecision',
})

/** None where more than all would be said: letters refused at once are not among those sent. */
function partOf(count = 0, whole = 0, words: string): string | undefined {
  return count <= whole && whole > 0 ? `${percent.format(count / whole)} of ${words}` : undefined
}
