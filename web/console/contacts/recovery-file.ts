import type { WrappedKey } from './key-pair.ts'

const KIND = 'estamos-recovery-file'
const VERSION = 1
const LARGEST_BYTES = 10_000

/** What was chosen is no recovery file. */
export class NoRecoveryFile extends Error {}

/** For whoever finds it in ten years too. */
export function recoveryFile(organization: string, { fingerprint, publicKey, wrappedKey }: WrappedKey): File {
  const about = `With its passphrase, opens contacts that signers shared with ${organization}. Without, it opens nothing.`
  const content = { is: KIND, version: VERSION, about, fingerprint, publicKey, wrappedKey }
  const name = `estamos-key-${fingerprint.slice(0, 8)}.json`
  return new File([`${JSON.stringify(content, null, 2)}\n`], name, { type: 'application/json' })
}

/** @throws NoRecoveryFile */
export async function readRecoveryFile(file: File): Promise<WrappedKey> {
  const content = file.size > LARGEST_BYTES ? {} : parsed(await file.text())
  const { is, version, fingerprint, publicKey, wrappedKey } = content
  const isOne =
    is === KIND &&
    version === VERSION &&
    fits(fingerprint, /^[0-9a-f]{64}$/) &&
    fits(publicKey, /^[\w-]{43}$/) &&
    fits(wrappedKey, /^[\w-]{130}$/)
  if (!isOne)
    throw new NoRecoveryFile('This is no recovery file. Choose the one whose name begins with estamos-key.')
  return { fingerprint, publicKey, wrappedKey } as WrappedKey
}

function parsed(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    return {}
  }
}

function fits(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}
