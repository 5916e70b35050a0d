import { Type, type Static } from 'typebox'
import { CaptchaSettings } from '../captcha/contract.ts'

export const Slug = Type.String({ minLength: 1, maxLength: 80, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' })

export const Locale = Type.String({
  minLength: 2,
  maxLength: 12,
  pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$',
})

export const CampaignParams = Type.Object({ slug: Slug })

export const LocaleQuery = Type.Object({ locale: Type.Optional(Locale) }, { additionalProperties: false })

export const Affiliation = Type.Enum(['student', 'alum', 'staff', 'other'])
export type Affiliation = Static<typeof Affiliation>

const Id = Type.Integer({ minimum: 1 })

/** A firm that the pledge names. */
export const Target = Type.Object({
  name: Type.String(),
  reason: Type.String(),
  sourceUrl: Type.String({ format: 'uri', description: 'Where the reason can be read up; https.' }),
})
export type Target = Static<typeof Target>

/** What a signer may promise on top of the pledge. */
export const Clause = Type.Object({ id: Id, words: Type.String() })
export type Clause = Static<typeof Clause>

/** Optional; its answers are counted as totals, and never linked to a person. */
export const Question = Type.Object({
  id: Id,
  words: Type.String(),
  options: Type.Array(Type.Object({ number: Id, words: Type.String() })),
})
export type Question = Static<typeof Question>

/** With whom a signer may share her contact: an organization that carries the campaign and has a key. */
export const Recipient = Type.Object({
  organization: Slug,
  name: Type.String(),
  fingerprint: Type.String({ description: 'SHA-256 of the public key that it is sealed to, in hex.' }),
})
export type Recipient = Static<typeof Recipient>

/** What a page needs to show a campaign and its form. */
export const Campaign = Type.Object(
  {
    slug: Slug,
    state: Type.Enum(['upcoming', 'open', 'closed'], {
      description: 'As of now: scheduled dates are taken into account. Drafts are not public.',
    }),
    organization: Type.Object({ name: Type.String(), url: Type.Optional(Type.String()) }),
    locale: Locale,
    locales: Type.Array(Locale),
    title: Type.String(),
    text: Type.String({ description: 'The pledge text: what a signer promises.' }),
    textVersion: Type.Integer(),
    textHash: Type.String({ description: 'SHA-256 of title, text and reason, in hex.' }),
    reason: Type.String({ description: 'Why: paragraphs of plain text, an empty line between.' }),
    targets: Type.Array(Target),
    clauses: Type.Array(Clause),
    questions: Type.Array(Question),
    logoUrl: Type.Optional(Type.String({ format: 'uri' })),
    opensAt: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
    closesAt: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
    goal: Type.Optional(Type.Integer()),
    confirmed: Type.Integer({ description: 'Public total: the sum of what the leaderboard shows.' }),
    eligibility: Type.Enum(['anyone', 'campus-email']),
    smallestShown: Type.Integer({
      description: 'A campus with fewer confirmed pledges is never shown by itself.',
    }),
    namesShownAfter: Type.Integer(),
    contactMode: Type.Enum(['count-only', 'contactable'], {
      description: 'contactable: a signer may tick `updates` and `display`.',
    }),
    shareWith: Type.Array(Recipient, {
      description: 'With whom a signer may share her contact, by `shareWith`.',
    }),
    captcha: CaptchaSettings,
    theme: Type.Object({ accent: Type.Optional(Type.String()) }),
    demo: Type.Boolean({ description: 'A made-up world, not a real drive.' }),
  },
  { $id: 'Campaign' },
)
export type Campaign = Static<typeof Campaign>
