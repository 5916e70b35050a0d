import { and, eq, gt } from 'drizzle-orm'
import { consoleGate } from '../captcha/gates.ts'
import type { DbOrTx, Tx } from '../db/db.ts'
import { organizers, signInLinks } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { composeEmail } from '../../emails/emails.ts'
import type { Addressed } from '../mail/addressed.ts'
import { type LedgerLetter, writeLetters } from '../mail/ledger.ts'
import { Refusal } from '../refusal.ts'
import { countAsk } from './asks.ts'
import { organizerDigest, organizerEmail } from './organizer.ts'
import { newToken, tokenHash } from './sessions.ts'

const LINK_MINUTES = 10
/** Whoever asked has closed the page by then, and her browser has forgotten its cookie. */
const GIVEN_UP_MINUTES = 60

interface Asking {
  email: string
  /** The cookie that the asking browser is about to get. */
  browser: string
  /** Its cookie that says that this address once signed in with it. */
  known: string | undefined
  locale: string
  captcha: string | undefined
}

/**
 * Asks for a link. What happens here is the same for every address; whether it is an organizer's, the job finds out.
 * @throws Refusal `email-invalid`
 */
export async function askForLink(
  deps: Deps,
  { email: typed, browser, known, locale, captcha }: Asking,
): Promise<void> {
  const email = organizerEmail(typed)
  await deps.captcha.requireProof(consoleGate, { captcha })
  if (!(await countAsk(deps, { email, known }))) return
  const browserHash = tokenHash(browser)
  const sealed = deps.keys.seal('organizer', Buffer.from(email), browserHash)
  const about = { browser: browserHash.toString('base64') }
  const askedAt = deps.now()
  await writeLetters(deps.db, [{ template: 'organizer-sign-in', about, sealed, locale, askedAt }])
}

/** As it waits in the ledger. */
export function sealedAsSignIn({ about }: Record<string, unknown>) {
  const { browser } = about as { browser: string }
  return { purpose: 'organizer' as const, context: Buffer.from(browser, 'base64') }
}

/** The letter with the link, if the address is an organizer's. */
export async function composeSignInLink(
  { db, keys, now, publicUrl }: Deps,
  { about, sealed, locale, askedAt }: LedgerLetter,
): Promise<Addressed | undefined> {
  if (!sealed || now().getTime() - askedAt.getTime() > GIVEN_UP_MINUTES * 60_000) return undefined
  const browserHash = Buffer.from(String(about?.browser), 'base64')
  const to = keys.open('organizer', sealed, browserHash).toString()
  const digest = organizerDigest(keys, to)
  const [organizer] = await db
    .select({ id: organizers.id })
    .from(organizers)
    .where(eq(organizers.emailDigest, digest))
  if (!organizer) return undefined
  const link = await makeLink(db, { organizerId: organizer.id, browserHash, now: now() })
  const signInUrl = `${publicUrl}/console/sign-in#link=${link}`
  return { to, email: composeEmail('organizer-sign-in', locale, { signInUrl }) }
}

interface NewLink {
  organizerId: number
  browserHash: Buffer
  now: Date
}

async function makeLink(db: DbOrTx, { organizerId, browserHash, now }: NewLink): Promise<string> {
  const link = newToken()
  const expiresAt = new Date(now.getTime() + LINK_MINUTES * 60_000)
  await db.insert(signInLinks).values({ tokenHash: tokenHash(link), organizerId, browserHash, expiresAt })
  return link
}

interface Opening {
  link: string
  /** The cookie of the browser that opens it. */
  browser: string | undefined
  now: Date
}

function isGood({ link, browser = '', now }: Opening) {
  return and(
    eq(signInLinks.tokenHash, tokenHash(link)),
    eq(signInLinks.browserHash, tokenHash(browser)),
    gt(signInLinks.expiresAt, now),
  )
}

/** Whose link it is; it stays good. @throws Refusal `token-invalid` */
export async function organizerOfLink(db: DbOrTx, opening: Opening): Promise<number> {
  const [found] = await db.select({ id: signInLinks.organizerId }).from(signInLinks).where(isGood(opening))
  return found?.id ?? refuseLink()
}

/** Uses a link up, if this transaction commits. @throws Refusal `token-invalid` */
export async function takeLink(tx: Tx, opening: Opening): Promise<number> {
  const [taken] = await tx
    .delete(signInLinks)
    .where(isGood(opening))
    .returning({ id: signInLinks.organizerId })
  return taken?.id ?? refuseLink()
}

/** One sentence for all: a link that is wrong, old, used, or in another browser than the one that asked. */
function refuseLink(): never {
  throw new Refusal(
    'token-invalid',
    'This link is not good here. It works once, for ten minutes, in the browser that asked for it, and only the newest does. Ask for another below.',
  )
}
