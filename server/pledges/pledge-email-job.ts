import type { Job } from '../db/queue.ts'
import { KEY_BYTES, keyBytes, keyFromBytes, keyName, type PledgeKey } from './mailbox.ts'

/**
 * What the job of an email needs, as it waits in the database: which pledge, and where to write, sealed, since a
 * confirmed pledge has forgotten it. Short, because a rush of signatures writes thousands of them a second.
 */
export type PledgeEmail = [
  /** The pledge's key and the sealed contact, in base64. */
  sealed: string,
  locale: string,
  /** When it was asked for, in milliseconds since 1970. */
  at: number,
]

interface Letter {
  contact: Buffer
  locale: string
  at: Date
}

export function pledgeEmail(key: PledgeKey, { contact, locale, at }: Letter): PledgeEmail {
  const sealed = Buffer.concat([keyBytes(key), contact]).toString('base64')
  return [sealed, locale, at.getTime()]
}

export function readPledgeEmail([sealed, locale, at]: PledgeEmail): { key: PledgeKey } & Letter {
  const bytes = Buffer.from(sealed, 'base64')
  return {
    key: keyFromBytes(bytes),
    contact: bytes.subarray(KEY_BYTES),
    locale,
    at: new Date(at),
  }
}

/** Of one mailbox only the newest waits. In an object, because graphile-worker joins arrays instead of replacing them. */
export function emailJob(task: 'pledge-email' | 'my-pledge-link', email: PledgeEmail): Job {
  return { task, key: `${task} ${keyName(readPledgeEmail(email).key)}`, payload: { email } }
}
