import { Type, type Static } from 'typebox'
import { Affiliation, Locale, Slug } from '../campaigns/contract.ts'
import { CaptchaProof } from '../captcha/contract.ts'
import { CampusDomain } from '../campuses/contract.ts'
import { LONGEST_ADDRESS, LONGEST_TEXT } from '../contract.ts'
import { Receipt } from '../mail/contract.ts'

/** Its shape is checked, with reasons, in `address.ts`; a name and brackets may stand around it. */
const Email = Type.String({
  maxLength: LONGEST_ADDRESS,
  description: 'One address: ASCII before the @, a domain after it.',
})

/** Which embed, poster or link brought a pledge. */
export const Source = Type.String({ maxLength: 64, pattern: '^[A-Za-z0-9._-]*$' })

/** More than any campaign offers or asks. */
const MOST_CLAUSES = 20
const MOST_ANSWERS = 10
const MOST_SHARES = 20

const Id = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

/** One option of one question; the same question is answered once at most. */
const Answer = Type.Object({ question: Id, option: Id }, { additionalProperties: false })
export type Answer = Static<typeof Answer>

export const PledgeRequest = Type.Object(
  {
    email: Email,
    name: Type.Optional(
      Type.String({
        maxLength: LONGEST_TEXT,
        description: 'Kept only with `display`, or shared with `shareWith`. At most 80 characters, no links.',
      }),
    ),
    campus: Type.Optional(
      Type.String({
        maxLength: LONGEST_TEXT,
        description:
          'Domain of the chosen campus; a campus email address overrides it, but for a choice among campuses that share its domain. "none" is none of those.',
      }),
    ),
    affiliation: Type.Optional(Affiliation),
    display: Type.Optional(Type.Boolean({ description: 'List me by first name and initial.' })),
    updates: Type.Optional(Type.Boolean({ description: 'Email me about this pledge.' })),
    clauses: Type.Optional(
      Type.Array(Id, { maxItems: MOST_CLAUSES, description: 'Ids of the clauses that are promised too.' }),
    ),
    shareWith: Type.Optional(
      Type.Array(Slug, {
        maxItems: MOST_SHARES,
        description:
          'Organizations, of those that the campaign names, to share email and name with. Only the emailed link confirms it.',
      }),
    ),
    answers: Type.Optional(
      Type.Array(Answer, {
        maxItems: MOST_ANSWERS,
        description: 'Counted once the pledge is confirmed, and then linked to nobody.',
      }),
    ),
    locale: Type.Optional(Locale),
    textVersion: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2_147_483_647,
        description:
          'Of the wording that she was shown in `locale`, as the campaign said it; else the newest.',
      }),
    ),
    source: Type.Optional(Source),
    captcha: Type.Optional(CaptchaProof),
  },
  { $id: 'PledgeRequest', additionalProperties: false },
)
export type PledgeRequest = Static<typeof PledgeRequest>

/** The same whether the address is new, pending, confirmed, withdrawn or excluded. */
export const PledgeReceipt = Type.Object(
  {
    status: Type.Literal('check-your-email'),
    receipt: Receipt,
    campus: Type.Optional(CampusDomain),
  },
  { $id: 'PledgeReceipt' },
)
export type PledgeReceipt = Static<typeof PledgeReceipt>

const Token = Type.String({ minLength: 1, maxLength: 400 })

export const ConfirmationByToken = Type.Object({ token: Token }, { additionalProperties: false })

export const ConfirmationByCode = Type.Object(
  {
    campaign: Slug,
    email: Email,
    code: Type.String({
      maxLength: 60,
      description: 'Six digits; spaces, dashes and dots between and after them are dropped.',
    }),
    receipt: Type.Optional(Receipt),
    captcha: Type.Optional(CaptchaProof),
  },
  { additionalProperties: false },
)
export type ConfirmationByCode = Static<typeof ConfirmationByCode>

export const ConfirmationRequest = Type.Union([ConfirmationByCode, ConfirmationByToken], {
  $id: 'ConfirmationRequest',
})
export type ConfirmationRequest = Static<typeof ConfirmationRequest>

