import { Type, type Static } from 'typebox'
import { CaptchaProof } from '../captcha/contract.ts'
import { Slug } from '../campaigns/contract.ts'

const Instant = Type.String({ format: 'date-time', maxLength: 40 })

export const Role = Type.Enum(['owner', 'editor', 'viewer'])

/** Of routes about one campaign; the guard has looked it up. */
export const CampaignPath = Type.Object({ campaign: Slug })

/** Who is signed in, and what is hers to work on. */
export const Me = Type.Object(
  {
    organizer: Type.Object({
      id: Type.Integer(),
      email: Type.String(),
      name: Type.Optional(Type.String()),
    }),
    /** Until when the passkey that was last used vouches for exports, deletions, roles and keys. */
    freshUntil: Type.Optional(Instant),
    hasPasskey: Type.Boolean(),
    passkeyCountsFrom: Type.Optional({
      ...Instant,
      description: 'The first passkey waits until then; before, it signs in and does nothing more.',
    }),
    passkeyReset: Type.Optional(
      Type.Object(
        { takesEffectAt: Instant },
        { description: 'Somebody who reads her mail asked to replace her passkeys.' },
      ),
    ),
    organizations: Type.Array(
      Type.Object({
        slug: Slug,
        name: Type.String(),
        role: Role,
        newKey: Type.Optional(
          Type.Object(
            { fingerprint: Type.String(), takesEffectAt: Instant },
            { description: 'Replaces, or in the last seven days has replaced, the key for contacts.' },
          ),
        ),
        campaigns: Type.Array(
          Type.Object({
            slug: Slug,
            title: Type.String(),
            state: Type.Enum(['draft', 'upcoming', 'open', 'closed']),
            isPartner: Type.Boolean({ description: 'Carried by this organization, run by another.' }),
          }),
        ),
      }),
    ),
  },
  { $id: 'Me' },
)
export type Me = Static<typeof Me>

export const SignInLinkRequest = Type.Object(
  { email: Type.String({ maxLength: 320 }), captcha: Type.Optional(CaptchaProof) },
  { $id: 'SignInLinkRequest', additionalProperties: false },
)
export type SignInLinkRequest = Static<typeof SignInLinkRequest>

export const SignInLinkReceipt = Type.Object(
  { status: Type.Literal('check-your-email') },
  { $id: 'SignInLinkReceipt' },
)

/** The 32 random bytes of an emailed link. */
const Link = Type.String({ maxLength: 43, pattern: '^[A-Za-z0-9_-]{43}$' })

export const SignInLink = Type.Object({ link: Link }, { $id: 'SignInLink', additionalProperties: false })

/** What an emailed link offers to the browser that asked for it, before it is used. */
export const SignInOffer = Type.Object(
  {
    email: Type.String(),
    isEnough: Type.Boolean({ description: 'No passkey is needed besides.' }),
    reset: Type.Optional(
      Type.Object(
        { takesEffectAt: Instant, isEffective: Type.Boolean() },
        { description: 'She asked to replace her passkeys; once it is effective, the link is enough.' },
      ),
    ),
  },
  { $id: 'SignInOffer' },
)
export type SignInOffer = Static<typeof SignInOffer>

export const SessionRequest = Type.Object(
  { link: Link, recoveryCode: Type.Optional(Type.String({ maxLength: 100 })) },
  { $id: 'SessionRequest', additionalProperties: false },
)
export type SessionRequest = Static<typeof SessionRequest>

/** What a browser makes of a passkey is base64url; nobody needs 8 kB of it. */
const Bytes = Type.String({ maxLength: 8_000, pattern: '^[A-Za-z0-9_-]+$' })

const credential = {
  id: Bytes,
  rawId: Bytes,
  type: Type.Literal('public-key'),
  clientExtensionResults: Type.Object({}, { additionalProperties: true }),
  authenticatorAttachment: Type.Optional(Type.Enum(['cross-platform', 'platform'])),
}

