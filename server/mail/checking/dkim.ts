import type { KeyObject } from 'node:crypto'
import { keyAt, type KeyLook } from './dkim-look.ts'
import { warning, wrong, type Finding } from './finding.ts'
import { CouldNotLook, orUnknown, type Look } from './look.ts'

export interface DkimOf {
  /** The domain that signs. */
  domain: string
  way: 'smtp' | 'sendgrid'
  /** The names of its keys, where they are known. */
  selectors: string[]
  /** The public half of what we sign with, where we do. */
  ours?: KeyObject | undefined
}

export interface DkimLook {
  /** Whether a receiver can verify letters by a key of this domain. */
  signed: 'yes' | 'no' | 'unknown'
  findings: Finding[]
}

/** Whether the keys that letters are signed with can be found, and be used (RFC 6376). */
export async function checkDkim(look: Look, of: DkimOf): Promise<DkimLook> {
  const { domain, way, selectors } = of
  if (selectors.length === 0 && way === 'smtp') return { signed: 'unknown', findings: [unnamed(domain)] }
  const looking = selectors.length > 0 ? keysOf(look, of) : sendgridKeys(look, domain)
  try {
    const keys = await looking
    const signed = keys.some(({ state }) => state === 'good') ? 'yes' : 'no'
    return { signed, findings: keys.flatMap(({ findings }) => findings) }
  } catch (error) {
    if (!(error instanceof CouldNotLook)) throw error
    return { signed: 'unknown', findings: await orUnknown(Promise.reject(error)) }
  }
}

function unnamed(domain: string): Finding {
  return warning(
    'dkim-unnamed',
    `Whether letters are signed for ${domain} cannot be seen without the name of the key (its selector).`,
    'Run again with --selector NAME: it is "s=" in the DKIM-Signature of a letter that arrived.',
  )
}

async function keysOf(look: Look, { domain, selectors, ...signer }: DkimOf): Promise<KeyLook[]> {
  const keys = await Promise.all(selectors.map((one) => keyAt(look, nameOf(one, domain), signer)))
  return keys.map((key, index) =>
    key.state === 'absent' ? { ...key, findings: [absent(nameOf(selectors[index] ?? '', domain))] } : key,
  )
}

function nameOf(selector: string, domain: string): string {
  return `${selector}._domainkey.${domain}`
}

function absent(name: string): Finding {
  const todo = `Add the public key of what signs your letters: TXT ${name} "v=DKIM1; k=rsa; p=KEY".`
  return wrong('dkim-missing', `There is no key at ${name}.`, todo)
}

/** Two keys in turn, behind CNAMEs; `m1` where somebody chose to look after the records by hand. */
async function sendgridKeys(look: Look, domain: string): Promise<KeyLook[]> {
  const names = [nameOf('s1', domain), nameOf('s2', domain)]
  const keys = await Promise.all(names.map((name) => keyAt(look, name, { way: 'sendgrid' })))
  if (keys.every(({ state }) => state === 'absent')) return [await keyByHand(look, domain)]
  return keys.map((key, index) =>
    key.state === 'absent' ? { ...key, findings: [half(names[index] ?? '')] } : key,
  )
}

async function keyByHand(look: Look, domain: string): Promise<KeyLook> {
  const key = await keyAt(look, nameOf('m1', domain), { way: 'smtp' })
  return key.state === 'absent' ? { ...key, findings: [unauthenticated(domain)] } : key
}

function unauthenticated(domain: string): Finding {
  return wrong(
    'dkim-missing',
    `SendGrid has no key at ${domain}, so its letters are signed for sendgrid.net and fail DMARC.`,
    `In SendGrid: Settings, Sender Authentication, Authenticate Your Domain, with ${domain} itself. Add the three records that it shows (CNAME emNNNN.${domain}, s1._domainkey.${domain} and s2._domainkey.${domain}), then press Verify.`,
  )
}

function half(name: string): Finding {
  const todo = `Add CNAME ${name} as SendGrid shows it under Settings, Sender Authentication.`
  return warning('dkim-half', `There is no key at ${name}: letters fail once SendGrid changes to it.`, todo)
}