/** Asking again answers the same. Figures only for a campus that may be shown. */
export const Confirmation = Type.Object(
  {
    campaign: Slug,
    campus: Type.Optional(
      Type.Object({ campus: CampusDomain, name: Type.String(), shortName: Type.Optional(Type.String()) }),
    ),
    confirmed: Type.Optional(Type.Integer()),
    rank: Type.Optional(Type.Integer()),
    shareUrl: Type.String({ format: 'uri' }),
  },
  { $id: 'Confirmation' },
)
export type Confirmation = Static<typeof Confirmation>

export const MyPledgeLinkRequest = Type.Object(
  {
    campaign: Slug,
    email: Email,
    locale: Type.Optional(Locale),
    captcha: Type.Optional(CaptchaProof),
  },
  { $id: 'MyPledgeLinkRequest', additionalProperties: false },
)
export type MyPledgeLinkRequest = Static<typeof MyPledgeLinkRequest>

export const MyPledgeLinkReceipt = Type.Object(
  { status: Type.Literal('check-your-email') },
  { $id: 'MyPledgeLinkReceipt' },
)

export const MyPledgeSessionRequest = Type.Object(
  { token: Token },
  { $id: 'MyPledgeSessionRequest', additionalProperties: false },
)

/** Everything that is held about one pledge. */
export const MyPledge = Type.Object(
  {
    campaign: Type.Object({
      slug: Slug,
      title: Type.String(),
      text: Type.String(),
      asks: Type.Boolean({ description: 'Whether it asks questions.' }),
    }),
    state: Type.Enum(['pending', 'confirmed', 'withdrawn']),
    campus: Type.Optional(Type.Object({ campus: CampusDomain, name: Type.String(), proven: Type.Boolean() })),
    affiliation: Type.Optional(Affiliation),
    updates: Type.Boolean(),
    display: Type.Boolean(),
    listing: Type.Enum(['offered', 'hidden', 'not-offered'], {
      description: 'hidden: the organizers took the name off the list, and it stays off.',
    }),
    clauses: Type.Array(Type.Object({ id: Id, words: Type.String(), promised: Type.Boolean() }), {
      description: 'What was promised on top of the pledge, and what can be.',
    }),
    answers: Type.Array(Type.Object({ question: Type.String(), answer: Type.String() }), {
      description: 'Held until the pledge is confirmed; then counted, and linked to nobody.',
    }),
    sharing: Type.Array(
      Type.Object({
        organization: Slug,
        name: Type.String(),
        key: Type.String({ description: 'The first 16 digits of its fingerprint, in fours.' }),
        is: Type.Enum(['waiting', 'shared', 'taken', 'offered'], {
          description: 'taken: the organization has taken it out, and has a copy that is beyond our reach.',
        }),
      }),
      { description: 'With whom the contact is shared, and with whom it can be.' },
    ),
    displayName: Type.Optional(Type.String({ description: 'As it is listed from the next UTC day on.' })),
    holdsAddress: Type.Boolean({ description: 'Whether your address is still kept, sealed.' }),
    textVersion: Type.Integer(),
    locale: Locale,
    source: Type.Optional(Type.String()),
    signedAt: Type.String({ format: 'date-time', maxLength: 40 }),
    confirmedAt: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
    withdrawnAt: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
  },
  { $id: 'MyPledge' },
)
export type MyPledge = Static<typeof MyPledge>

/** Only what is named changes. */
export const MyPledgeChange = Type.Object(
  {
    campus: Type.Optional(
      Type.String({
        maxLength: LONGEST_TEXT,
        description: 'Another domain, or empty for none; not where the address proves it.',
      }),
    ),
    display: Type.Optional(Type.Boolean()),
    name: Type.Optional(
      Type.String({
        maxLength: LONGEST_TEXT,
        description: 'Needed to turn `display` on; goes with the contact that is shared anew.',
      }),
    ),
    updates: Type.Optional(Type.Boolean()),
    clauses: Type.Optional(Type.Array(Id, { maxItems: MOST_CLAUSES, description: 'All that are promised.' })),
    shareWith: Type.Optional(
      Type.Array(Slug, {
        maxItems: MOST_SHARES,
        description: 'All that the contact is shared with; of a pledge that waits it can only be taken back.',
      }),
    ),
    email: Type.Optional(
      Type.String({
        maxLength: LONGEST_ADDRESS,
        description: 'Needed to turn `updates` on, or to share anew, where the address was erased.',
      }),
    ),
  },
  { $id: 'MyPledgeChange', additionalProperties: false },
)
export type MyPledgeChange = Static<typeof MyPledgeChange>
