import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { nonce } from './nonce.ts'

/**
 * One derived key per purpose: what is made for one opens nothing of another. Those of the *server* come from SECRET_KEY
 * and change with it. Those of the *deployment* come from a random key in the database, which SECRET_KEY wraps: what they
 * make is looked up, compared or clicked for longer than a SECRET_KEY may live (decision 0040). Those of a *day* come from
 * a random key of that day, which is destroyed a week later: what waits under it cannot be opened after (decision 0046).
 */
const purposes = {
  'deployment-key': 'server',
  'digest-key': 'server',
  'day-key': 'server',
  contact: 'day',
  signing: 'day',
  organizer: 'server',
  'chapter-request': 'server',
  search: 'server',
  'provider-copies': 'server',
  link: 'server',
  'stop-link': 'deployment',
  'stop-mail': 'deployment',
  code: 'deployment',
  receipt: 'deployment',
  'organizer-digest': 'deployment',
  suppression: 'deployment',
  'key-trial': 'deployment',
  'first-passkey': 'deployment',
  bounce: 'deployment',
  'mail-caps': 'deployment',
  captcha: 'deployment',
  address: 'deployment',
} as const

export type Purpose = keyof typeof purposes

/** What is sealed begins with what kind of key sealed it; those of campaigns seal in `pledges/contact.ts`. */
export const VERSIONS = { server: 1, deployment: 1, day: 2, campaign: 3 } as const

export interface Keys {
  /** AES-256-GCM: version, key id, nonce, text, tag. `context` must be the same at opening. */
  seal(purpose: Purpose, plain: Uint8Array, context: Uint8Array): Buffer
  /** By whichever key sealed it. @throws Error when it was not sealed for this purpose and context by a key of ours. */
  open(purpose: Purpose, sealed: Uint8Array, context: Uint8Array): Buffer
  /** HMAC-SHA256, 32 bytes, by the newest key, or by the one that this id names; undefined where that is none of ours. */
  mac(purpose: Purpose, message: Uint8Array): Buffer
  macBy(id: Uint8Array, purpose: Purpose, message: Uint8Array): Buffer | undefined
  /** Names the newest key of a purpose without giving it away, 4 bytes. */
  idFor(purpose: Purpose): Buffer
  /** Whether the key that sealed it is still there. */
  holds(purpose: Purpose, sealed: Uint8Array): boolean
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEADER_BYTES = 1 + 4
/** Where the id of its key stands in what is sealed, counted from 0. */
export const SEALED_ID = { at: 1, bytes: 4 }

export interface KeyMaterial {
  /** The setting SECRET_KEY. */
  secretKey: string
  /** Those that only open and verify. */
  oldSecretKeys: readonly string[]
  /** The random key in the database; empty until it has been unwrapped. */
  deploymentKey: Uint8Array
}

/** Sets of which one is the newest; those of days are what this process knows of them now: `keys/contact-keys.ts`. */
export interface Ring {
  newest(): KeySet
  named(id: Uint8Array): KeySet | undefined
}

export function openKeys({ secretKey, oldSecretKeys, deploymentKey }: KeyMaterial, day?: Ring): Keys {
  const server = ringOf([keySetFrom(secretKey), ...oldSecretKeys.map(keySetFrom)])
  const rings = { server, deployment: ringOf([keySetFrom(deploymentKey)]), day: day ?? ringOf([]) }
  const newestFor = (purpose: Purpose) => rings[purposes[purpose]].newest()
  const named = (purpose: Purpose, id: Uint8Array) => rings[purposes[purpose]].named(id)
  const sealerOf = (purpose: Purpose, sealed: Uint8Array) =>
    sealed[0] === VERSIONS[purposes[purpose]] && sealed.length > HEADER_BYTES
      ? named(purpose, sealed.subarray(SEALED_ID.at, HEADER_BYTES))
      : undefined

  return {
    idFor: (purpose) => newestFor(purpose).id,
    holds: (purpose, sealed) => sealerOf(purpose, sealed) !== undefined,
    mac: (purpose, message) => macUnder(newestFor(purpose).keyFor(purpose), message),
    macBy(id, purpose, message) {
      const set = named(purpose, id)
      return set && macUnder(set.keyFor(purpose), message)
    },
    seal: (purpose, plain, context) =>
      sealBy(newestFor(purpose), { label: purpose, version: VERSIONS[purposes[purpose]] }, plain, context),
    open(purpose, sealed, context) {
      const set = sealerOf(purpose, sealed)
      if (!set) throw new SealedByAnother()
      return openBy(set, purpose, sealed, context)
    },
  }
}

/** AES-256-GCM: version, key id, nonce, text, tag. */
export function sealBy(
  { id, keyFor }: KeySet,
  { label, version }: { label: string; version: number },
  plain: Uint8Array,
  context: Uint8Array,
): Buffer {
  const iv = nonce(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyFor(label), iv).setAAD(context)
  return Buffer.concat([
    Buffer.of(version),
    id,
    iv,
    cipher.update(plain),
    cipher.final(),
    cipher.getAuthTag(),
  ])
}

/** @throws Error when it was not sealed by this set for this label and context */
export function openBy({ keyFor }: KeySet, label: string, sealed: Uint8Array, context: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const iv = bytes.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', keyFor(label), iv, { authTagLength: TAG_BYTES })
  decipher.setAAD(context).setAuthTag(bytes.subarray(-TAG_BYTES))
  const text = decipher.update(bytes.subarray(HEADER_BYTES + NONCE_BYTES, -TAG_BYTES))
  return Buffer.concat([text, decipher.final()])
}

/** The key that sealed it is none that is here: neither SECRET_KEY nor an old one, or that of a day long ago. */
export class SealedByAnother extends Error {
  override message = 'sealed by another key'
}

/** All keys that come from one secret. */
export interface KeySet {
  /** Names the secret without giving it away, 4 bytes. */
  id: Buffer
  keyFor(label: string): KeyObject
}

export function keySetFrom(secret: string | Uint8Array | KeyObject): KeySet {
  const derive = (label: string) => Buffer.from(hkdfSync('sha256', secret, '', `estamos ${label}`, 32))
  // Key objects: keys handed over as bytes are imported anew at every use, which costs five times the use itself.
  const keys = new Map<string, KeyObject>()
  return {
    id: createHash('sha256').update(derive('key id')).digest().subarray(0, SEALED_ID.bytes),
    keyFor(label) {
      const key = keys.get(label) ?? createSecretKey(derive(label))
      keys.set(label, key)
      return key
    },
  }
}

function macUnder(key: KeyObject, message: Uint8Array): Buffer {
  return createHmac('sha256', key).update(message).digest()
}

/** The first is the newest. */
export function ringOf(sets: KeySet[]): Ring {
  const byId = new Map(sets.map((one) => [numberOf(one.id), one]))
  return {
    newest() {
      if (!sets[0]) throw new Error('there is no key of this kind')
      return sets[0]
    },
    named: (id) => byId.get(numberOf(id)),
  }
}

function numberOf(id: Uint8Array): number {
  return new DataView(id.buffer, id.byteOffset, id.byteLength).getUint32(0)
}
