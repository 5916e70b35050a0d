/** The link that stops all mail to the address it was mailed to. It holds for good: so does the wish. */
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import { liftSuppression, mailboxDigest, suppress } from './suppressions.ts'

type Signer = Pick<Deps, 'keys' | 'publicUrl'>

/** @param exact the checked address */
export function stopUrl({ keys, publicUrl }: Signer, exact: string, locale: string): string {
  const token = keys.seal('stop-mail', mailboxDigest(keys, exact), contextOf(publicUrl))
  return `${publicUrl}/stop-mail/${token.toString('base64url')}?locale=${locale}`
}

/** Doing it again changes nothing. @throws Refusal `token-invalid` */
export async function stopMail(deps: Deps, token: string): Promise<void> {
  await suppress(deps.db, { digests: [mailboxIn(deps, token)], reason: 'asked', at: deps.now() })
}

/** Whatever stopped it. Doing it again changes nothing. @throws Refusal `token-invalid` */
export async function allowMail(deps: Deps, token: string): Promise<void> {
  await liftSuppression(deps.db, mailboxIn(deps, token))
}

function mailboxIn({ keys, publicUrl }: Signer, token: string): Buffer {
  try {
    return keys.open('stop-mail', Buffer.from(token, 'base64url'), contextOf(publicUrl))
  } catch {
    // Whatever is wrong with it, it is no token of ours.
    throw new Refusal(
      'token-invalid',
      'This link is not valid. Was it cut off? Copy all of it from the email.',
    )
  }
}

function contextOf(publicUrl: string): Buffer {
  return Buffer.from(publicUrl)
}
