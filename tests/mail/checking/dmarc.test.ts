import { describe, expect, test } from 'vitest'
import type { Alignment } from '../../../server/mail/checking/alignment.ts'
import { checkDmarc } from '../../../server/mail/checking/dmarc.ts'
import { orUnknown } from '../../../server/mail/checking/look.ts'
import type { Zone } from '../../dns-server.ts'
import { aDns, codesOf } from './looking.ts'

const signed: Alignment = { signed: 'yes', signsAs: 'drive.org', returnPath: undefined }
const fine = 'v=DMARC1; p=reject; rua=mailto:dmarc@drive.org'

async function dmarc(zone: Zone, { domain = 'drive.org', proof = signed } = {}) {
  const { look, asked } = await aDns(zone, 1_000)
  const findings = await orUnknown(checkDmarc(look, domain, proof))
  return { codes: codesOf(findings), said: JSON.stringify(findings), asked }
}

const ofRecord = (...records: (string | string[] | Buffer)[]) => dmarc({ 'TXT _dmarc.drive.org': records })

describe('the record', () => {
  test('that refuses forgeries, reports, and is met by our signature is right', async () => {
    expect((await ofRecord(fine)).codes).toEqual(['ok dmarc', 'ok dmarc-aligned'])
  })

  test('may come in pieces, in any order, and with tags nobody knows', async () => {
    const { codes } = await ofRecord(['v=DM', 'ARC1;rua=mailto:a@drive.org!10m ; ', 'x=y; pct=50; p=Reject'])

    expect(codes).toEqual(['ok dmarc', 'ok dmarc-aligned'])
  })

  test('is asked for where there is none, word for word', async () => {
    const { codes, said } = await dmarc({})

    expect(codes).toEqual(['wrong dmarc-missing'])
    expect(said).toContain('TXT _dmarc.drive.org \\"v=DMARC1; p=none; rua=mailto:dmarc@drive.org\\"')
  })

  test('of the organization holds for its sub-domains', async () => {
    const zone = { 'TXT _dmarc.drive.org': [`${fine}; sp=none`] }
    const { codes, said, asked } = await dmarc(zone, { domain: 'mail.pledge.drive.org' })

    expect(codes).toEqual(['ok dmarc', 'note dmarc-none', 'ok dmarc-aligned'])
    expect(said).toContain('_dmarc.drive.org says p=none')
    expect(asked).toEqual(['TXT _dmarc.mail.pledge.drive.org', 'TXT _dmarc.drive.org'])
  })

  test('of the sub-domain goes before that of the organization', async () => {
    const zone = { 'TXT _dmarc.drive.org': [fine], 'TXT _dmarc.a.drive.org': ['v=DMARC1; p=none'] }

    expect((await dmarc(zone, { domain: 'a.drive.org' })).codes).toContain('note dmarc-none')
  })

  test.for<[string, (string | Buffer)[], string[]]>([
    ['twice', [fine, fine], ['wrong dmarc-several']],
    ['without quotes off', [`"${fine}"`], ['wrong dmarc-broken']],
    ['in small letters', ['v=dmarc1; p=none'], ['wrong dmarc-broken']],
    ['with p= first', ['p=none; v=DMARC1'], ['wrong dmarc-broken']],
    ['another text in its place', ['v=spf1 -all'], ['wrong dmarc-broken']],
    ['not ASCII', [Buffer.from('v=DMARC1\u037e p=none\u001b[2J')], ['wrong dmarc-broken']],
    [
      'a policy that is none',
      ['v=DMARC1; p=monitor; rua=mailto:a@drive.org'],
      ['wrong dmarc-broken', 'ok dmarc-aligned'],
    ],
    ['a bad sp', [`${fine}; sp=block`], ['wrong dmarc-broken', 'ok dmarc-aligned']],
    ['a bad alignment', [`${fine}; adkim=strict`], ['wrong dmarc-broken', 'ok dmarc-aligned']],
    ['no policy', ['v=DMARC1; rua=mailto:a@drive.org'], ['wrong dmarc-broken', 'ok dmarc-aligned']],
    [
      'an address without mailto',
      ['v=DMARC1; p=reject; rua=a@drive.org'],
      ['wrong dmarc-broken', 'warning dmarc-no-reports', 'ok dmarc-aligned'],
    ],
    ['no reports', ['v=DMARC1; p=reject'], ['ok dmarc', 'warning dmarc-no-reports', 'ok dmarc-aligned']],
    [
      'only watching',
      ['v=DMARC1; p=none; rua=mailto:a@drive.org'],
      ['ok dmarc', 'note dmarc-none', 'ok dmarc-aligned'],
    ],
    ['huge', [`${fine}; n=${'x'.repeat(50_000)}`], ['ok dmarc', 'ok dmarc-aligned']],
  ])('%s', async ([, records, codes]) => {
    expect((await ofRecord(...records)).codes).toEqual(codes)
  })
})

