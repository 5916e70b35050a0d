import type { Update } from '../../../server/updates/contract.ts'

export const stateWords: Record<Update['state'], string> = {
  draft: 'Draft',
  scheduled: 'Scheduled',
  sending: 'Being sent',
  paused: 'Paused',
  sent: 'Sent',
  cancelled: 'Cancelled',
}

/** Its first subject, in the order of the campaign's languages. */
export function titleOf({ words }: Update, locales: string[]): string {
  const subjects = locales.map((locale) => words[locale]?.subject.trim())
  return subjects.find(Boolean) ?? 'Without a subject yet'
}

export function letters(count: number): string {
  return count === 1 ? '1 letter' : `${count.toLocaleString('en')} letters`
}

export function signers(count: number): string {
  return count === 1 ? '1 signer' : `${count.toLocaleString('en')} signers`
}

/** "all who asked to be written to", "signers of gatech.edu and 2 more campuses" */
export function whom({ campuses }: Pick<Update, 'campuses'>): string {
  if (!campuses) return 'all who asked to be written to'
  const [first = '', second] = campuses
  if (campuses.length <= 2) return `signers of ${second ? `${first} and ${second}` : first}`
  return `signers of ${first} and ${campuses.length - 1} more campuses`
}

/** What became of the letters of one that was sent, or cancelled on the way. */
export function outcome({ written, late, sent, refused }: Update): string {
  const lost = written - sent - refused
  return [
    `${letters(sent)} sent${late > 0 ? `, ${late.toLocaleString('en')} asked for by those who confirmed later` : ''}.`,
    refused > 0 ? `${letters(refused)} taken by no mail server.` : '',
    lost > 0 ? `${letters(lost)} not sent: not wanted any more, or cancelled.` : '',
  ]
    .filter(Boolean)
    .join(' ')
}
