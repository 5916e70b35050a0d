import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { checkDkim, type DkimOf } from '../../../server/mail/checking/dkim.ts'
import type { Zone } from '../../dns-server.ts'
import { aDns, codesOf } from './looking.ts'

const bySmtp: DkimOf = { domain: 'drive.org', way: 'smtp', selectors: ['mail'] }
const bySendgrid: DkimOf = { domain: 'drive.org', way: 'sendgrid', selectors: [] }
const good = `v=DKIM1; k=rsa; p=${rsa(2048)}`

async function dkim(zone: Zone, of: DkimOf = bySmtp) {
  const { look } = await aDns(zone, 1_000)
  const { signed, findings } = await checkDkim(look, of)
  return { signed, codes: codesOf(findings), said: JSON.stringify(findings) }
}

const ofKey = (record: string | string[] | Buffer) => dkim({ 'TXT mail._domainkey.drive.org': [record] })

function der(key: KeyObject | undefined, type: 'spki' | 'pkcs1' = 'spki'): string {
  return key?.export({ format: 'der', type }).toString('base64') ?? ''
}

function rsa(bits: number, type: 'spki' | 'pkcs1' = 'spki'): string {
  return der(generateKeyPairSync('rsa', { modulusLength: bits }).publicKey, type)
}

describe('over SMTP', () => {
  test('without the name of a key nothing is claimed', async () => {
    const { signed, codes, said } = await dkim({}, { ...bySmtp, selectors: [] })

    expect({ signed, codes }).toEqual({ signed: 'unknown', codes: ['warning dkim-unnamed'] })
    expect(said).toContain('--selector NAME')
  })

  test('a key of 2048 bits is right, in as many strings as it needs', async () => {
    expect(await ofKey(good)).toMatchObject({ signed: 'yes', codes: ['ok dkim'] })
    expect(await ofKey(good.match(/.{1,7}/g) ?? [])).toMatchObject({ signed: 'yes', codes: ['ok dkim'] })
  })

  test('a missing key is wrong, and where it belongs is said', async () => {
    const { signed, codes, said } = await dkim({})

    expect({ signed, codes }).toEqual({ signed: 'no', codes: ['wrong dkim-missing'] })
    expect(said).toContain('TXT mail._domainkey.drive.org')
  })

  test('a key that is not the public half of what we sign with is as good as none', async () => {
    const [ours, other] = [2048, 2048].map((modulusLength) => generateKeyPairSync('rsa', { modulusLength }))
    const zone = { 'TXT mail._domainkey.drive.org': [`p=${der(ours?.publicKey)}`] }

    expect(await dkim(zone, { ...bySmtp, ours: ours?.publicKey })).toMatchObject({
      signed: 'yes',
      codes: ['ok dkim'],
    })
    expect(await dkim(zone, { ...bySmtp, ours: other?.publicKey })).toMatchObject({
      signed: 'no',
      codes: ['wrong dkim-another'],
    })
  })

  test('each of several keys is looked at, and one that is good suffices to sign', async () => {
    const { signed, codes } = await dkim(
      { 'TXT new._domainkey.drive.org': [good] },
      { ...bySmtp, selectors: ['old', 'new'] },
    )

    expect({ signed, codes }).toEqual({ signed: 'yes', codes: ['wrong dkim-missing', 'ok dkim'] })
  })

  test('two keys at one name are as good as none', async () => {
    const { codes } = await dkim({ 'TXT mail._domainkey.drive.org': [good, good] })

    expect(codes).toEqual(['wrong dkim-several'])
  })

  test('a name that leads to nothing is told from one that is not there', async () => {
    const { signed, codes, said } = await dkim({ 'CNAME mail._domainkey.drive.org': ['gone.provider.com'] })

    expect({ signed, codes }).toEqual({ signed: 'no', codes: ['wrong dkim-dangling'] })
    expect(said).toContain('gone.provider.com')
  })
})