describe('reports to another’s mailbox', () => {
  const zone = {
    'TXT _dmarc.drive.org': ['v=DMARC1; p=reject; rua=mailto:x@reports.com, mailto:y@in.drive.org'],
  }

  test('need that one’s permission', async () => {
    const { codes, said } = await dmarc(zone)

    expect(codes).toEqual(['ok dmarc', 'warning dmarc-reports-refused', 'ok dmarc-aligned'])
    expect(said).toContain('TXT drive.org._report._dmarc.reports.com \\"v=DMARC1\\"')
  })

  test('and go out where it was given', async () => {
    const { codes } = await dmarc({ ...zone, 'TXT drive.org._report._dmarc.reports.com': ['v=DMARC1;'] })

    expect(codes).toEqual(['ok dmarc', 'ok dmarc-aligned'])
  })

  test('to thousands of mailboxes do not send us asking for each', async () => {
    const many = Array.from({ length: 500 }, (_, n) => `mailto:a@reports${n}.com`).join(',')
    const { asked } = await dmarc({ 'TXT _dmarc.drive.org': [`v=DMARC1; p=reject; rua=${many}`] })

    expect(asked.length).toBeLessThan(10)
  })
})

describe('DMARC passes where what can be proven is the domain in From', () => {
  test.for<[string, string, Alignment, string[]]>([
    ['signed by a sub-domain', fine, { ...signed, signsAs: 'mail.drive.org' }, ['ok dmarc-aligned']],
    ['signed by another', fine, { ...signed, signsAs: 'provider.com' }, ['wrong dmarc-unaligned']],
    [
      'a sub-domain, strictly',
      `${fine}; adkim=s`,
      { ...signed, signsAs: 'mail.drive.org' },
      ['wrong dmarc-unaligned'],
    ],
    ['strictly', `${fine}; adkim=s; aspf=s`, signed, ['ok dmarc-aligned']],
    [
      'SPF alone',
      fine,
      { signed: 'no', signsAs: 'drive.org', returnPath: 'drive.org' },
      ['warning dmarc-by-spf-alone'],
    ],
    [
      'SPF of another',
      fine,
      { signed: 'no', signsAs: 'drive.org', returnPath: 'a.com' },
      ['wrong dmarc-unaligned'],
    ],
    [
      'SPF of a sub-domain, strictly',
      `${fine}; aspf=s`,
      { signed: 'no', signsAs: 'drive.org', returnPath: 'b.drive.org' },
      ['wrong dmarc-unaligned'],
    ],
    [
      'nothing',
      fine,
      { signed: 'no', signsAs: 'drive.org', returnPath: undefined },
      ['wrong dmarc-unaligned'],
    ],
    [
      'signed, and SPF of another',
      fine,
      { ...signed, returnPath: 'a.com' },
      ['ok dmarc-aligned', 'note dmarc-by-dkim-alone'],
    ],
    ['signed, and SPF of a sub-domain', fine, { ...signed, returnPath: 'b.drive.org' }, ['ok dmarc-aligned']],
    [
      'SPF of another, and nobody knows of a signature',
      fine,
      { signed: 'unknown', signsAs: 'drive.org', returnPath: 'a.com' },
      ['note dmarc-by-dkim-alone'],
    ],
    ['nobody knows', fine, { signed: 'unknown', signsAs: 'drive.org', returnPath: undefined }, []],
  ])('%s', async ([, record, proof, codes]) => {
    expect((await dmarc({ 'TXT _dmarc.drive.org': [record] }, { proof })).codes).toEqual([
      'ok dmarc',
      ...codes,
    ])
  })

  test('two customers of one host are not one organization', async () => {
    const zone = { 'TXT _dmarc.drive.github.io': [fine.replace('drive.org', 'drive.github.io')] }
    const proof = { ...signed, signsAs: 'other.github.io' }

    expect((await dmarc(zone, { domain: 'drive.github.io', proof })).codes).toContain('wrong dmarc-unaligned')
  })
})

test('a DNS that fails is not taken for a missing record', async () => {
  for (const failure of ['SERVFAIL', 'REFUSED', 'silent'] as const) {
    expect((await dmarc({ 'TXT _dmarc.drive.org': failure })).codes).toEqual(['unknown could-not-look'])
  }
})
