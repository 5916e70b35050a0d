import { inspect } from 'node:util'
import { emails, renderEmail } from '../../emails/emails.ts'
import { MailFailure, type Letter } from '../../server/mail/mail.ts'

/** A confirmation to Ada, but for what matters to the test. */
export async function aLetter(different: Partial<Letter> = {}): Promise<Letter> {
  const locale = different.locale ?? 'en'
  return {
    to: 'ada@gatech.edu',
    messageId: '<3f2a.7b1c@pledge.example.org>',
    locale,
    ...(await renderEmail('confirm', locale, emails.confirm.sample)),
    ...different,
  }
}

export const from = 'Estamos <hello@pledge.example.org>'

/** Addresses that some parser reads as another mailbox, as several, or as a header. */
export const hostileAddresses = [
  'a@x.edu\r\nBcc: z@z.z',
  'a@x.edu\nBcc: z@z.z',
  'a@x.edu\r\nRCPT TO:<z@z.z>',
  '"a@gatech.edu x"@evil.com',
  '<a@evil.com>b@gatech.edu',
  'a@gatech.edu, b@evil.com',
  'a@gatech.edu;b@evil.com',
  'a@gatech.edu b@evil.com',
  'a@gatech.edu(comment)',
  'friends: a@gatech.edu, b@evil.com;',
  'a@evil.com\uff0f.gatech.edu',
  'a@gatech.edu\u0000',
  'a@b@gatech.edu',
  'a@[127.0.0.1]',
  'a@xn--.edu@evil.com',
  'gatech.edu',
  '',
]

/** What a send failed with; fails itself when it went, or failed with anything else. */
export async function failureOf(sending: Promise<void>): Promise<MailFailure> {
  const outcome = await sending.then(
    () => 'it was sent',
    (error: unknown) => error,
  )
  if (outcome instanceof MailFailure) return outcome
  throw new Error(`Expected a MailFailure, got ${inspect(outcome)}`)
}

/** All that a log or a jobs table could keep of a failure. */
export function allOf(failure: MailFailure): string {
  return inspect(failure, { depth: null, showHidden: true }) + JSON.stringify(failure) + failure.stack
}