describe('a key is judged by its shape', () => {
  test.for<[string, string | Buffer, string[], string]>([
    ['without v= and k=, which may be left out', `p=${rsa(2048)}`, ['ok dkim'], 'yes'],
    ['with spaces inside', good.replace('p=MII', 'p= MI I'), ['ok dkim'], 'yes'],
    ['in the bare form', `k=rsa; p=${rsa(2048, 'pkcs1')}`, ['ok dkim'], 'yes'],
    ['of 1024 bits', `v=DKIM1; p=${rsa(1024)}`, ['ok dkim', 'warning dkim-weak'], 'yes'],
    ['of 768 bits', `v=DKIM1; p=${rsa(768)}`, ['wrong dkim-short'], 'no'],
    [
      'of Ed25519',
      `k=ed25519; p=${randomBytes(32).toString('base64')}`,
      ['ok dkim', 'warning dkim-ed25519'],
      'yes',
    ],
    ['of Ed25519, and too short', 'k=ed25519; p=AAAA', ['wrong dkim-useless'], 'no'],
    ['of a kind nobody knows', `k=dsa; p=${rsa(2048)}`, ['wrong dkim-useless'], 'no'],
    ['of another version', `v=DKIM2; p=${rsa(2048)}`, ['wrong dkim-useless'], 'no'],
    ['revoked', 'v=DKIM1; p=', ['wrong dkim-useless'], 'no'],
    ['revoked, with a space', 'v=DKIM1; p= ;', ['wrong dkim-useless'], 'no'],
    ['cut off when it was pasted', good.slice(0, 200), ['wrong dkim-useless'], 'no'],
    ['that is words', 'v=DKIM1; p=paste your key here', ['wrong dkim-useless'], 'no'],
    ['that is not ASCII', Buffer.from('v=DKIM1; p=\u00fc\u0000\u001b[31m'), ['wrong dkim-useless'], 'no'],
    ['only for other services', `${good}; s=tlsrpt`, ['wrong dkim-useless'], 'no'],
    ['only for sha1', `${good}; h=sha1`, ['wrong dkim-useless'], 'no'],
    ['for sha256 too', `${good}; h=sha1:sha256; s=email`, ['ok dkim'], 'yes'],
    ['as a test', `${good}; t=s:y`, ['ok dkim', 'warning dkim-test'], 'yes'],
    ['that is huge', `v=DKIM1; p=${'A'.repeat(50_000)}`, ['wrong dkim-useless'], 'no'],
  ])('%s', async ([, record, codes, signed]) => {
    expect(await ofKey(record)).toMatchObject({ codes, signed })
  })

  test('an elliptic key that says it is RSA is none', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const base64 = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')

    expect(await ofKey(`v=DKIM1; p=${base64}`)).toMatchObject({ codes: ['wrong dkim-useless'] })
  })

  test('other texts at its name are overlooked', async () => {
    expect(await dkim({ 'TXT mail._domainkey.drive.org': ['hello', good] })).toMatchObject({
      codes: ['ok dkim'],
    })
  })
})

describe('through SendGrid', () => {
  const s1 = { 'CNAME s1._domainkey.drive.org': ['s1.domainkey.u1.wl.sendgrid.net'] }
  const s2 = { 'CNAME s2._domainkey.drive.org': ['s2.domainkey.u1.wl.sendgrid.net'] }
  const keys = {
    'TXT s1.domainkey.u1.wl.sendgrid.net': [good],
    'TXT s2.domainkey.u1.wl.sendgrid.net': [`p=${rsa(1024)}`],
  }

  test('both keys are found without being named', async () => {
    const { signed, codes } = await dkim({ ...s1, ...s2, ...keys }, bySendgrid)

    expect({ signed, codes }).toEqual({ signed: 'yes', codes: ['ok dkim', 'ok dkim', 'note dkim-weak'] })
  })

  test('a domain that is not authenticated is wrong, and the records to add are named', async () => {
    const { signed, codes, said } = await dkim({}, bySendgrid)

    expect({ signed, codes }).toEqual({ signed: 'no', codes: ['wrong dkim-missing'] })
    expect(said).toContain('Authenticate Your Domain')
    expect(said).toContain('s1._domainkey.drive.org and s2._domainkey.drive.org')
  })

  test('half of the keys sign until SendGrid changes to the other', async () => {
    const { signed, codes } = await dkim({ ...s1, ...keys }, bySendgrid)

    expect({ signed, codes }).toEqual({ signed: 'yes', codes: ['ok dkim', 'warning dkim-half'] })
  })

  test('a record with a slip in it leads to nothing', async () => {
    const { codes } = await dkim({ ...s1, ...s2, 'TXT s2.domainkey.u1.wl.sendgrid.net': [good] }, bySendgrid)

    expect(codes).toEqual(['wrong dkim-dangling', 'ok dkim'])
  })

  test("a key that is not SendGrid's is doubted", async () => {
    const { codes } = await dkim({ 'TXT s1._domainkey.drive.org': [good], ...s2, ...keys }, bySendgrid)

    expect(codes).toEqual(['ok dkim', 'warning dkim-elsewhere', 'ok dkim', 'note dkim-weak'])
  })

  test('a key looked after by hand is found', async () => {
    const { signed, codes } = await dkim({ 'TXT m1._domainkey.drive.org': [good] }, bySendgrid)

    expect({ signed, codes }).toEqual({ signed: 'yes', codes: ['ok dkim'] })
  })

  test('a key with a name of its own is looked for where that is said', async () => {
    const { codes } = await dkim(
      {
        'CNAME abc._domainkey.drive.org': ['abc.domainkey.u1.wl.sendgrid.net'],
        'TXT abc.domainkey.u1.wl.sendgrid.net': [good],
      },
      { ...bySendgrid, selectors: ['abc'] },
    )

    expect(codes).toEqual(['ok dkim'])
  })
})

test('a DNS that fails is not taken for a missing key', async () => {
  for (const failure of ['SERVFAIL', 'silent'] as const) {
    const { signed, codes } = await dkim({ 'TXT mail._domainkey.drive.org': failure })

    expect({ signed, codes }).toEqual({ signed: 'unknown', codes: ['unknown could-not-look'] })
  }
})

test('a circle of CNAMEs is no key', async () => {
  const { signed, codes } = await dkim({
    'CNAME mail._domainkey.drive.org': ['a.org'],
    'CNAME a.org': ['mail._domainkey.drive.org'],
  })

  expect({ signed, codes }).toEqual({ signed: 'no', codes: ['wrong dkim-dangling'] })
})
