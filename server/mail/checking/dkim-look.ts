import type { KeyObject } from 'node:crypto'
import { UselessKey, isDkim, readDkimKey, type DkimKey } from './dkim-key.ts'
import { note, ok, quoted, warning, wrong, type Finding } from './finding.ts'
import type { Look } from './look.ts'

interface Signer {
  way: 'smtp' | 'sendgrid'
  /** The public half of what we sign with, where we do. */
  ours?: KeyObject | undefined
}

export interface KeyLook {
  state: 'good' | 'absent' | 'bad'
  findings: Finding[]
}

/** What stands at `selector._domainkey.domain`. */
export async function keyAt(look: Look, name: string, signer: Signer): Promise<KeyLook> {
  const records = (await look.txt(name)).filter(isDkim)
  const target = await look.cname(name)
  if (records.length > 1)
    return bad(wrong('dkim-several', `There are ${records.length} keys at ${name}.`, 'Leave one.'))
  if (records[0] !== undefined) return judged(records[0], name, { ...signer, target })
  if (target === undefined) return { state: 'absent', findings: [] }
  const what = `${name} leads to ${quoted(target)}, where there is no key.`
  return bad(wrong('dkim-dangling', what, 'Compare it, letter by letter, with what the provider shows.'))
}

function judged(record: string, name: string, from: Signer & { target: string | undefined }): KeyLook {
  try {
    const key = readDkimKey(record)
    if (key.kind === 'rsa' && key.bits < 1024) return bad(short(name, key.bits))
    if (from.ours && !key.publicKey?.equals(from.ours)) return bad(another(name))
    return { state: 'good', findings: [...praise(name, key, from.way), ...elsewhere(name, from)] }
  } catch (error) {
    if (!(error instanceof UselessKey)) throw error
    return bad(
      wrong('dkim-useless', `No receiver uses the key at ${name}: ${error.message}.`, 'Publish it anew.'),
    )
  }
}

function bad(finding: Finding): KeyLook {
  return { state: 'bad', findings: [finding] }
}

function short(name: string, bits: number): Finding {
  return wrong(
    'dkim-short',
    `The key at ${name} has ${bits} bits; receivers ask for 1024.`,
    'Make one of 2048 bits.',
  )
}

function another(name: string): Finding {
  return wrong(
    'dkim-another',
    `The key at ${name} is not the public half of DKIM_PRIVATE_KEY: no signature of ours is valid.`,
    'Publish that half: openssl rsa -in KEY.pem -pubout -outform der | openssl base64 -A',
  )
}

function praise(name: string, { kind, bits, isTest }: DkimKey, way: Signer['way']): Finding[] {
  const findings = [
    ok('dkim', `There is a key at ${name} (${kind === 'rsa' ? `RSA, ${bits} bits` : 'Ed25519'}).`),
  ]
  if (kind === 'ed25519') {
    const what = 'Not every receiver verifies Ed25519.'
    findings.push(warning('dkim-ed25519', what, 'Sign with an RSA key of 2048 bits as well.'))
  }
  if (kind === 'rsa' && bits < 2048) findings.push(weak(name, bits, way))
  if (isTest) {
    const what = `The key at ${name} is marked as a test (t=y): receivers may overlook the signature.`
    findings.push(warning('dkim-test', what, 'Take t=y out.'))
  }
  return findings
}

/** SendGrid chooses the key, and the operator can do nothing about it. */
function weak(name: string, bits: number, way: Signer['way']): Finding {
  const what = `The key at ${name} has ${bits} bits; 2048 are advised.`
  return way === 'sendgrid' ? note('dkim-weak', what) : warning('dkim-weak', what, 'Make one of 2048 bits.')
}

function elsewhere(name: string, { way, target }: Signer & { target: string | undefined }): Finding[] {
  if (way !== 'sendgrid' || /\.sendgrid\.[a-z]+$/i.test(target ?? '')) return []
  const what = `${name} does not lead to SendGrid: it may be another service's key.`
  return [warning('dkim-elsewhere', what, 'Compare it with what SendGrid shows under Sender Authentication.')]
}
