import { expect, test } from 'vitest'
import { makeKey, openKey } from '../../web/console/contacts/key-pair.ts'
import { NoWrappedKey, WrongPassphrase } from '../../web/console/contacts/wrapping.ts'

/** As one keyboard types it, and as another does. */
const passphrase = {
  composed: 'un caf\u00E9 en el jard\u00EDn',
  decomposed: 'un cafe\u0301 en el jardi\u0301n',
}

test('a passphrase opens the key that it wrapped, typed on any keyboard; another does not', () => {
  const { wrappedKey, fingerprint, publicKey } = makeKey(passphrase.composed)

  const pair = openKey(wrappedKey, passphrase.decomposed)

  expect(pair.fingerprint).toBe(fingerprint)
  expect(Buffer.from(pair.publicKey).toString('base64url')).toBe(publicKey)
  expect(wrappedKey).toMatch(/^[\w-]{130}$/)
  expect(() => openKey(wrappedKey, 'un café en el parque')).toThrow(WrongPassphrase)
})

function wrappedWith(passes: number, kibibytes: number): string {
  const wrapped = Buffer.alloc(97)
  wrapped.writeUInt8(1, 0)
  wrapped.writeUInt32BE(passes, 1)
  wrapped.writeUInt32BE(kibibytes, 5)
  return wrapped.toString('base64url')
}

test('a wrapping that makes guesses cheap, or takes for ever, is refused before the passphrase is used', () => {
  for (const [passes, kibibytes] of [
    [1, 262_144],
    [3, 8],
    [4_000_000_000, 262_144],
  ] as const) {
    expect(() => openKey(wrappedWith(passes, kibibytes), passphrase.composed)).toThrow(NoWrappedKey)
  }
})
