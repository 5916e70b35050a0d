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

/** One derived key per purpose: what is made for one opens nothing of another. */
export type Purpose =
  | 'contact'
  | 'digest-key'
  | 'link'
  | 'code'
  | 'choices'
  | 'text'
  | 'organizer'
  | 'chapter-request'
  | 'search'
  | 'suppression'
  | 'bounce'
  | 'mail-caps'
  | 'stop-mail'
  | 'provider-copies'
  | 'key-trial'

export interface Keys {
  /** AES-256-GCM: version, key id, nonce, text, tag. `context` must be the same at opening. */
  seal(purpose: Purpose, plain: Uint8Array, context: Uint8Array): Buffer
  /** @throws Error when the bytes were not sealed for this purpose and context by this server's key. */
  open(purpose: Purpose, sealed: Uint8Array, context: Uint8Array): Buffer
  /** HMAC-SHA256, 32 bytes. */
  mac(purpose: Purpose, message: Uint8Array): Buffer
  /** Names the server key without giving it away, 4 bytes. */
  id: Buffer
}

const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEADER_BYTES = 1 + 4

/** @param secretKey the setting SECRET_KEY. */
export function openKeys(secretKey: string): Keys {
  const derive = (label: string) => Buffer.from(hkdfSync('sha256', secretKey, '', `estamos ${label}`, 32))
  // Key objects: keys handed over as bytes are imported anew at every use, which costs five times the use itself.
  const keys = new Map<Purpose, KeyObject>()
  const keyFor = (purpose: Purpose) => {
    const key = keys.get(purpose) ?? createSecretKey(derive(purpose))
    keys.set(purpose, key)
    return key
  }
  const id = createHash('sha256').update(derive('key id')).digest().subarray(0, 4)
  const header = Buffer.concat([Buffer.of(VERSION), id])

  return {
    id,
    mac: (purpose, message) => createHmac('sha256', keyFor(purpose)).update(message).digest(),
    seal(purpose, plain, context) {
      const iv = nonce(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose), iv).setAAD(context)
      return Buffer.concat([header, iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    open(purpose, sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      if (!bytes.subarray(0, HEADER_BYTES).equals(header)) throw new Error('sealed by another key')
      const iv = bytes.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose), iv, { authTagLength: TAG_BYTES })
      decipher.setAAD(context).setAuthTag(bytes.subarray(-TAG_BYTES))
      const text = decipher.update(bytes.subarray(HEADER_BYTES + NONCE_BYTES, -TAG_BYTES))
      return Buffer.concat([text, decipher.final()])
    },
  }
}
