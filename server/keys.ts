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
 * make is looked up, compared or clicked for longer than a SECRET_KEY may live (decision 0040).
 */
const purposes = {
  'deployment-key': 'server',
  'digest-key': 'server',
  contact: 'server',
  organizer: 'server',
  'chapter-request': 'server',
  search: 'server',
  'provider-copies': 'server',
  link: 'server',
  'stop-link': 'deployment',
  'stop-mail': 'deployment',
  code: 'deployment',
  choices: 'deployment',
  text: 'deployment',
  'organizer-digest': 'deployment',
  suppression: 'deployment',
  'key-trial': 'deployment',
  bounce: 'deployment',
  'mail-caps': 'deployment',
  captcha: 'deployment',
  address: 'deployment',
} as const

export type Purpose = keyof typeof purposes

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
}

const VERSION = 1
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

export function openKeys({ secretKey, oldSecretKeys, deploymentKey }: KeyMaterial): Keys {
  const newest = { server: derivedFrom(secretKey), deployment: derivedFrom(deploymentKey) }
  const all = {
    server: byId([newest.server, ...oldSecretKeys.map(derivedFrom)]),
    deployment: byId([newest.deployment]),
  }
  const newestFor = (purpose: Purpose) => newest[purposes[purpose]]
  const named = (purpose: Purpose, id: Uint8Array) => all[purposes[purpose]].get(numberOf(id))

  return {
    idFor: (purpose) => newestFor(purpose).id,
    mac: (purpose, message) => macUnder(newestFor(purpose).keyFor(purpose), message),
    macBy(id, purpose, message) {
      const derived = named(purpose, id)
      return derived && macUnder(derived.keyFor(purpose), message)
    },
    seal(purpose, plain, context) {
      const { id, keyFor } = newestFor(purpose)
      const iv = nonce(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose), iv).setAAD(context)
      return Buffer.concat([
        Buffer.of(VERSION),
        id,
        iv,
        cipher.update(plain),
        cipher.final(),
        cipher.getAuthTag(),
      ])
    },
    open(purpose, sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      const isOurs = bytes.length > HEADER_BYTES && bytes[0] === VERSION
      const derived = isOurs && named(purpose, bytes.subarray(SEALED_ID.at, HEADER_BYTES))
      if (!derived) throw new SealedByAnother()
      const iv = bytes.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', derived.keyFor(purpose), iv, {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(context).setAuthTag(bytes.subarray(-TAG_BYTES))
      const text = decipher.update(bytes.subarray(HEADER_BYTES + NONCE_BYTES, -TAG_BYTES))
      return Buffer.concat([text, decipher.final()])
    },
  }
}

/** The key that sealed it is neither SECRET_KEY nor one of SECRET_KEYS_OLD. */
export class SealedByAnother extends Error {
  override message = 'sealed by another key'
}

interface Derived {
  id: Buffer
  keyFor(purpose: Purpose): KeyObject
}

function derivedFrom(secret: string | Uint8Array): Derived {
  const derive = (label: string) => Buffer.from(hkdfSync('sha256', secret, '', `estamos ${label}`, 32))
  // Key objects: keys handed over as bytes are imported anew at every use, which costs five times the use itself.
  const keys = new Map<Purpose, KeyObject>()
  return {
    id: createHash('sha256').update(derive('key id')).digest().subarray(0, SEALED_ID.bytes),
    keyFor(purpose) {
      const key = keys.get(purpose) ?? createSecretKey(derive(purpose))
      keys.set(purpose, key)
      return key
    },
  }
}

function macUnder(key: KeyObject, message: Uint8Array): Buffer {
  return createHmac('sha256', key).update(message).digest()
}

function byId(derived: Derived[]): Map<number, Derived> {
  return new Map(derived.map((one) => [numberOf(one.id), one]))
}

function numberOf(id: Uint8Array): number {
  return new DataView(id.buffer, id.byteOffset, id.byteLength).getUint32(0)
}
