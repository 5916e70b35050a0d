import { sql } from 'drizzle-orm'
import type { Addressed, Compose, ComposeAll } from './mail/addressed.ts'
import { eachByItself } from './mail/addressed.ts'
import { composeChapterLetter } from './coalitions/chapter-letter.ts'
import { composePartnerLetter, sealedAsPartnerInvitation } from './coalitions/partner-letter.ts'
import { composeKeyNotice } from './contacts/key-notices.ts'
import { isDatabaseAway } from './db/db.ts'
import type { Deps } from './deps.ts'
import type { SealedColumn } from './keys/sealed-column.ts'
import type { LedgerLetter, LetterTemplate } from './mail/ledger.ts'
import { MailFailure } from './mail/mail.ts'
import { composeInvitation, sealedAsInvitation } from './organizations/invitation-email.ts'
import { composePlaceNotice } from './organizations/place-notices.ts'
import { composeFirstPasskeyNotice } from './organizers/first-passkey-notices.ts'
import { composeSignInLink, sealedAsSignIn } from './organizers/links.ts'
import { composeChangeNotice } from './organizers/notices.ts'
import { composeResetNotice } from './organizers/reset-notices.ts'
import { composeMilestones, composeUpdates, composeUpdateTest } from './updates/letters.ts'
import { composeMyPledgeLinks, composePledgeLetters, composeReminders } from './pledges/letters.ts'

/** Every kind of letter, and who composes it when it is sent. */
const composers: Record<LetterTemplate, Compose> = {
  confirm: composePledgeLetters,
  reminder: composeReminders,
  'my-pledge-link': composeMyPledgeLinks,
  update: composeUpdates,
  'update-test': eachByItself(composeUpdateTest),
  milestone: composeMilestones,
  'chapter-request': eachByItself(composeChapterLetter),
  'partner-invitation': eachByItself(composePartnerLetter),
  'organizer-invitation': eachByItself(composeInvitation),
  'organizer-sign-in': eachByItself(composeSignInLink),
  'sign-in-changed': eachByItself(composeChangeNotice),
  'passkey-reset': eachByItself(composeResetNotice),
  'first-passkey': eachByItself(composeFirstPasskeyNotice),
  'place-changed': eachByItself(composePlaceNotice),
  'organization-key': eachByItself(composeKeyNotice),
}

/** What the server key seals in letters; addresses of signers wait there under the keys of days. */
const sealedBy: Record<string, SealedColumn['sealedAs']> = {
  'organizer-sign-in': sealedAsSignIn,
  'organizer-invitation': sealedAsInvitation,
  'partner-invitation': sealedAsPartnerInvitation,
}

export const sealedLetters: SealedColumn = {
  what: 'letters that wait',
  table: 'letters',
  column: 'sealed',
  key: { id: 'uuid' },
  also: [sql`template, about`],
  sealedAs: (row) => sealedBy[String(row.template)]!(row),
}

/** Composes what was claimed together. One that fails does so alone, and is tried again later. */
export const composeLetters: ComposeAll = async (deps, letters) => {
  await deps.contactKeys.ready(deps.now())
  const made = new Map<LedgerLetter, Addressed | undefined | MailFailure>()
  const byTemplate = Map.groupBy(letters, ({ template }) => template)
  for (const [template, alike] of byTemplate) {
    const compose = composers[template as LetterTemplate]
    const answers = await composedOrFailed(compose, deps, alike)
    for (const [place, letter] of alike.entries()) made.set(letter, answers[place])
  }
  return letters.map((letter) => made.get(letter))
}

async function composedOrFailed(compose: Compose, deps: Deps, letters: LedgerLetter[]) {
  try {
    return await compose(deps, letters)
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    if (letters.length === 1) return [new MailFailure('not-composed')]
    const each: (Addressed | undefined | MailFailure)[] = []
    for (const letter of letters) each.push(...(await composedOrFailed(compose, deps, [letter])))
    return each
  }
}
