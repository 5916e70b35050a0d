import { and, eq, gt } from 'drizzle-orm'
import type { DbOrTx, Tx } from '../db/db.ts'
import { addJobs } from '../db/queue.ts'
import { organizers, signInLinks } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { renderEmail } from '../../emails/emails.ts'
import { Refusal } from '../refusal.ts'
import { countAsk } from './asks.ts'
import { messageId, noticeId } from './notices.ts'
import { organizerDigest, organizerEmail } from './organizer.ts'
import { newToken, tokenHash } from './sessions.ts'

const LINK_MINUTES = 10
/** Whoever asked has closed the page by then, and her browser has forgotten its cookie. */
const GIVEN_UP_MINUTES = 60
const TRIES = 5

interface Asking {
  email: string
  /** The cookie that the asking browser is about to get. */
  browser: string
  /** Its cookie that says that this address once signed in with it. */
  known: string | undefined
  locale: string
}

/** What the job of a link knows; the address is sealed. */
export interface SignInJob {
  id: string
  email: string
  browser: string
  locale: string
  at: number
}

/**
 * Asks for a link. What happens here is the same for every address; whether it is an organizer's, the job finds out.
 * @throws Refusal `email-invalid`
 */
export async function askForLink(
  deps: Deps,
  { email: typed, browser, known, locale }: Asking,
): Promise<void> {
  const email = organizerEmail(typed)
  if (!(await countAsk(deps, { email, known }))) return
  const browserHash = tokenHash(browser)
  const payload: SignInJob = {
    id: noticeId(),
    email: deps.keys.seal('organizer', Buffer.from(email), browserHash).toString('base64'),
    browser: browserHash.toString('base64'),
    locale,
    at: deps.now().getTime(),
  }
  await addJobs(deps.db, [{ task: 'organizer-sign-in', payload, maxAttempts: TRIES }])
}

/** Mails a link, if the address is an organizer's. */
export async function sendSignInLink(
  deps: Deps,
  { id, email, browser, locale, at }: SignInJob,
): Promise<void> {
  const { db, keys, now, publicUrl, mail } = deps
  if (now().getTime() - at > GIVEN_UP_MINUTES * 60_000) return
  const browserHash = Buffer.from(browser, 'base64')
  const to = keys.open('organizer', Buffer.from(email, 'base64'), browserHash).toString()
  const digest = organizerDigest(keys, to)
  const [organizer] = await db
    .select({ id: organizers.id })
    .from(organizers)
    .where(eq(organizers.emailDigest, digest))
  if (!organizer) return
  const link = await makeLink(db, { organizerId: organizer.id, browserHash, now: now() })
  const signInUrl = `${publicUrl}/console/sign-in#link=${link}`
  const letter = await renderEmail('organizer-sign-in', locale, { signInUrl })
  await mail.send({ ...letter, to, messageId: messageId(deps, id), locale })
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
