/**
 * A worker that solves an ALTCHA challenge: it looks for the counter whose key begins as the challenge says. Told are the
 * part that is done, now and then, and the solution in the end.
 */
import type { Challenge } from '../../server/captcha/contract.ts'

const TELLING = 64

onmessage = async ({
  data: { nonce, salt, cost, keyLength, keyPrefix, data },
}: MessageEvent<Challenge['parameters']>) => {
  const start = bytes(nonce)
  for (let counter = 0; ; counter++) {
    const password = new Uint8Array([...start, counter >> 24, counter >> 16, counter >> 8, counter])
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
    const how = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(salt), iterations: cost }
    const derived = new Uint8Array(await crypto.subtle.deriveBits(how, key, 8 * keyLength))
    const derivedKey = Array.from(derived, (byte) => byte.toString(16).padStart(2, '0')).join('')
    if (derivedKey.startsWith(keyPrefix)) return postMessage({ counter, derivedKey })
    if (counter % TELLING === 0) postMessage(counter / data.most)
  }
}

function bytes(hex: string) {
  return Uint8Array.from(hex.match(/../g)!, (pair) => parseInt(pair, 16))
}