/** A passkey that was used: what `navigator.credentials.get` answers, as JSON. */
export const UsedPasskey = Type.Object(
  {
    ...credential,
    response: Type.Object(
      {
        clientDataJSON: Bytes,
        authenticatorData: Bytes,
        signature: Bytes,
        userHandle: Type.Optional(Bytes),
      },
      { additionalProperties: false },
    ),
  },
  { $id: 'UsedPasskey', additionalProperties: false },
)
export type UsedPasskey = Static<typeof UsedPasskey>

const PasskeyName = Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' })

/** A passkey that was made: what `navigator.credentials.create` answers, as JSON, and what its owner calls it. */
export const NewPasskey = Type.Object(
  {
    name: PasskeyName,
    credential: Type.Object(
      {
        ...credential,
        response: Type.Object(
          {
            clientDataJSON: Bytes,
            attestationObject: Bytes,
            authenticatorData: Type.Optional(Bytes),
            transports: Type.Optional(Type.Array(Type.String({ maxLength: 20 }), { maxItems: 10 })),
            publicKeyAlgorithm: Type.Optional(Type.Integer()),
            publicKey: Type.Optional(Bytes),
          },
          { additionalProperties: false },
        ),
      },
      { additionalProperties: false },
    ),
  },
  { $id: 'NewPasskey', additionalProperties: false },
)
export type NewPasskey = Static<typeof NewPasskey>

export const PasskeyChange = Type.Object(
  { name: PasskeyName },
  { $id: 'PasskeyChange', additionalProperties: false },
)

/** What the browser hands to `navigator.credentials`, as JSON. */
export const PasskeyChallenge = Type.Object(
  { challenge: Type.String() },
  { $id: 'PasskeyChallenge', additionalProperties: true },
)

/** The token of a link that an email about a first passkey carries. */
export const PasskeyStop = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 100 }) },
  { $id: 'PasskeyStop', additionalProperties: false },
)

export const PasskeyParams = Type.Object({ passkey: Type.String({ maxLength: 500 }) })
export const SessionParams = Type.Object({ session: Type.String({ maxLength: 9, pattern: '^\\d{1,9}$' }) })
export const ResetParams = Type.Object({
  organization: Slug,
  organizer: Type.String({ maxLength: 9, pattern: '^\\d{1,9}$' }),
})

export const PasskeyResetReceipt = Type.Object({ takesEffectAt: Instant }, { $id: 'PasskeyResetReceipt' })
export type PasskeyResetReceipt = Static<typeof PasskeyResetReceipt>

export const RecoveryCodes = Type.Object(
  { codes: Type.Array(Type.String(), { description: 'Shown once; only their hashes are kept.' }) },
  { $id: 'RecoveryCodes' },
)
export type RecoveryCodes = Static<typeof RecoveryCodes>

/** How an organizer signs in, and where she is signed in. */
export const Account = Type.Object(
  {
    passkeys: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        addedAt: Instant,
        usedAt: Type.Optional(Instant),
        isBackedUp: Type.Boolean({ description: 'Kept by more than one device.' }),
        countsFrom: Type.Optional({ ...Instant, description: 'It waits until then.' }),
      }),
    ),
    recoveryCodes: Type.Integer({ description: 'How many are left.' }),
    sessions: Type.Array(
      Type.Object({
        id: Type.Integer(),
        way: Type.Enum(['link', 'passkey', 'recovery-code', 'reset']),
        device: Type.String(),
        startedAt: Instant,
        usedAt: Instant,
        isThis: Type.Boolean(),
      }),
    ),
    reset: Type.Optional(Type.Object({ askedAt: Instant, takesEffectAt: Instant })),
    resetsOfOthers: Type.Array(
      Type.Object({
        organizer: Type.Integer(),
        email: Type.String(),
        organization: Slug,
        askedAt: Instant,
        takesEffectAt: Instant,
        mayApprove: Type.Boolean({ description: 'The reader owns every organization that she works for.' }),
      }),
      { description: 'Lost passkeys of members of organizations that the reader owns.' },
    ),
  },
  { $id: 'Account' },
)
export type Account = Static<typeof Account>
