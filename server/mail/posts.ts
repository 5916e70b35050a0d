import type { Deps } from '../deps.ts'
import type { Addressed } from './addressed.ts'
import type { LedgerLetter } from './ledger.ts'
import type { Mail, Mailing, Reader } from './mail.ts'

/** A letter of the ledger, and what goes out for it. */
export interface ReadyLetter {
  letter: LedgerLetter
  addressed: Addressed
}

/** One call of a way out: letters that read the same but for their readers' own values. */
export interface Post {
  way: Mail
  mailing: Mailing
  /** In the order of the mailing's readers. */
  letters: LedgerLetter[]
  /** What counts as their mailboxes, for letters of which there may be too many; in the same order. */
  canonicals: (string | undefined)[]
}

/** Puts what reads the same into as few calls as a way out takes. */
export async function postsOf(deps: Pick<Deps, 'mail' | 'demoMail'>, ready: ReadyLetter[]): Promise<Post[]> {
  const alike = Map.groupBy(ready, ({ addressed }) => keyOf(addressed))
  const posts: Post[] = []
  for (const together of alike.values()) {
    const [first] = together
    if (!first) continue
    const way = wayOf(deps, first.addressed)
    const { fromName, email } = first.addressed
    const same = { ...(await email.shared()), locale: email.locale, fromName }
    for (const some of inPieces(together, way.largest)) {
      const mailing = { ...same, readers: some.map(readerOf) }
      posts.push({
        way,
        mailing,
        letters: some.map(({ letter }) => letter),
        canonicals: some.map(({ addressed }) => addressed.canonical),
      })
    }
  }
  return posts
}

export function wayOf({ mail, demoMail }: Pick<Deps, 'mail' | 'demoMail'>, { isDemo }: Addressed): Mail {
  return isDemo ? demoMail : mail
}

function keyOf({ email, fromName, isDemo = false }: Addressed): string {
  return `${isDemo} ${JSON.stringify(fromName ?? '')} ${email.key}`
}

function readerOf({ letter: { id }, addressed: { to, email, unsubscribeUrl } }: ReadyLetter): Reader {
  return { id, to, own: email.own, unsubscribeUrl }
}

function inPieces<One>(all: One[], largest: number): One[][] {
  return Array.from({ length: Math.ceil(all.length / largest) }, (_, piece) =>
    all.slice(piece * largest, (piece + 1) * largest),
  )
}
