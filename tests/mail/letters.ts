import { inspect } from 'node:util'
import { composeEmail, emails, rendered } from '../../emails/emails.ts'
import { type Mail, MailFailure, type Mailing, type Reader } from '../../server/mail/mail.ts'

type OneLetter = Omit<Mailing, 'readers'> & Reader

/** A confirmation to Ada, but for what matters to the test. */
export async function aLetter(different: Partial<OneLetter> = {}): Promise<OneLetter> {
  const email = composeEmail('confirm', different.locale ?? 'en', emails.confirm.sample)
  return {
    to: 'ada@gatech.edu',
    id: '3f2a7b1c-0000-4000-8000-000000000000',
    locale: email.locale,
    own: {},
    ...(await rendered(email)),
    ...different,
  }
}

/** Sends one letter; throws what became of it otherwise. */
export async function send(mail: Mail, { id, to, own, unsubscribeUrl, ...same }: OneLetter): Promise<void> {
  const [failure] = await mail.post({ ...same, readers: [{ id, to, own, unsubscribeUrl }] })
  if (failure) throw failure
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
