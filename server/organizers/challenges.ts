import { and, eq, gt } from 'drizzle-orm'
import { decodeClientDataJSON } from '@simplewebauthn/server/helpers'
import { passkeyChallenges } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'

type Purpose = (typeof passkeyChallenges.$inferSelect)['purpose']

const CHALLENGE_MINUTES = 5

interface Challenged {
  purpose: Purpose
  /** The hash of the cookie of the browser: of its session, or before there is one, of its sign-in. */
  browserHash: Buffer
}

export async function keepChallenge({ db, now }: Deps, challenge: string, of: Challenged): Promise<void> {
  const expiresAt = new Date(now().getTime() + CHALLENGE_MINUTES * 60_000)
  await db.insert(passkeyChallenges).values({ challenge, ...of, expiresAt })
}

/**
 * Takes the challenge that a browser says it has signed: whatever comes of it, it is not good again.
 * @throws Refusal `passkey-refused`
 */
export async function takeChallenge({ db, now }: Deps, signed: string, of: Challenged): Promise<string> {
  const [taken] = await db
    .delete(passkeyChallenges)
    .where(
      and(
        eq(passkeyChallenges.challenge, challengeIn(signed)),
        eq(passkeyChallenges.purpose, of.purpose),
        eq(passkeyChallenges.browserHash, of.browserHash),
        gt(passkeyChallenges.expiresAt, now()),
      ),
    )
    .returning({ challenge: passkeyChallenges.challenge })
  if (!taken) throw new Refusal('passkey-refused', 'That took too long, or was used already. Try once more.')
  return taken.challenge
}

function challengeIn(clientDataJson: string): string {
  try {
    const { challenge } = decodeClientDataJSON(clientDataJson) as { challenge?: unknown }
    return typeof challenge === 'string' ? challenge : ''
  } catch {
    // What is not JSON names no challenge.
    return ''
  }
}
