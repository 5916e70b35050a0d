import type { ComposedEmail } from '../../emails/email.ts'
import type { Deps } from '../deps.ts'
import type { LedgerLetter } from './ledger.ts'
import type { MailFailure } from './mail.ts'

/** A letter that is ready to go. */
export interface Addressed {
  /** The checked form of an address. */
  to: string
  email: ComposedEmail
  /** Undefined: as MAIL_FROM says. */
  fromName?: string | undefined
  unsubscribeUrl?: string
  /** What counts as the reader's mailbox, for a letter that anybody can cause: one of which there may be too many. */
  canonical?: string
  /** Of the made-up world: it goes to the mailbox page, whatever mail settings there are. */
  isDemo?: boolean
}

/** How letters of one kind are made of what the ledger holds. In their order; undefined where one is wanted no more. */
export type Compose = (deps: Deps, letters: LedgerLetter[]) => Promise<(Addressed | undefined)[]>

/** The same for all kinds; a letter that cannot be composed fails only itself. */
export type ComposeAll = (
  deps: Deps,
  letters: LedgerLetter[],
) => Promise<(Addressed | undefined | MailFailure)[]>

/** For kinds of which there are never many. */
export function eachByItself(
  compose: (deps: Deps, letter: LedgerLetter) => Promise<Addressed | undefined>,
): Compose {
  return async (deps, letters) => await Promise.all(letters.map((letter) => compose(deps, letter)))
}
