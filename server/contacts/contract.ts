import { Type, type Static } from 'typebox'
import { Slug } from '../campaigns/contract.ts'

const instant = () => Type.String({ format: 'date-time', maxLength: 40 })

/** SHA-256 of a public key, in hex. */
export const Fingerprint = Type.String({ maxLength: 64, pattern: '^[0-9a-f]{64}$' })
const PublicKey = Type.String({
  maxLength: 43,
  pattern: '^[A-Za-z0-9_-]{43}$',
  description: 'Curve25519, 32 bytes as base64url.',
})
const WrappedKey = Type.String({
  maxLength: 130,
  pattern: '^[A-Za-z0-9_-]{130}$',
  description: 'The private key as the passphrase wraps it, 97 bytes as base64url.',
})

export const KeyParams = Type.Object({ organization: Slug, fingerprint: Fingerprint })

export const KeyTrial = Type.Object(
  { publicKey: PublicKey },
  { $id: 'KeyTrial', additionalProperties: false },
)

/** What only the holder of the private key can open. */
export const TrialBox = Type.Object({ box: Type.String() }, { $id: 'TrialBox' })
export type TrialBox = Static<typeof TrialBox>

export const NewKey = Type.Object(
  {
    publicKey: PublicKey,
    wrappedKey: WrappedKey,
    proof: Type.String({
      maxLength: 43,
      pattern: '^[A-Za-z0-9_-]{43}$',
      description: 'What was in the box of its trial, as base64url.',
    }),
  },
  { $id: 'NewKey', additionalProperties: false },
)
export type NewKey = Static<typeof NewKey>

/** The keys of an organization, for its members. */
export const OrganizationKeys = Type.Object(
  {
    current: Type.Optional(Type.Object({ fingerprint: Fingerprint, since: instant() })),
    waiting: Type.Optional(
      Type.Object({
        fingerprint: Fingerprint,
        askedAt: instant(),
        takesEffectAt: instant(),
        isYours: Type.Boolean({ description: 'You asked for it.' }),
        mayApprove: Type.Boolean(),
      }),
    ),
    former: Type.Array(Type.Object({ fingerprint: Fingerprint, since: instant(), until: instant() })),
  },
  { $id: 'OrganizationKeys' },
)
export type OrganizationKeys = Static<typeof OrganizationKeys>

/** How many signers share their contact with the organization that asks, by the key they are sealed to. */
export const Contacts = Type.Object(
  {
    organization: Type.Object({ slug: Slug, name: Type.String() }),
    isAskedFor: Type.Boolean({
      description: 'The campaign asks signers for contacts, where an organization has a key.',
    }),
    key: Type.Optional(Fingerprint),
    keys: Type.Array(Type.Object({ fingerprint: Fingerprint, contacts: Type.Integer() })),
  },
  { $id: 'Contacts' },
)
export type Contacts = Static<typeof Contacts>

/** What a passphrase opens. */
export const WrappedKeys = Type.Object(
  {
    keys: Type.Array(Type.Object({ fingerprint: Fingerprint, publicKey: PublicKey, wrappedKey: WrappedKey })),
  },
  { $id: 'WrappedKeys' },
)
export type WrappedKeys = Static<typeof WrappedKeys>

/** A line of an export of sealed contacts. */
export interface SealedLine {
  fingerprint: string
  /** ISO date. */
  day: string
  /** base64url */
  box: string
}
