import { describe, expect, test } from 'vitest'
import { checkSpf, type SpfOf } from '../../../server/mail/checking/spf.ts'
import { orUnknown } from '../../../server/mail/checking/look.ts'
import type { Zone } from '../../dns-server.ts'
import { aDns, codesOf } from './looking.ts'

const bySmtp: SpfOf = { domain: 'drive.org', way: 'smtp', smtpHost: 'smtp.provider.com' }
const bySendgrid: SpfOf = { domain: 'drive.org', way: 'sendgrid' }

async function spf(zone: Zone, of: SpfOf = bySmtp, patience = 5_000) {
  const { look, asked } = await aDns(zone, patience)
  const findings = await orUnknown(checkSpf(look, of))
  return { codes: codesOf(findings), findings, said: JSON.stringify(findings), asked }
}

/** A record that includes as many others as there are, each with one address. */
function includes(many: number, zone: Zone = {}): Zone {
  const names = Array.from({ length: many }, (_, index) => `s${index}.provider.com`)
  const others = names.map((name): [string, string[]] => [`TXT ${name}`, ['v=spf1 ip4:192.0.2.1 -all']])
  const own = `v=spf1 ${names.map((name) => `include:${name}`).join(' ')} -all`
  return { 'TXT drive.org': [own], ...Object.fromEntries(others), ...zone }
}

test('one record that lists who sends, and refuses the rest, is right', async () => {
  const { codes, said } = await spf({
    'TXT drive.org': [
      'google-site-verification=x',
      'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 include:_spf.provider.com -all',
    ],
    'TXT _spf.provider.com': ['v=spf1 a mx:provider.com exists:%{i}._spf.provider.com -all'],
    'A _spf.provider.com': ['192.0.2.7'],
    'MX provider.com': [{ preference: 10, exchange: 'mx.provider.com' }],
  })

  expect(codes).toEqual(['ok spf'])
  expect(said).toContain('v=spf1 ip4:192.0.2.0/24')
})

test('a record in several strings is read as one text', async () => {
  const { codes } = await spf({ 'TXT drive.org': [['v=spf1 ip4:192.', '0.2.1 ', '-all']] })

  expect(codes).toEqual(['ok spf'])
})

describe('without a record', () => {
  test('the one to add is said: what the provider names', async () => {
    const { codes, said } = await spf({ 'TXT drive.org': ['something else'] })

    expect(codes).toEqual(['wrong spf-missing'])
    expect(said).toContain('TXT drive.org \\"v=spf1 include:NAME -all\\"')
  })

  test('or the own server, where letters go through one', async () => {
    const { said } = await spf({}, { ...bySmtp, smtpHost: 'mail.drive.org' })

    expect(said).toContain('TXT drive.org \\"v=spf1 a:mail.drive.org -all\\"')
  })

  test('nothing is wrong for SendGrid, which has one of its own', async () => {
    const { codes } = await spf({}, bySendgrid)

    expect(codes).toEqual(['note spf-missing'])
  })

  test('one that nobody can read is not taken for none', async () => {
    for (const text of ['"v=spf1 -all"', 'v=spf1: -all', ' v=spf1 -all', 'V = spf1 mx']) {
      expect((await spf({ 'TXT drive.org': [text] })).codes).toEqual(['wrong spf-broken'])
    }
  })
})

test('several records are as good as none', async () => {
  const { codes, said } = await spf({
    'TXT drive.org': ['v=spf1 mx -all', 'v=spf1 include:a.com ~all', 'V=SPF1'],
  })

  expect(codes).toEqual(['wrong spf-several'])
  expect(said).toContain('3 SPF records')
})

describe('what makes a record worthless', () => {
  test.for([
    ['+all', 'wrong spf-open'],
    ['all', 'wrong spf-open'],
    ['ip4:192.0.2.1 ?all', 'warning spf-no-end'],
    ['ip4:192.0.2.1', 'warning spf-no-end'],
    ['-all', 'wrong spf-nobody'],
    ['~all', 'wrong spf-nobody'],
    ['ip4:192.0.2.1 ptr -all', 'warning spf-ptr'],
    ['ip4:192.0.2.256 -all', 'wrong spf-broken'],
    ['ip4:192.0.2.0/33 -all', 'wrong spf-broken'],
    ['ip4 -all', 'wrong spf-broken'],
    ['ip6:192.0.2.1 -all', 'wrong spf-broken'],
    ['ip6:2001:db8::/129 -all', 'wrong spf-broken'],
    ['ipv4:192.0.2.1 -all', 'wrong spf-broken'],
    ['include -all', 'wrong spf-broken'],
    ['include: -all', 'wrong spf-broken'],
    ['exists:bad..name -all', 'wrong spf-broken'],
    ['redirect=', 'wrong spf-broken'],
    ['redirect=a.com redirect=b.com', 'wrong spf-broken'],
    ['192.0.2.1 -all', 'wrong spf-broken'],
    ['ip4:192.0.2.1, -all', 'wrong spf-broken'],
    ['ip4:192.0.2.1 \u2013all', 'wrong spf-broken'],
    ['mx:größe.org -all', 'wrong spf-broken'],
    ['include:drive.org -all', 'wrong spf-broken'],
    ['include:nowhere.org -all', 'wrong spf-broken'],
  ])('%s', async ([terms, code]) => {
    const { codes } = await spf({ 'TXT drive.org': [`v=spf1 ${terms}`], 'TXT a.com': ['v=spf1 -all'] })

    expect(codes).toContain(code)
    expect(codes.includes('ok spf')).toBe(!code?.startsWith('wrong'))
  })

  test('what follows "all" is never read', async () => {
    const { codes, asked } = await spf({
      'TXT drive.org': ['v=spf1 ip4:192.0.2.1 -all +all include:a.com redirect=b.com'],
    })

    expect(codes).toEqual(['ok spf'])
    expect(asked).toEqual(['TXT drive.org'])
  })

  test('unknown modifiers, "exp" and macros are no fault', async () => {
    const terms =
      'ip4:192.0.2.1 exists:%{ir}.%{l1r+-/}.%{d2}._spf.drive.org exp=why.drive.org x-note=hello -all'

    expect((await spf({ 'TXT drive.org': [`v=spf1 ${terms}`] })).codes).toEqual(['ok spf'])
  })

  test('an include that lets the whole world pass', async () => {
    const { codes, said } = await spf({
      'TXT drive.org': ['v=spf1 include:lax.com -all'],
      'TXT lax.com': ['v=spf1 redirect=laxer.com'],
      'TXT laxer.com': ['v=spf1 +all'],
    })

    expect(codes).toEqual(['wrong spf-open'])
    expect(said).toContain('laxer.com')
  })

  test('a domain that says it sends nothing is right for SendGrid', async () => {
    const { codes } = await spf({ 'TXT drive.org': ['v=spf1 -all'] }, bySendgrid)

    expect(codes).toEqual(['ok spf'])
  })

  test('sendgrid.net helps nobody but its other customers', async () => {
    const zone = {
      'TXT drive.org': ['v=spf1 include:SendGrid.net ~all'],
      'TXT sendgrid.net': ['v=spf1 ip4:192.0.2.1 ~all'],
    }

    expect((await spf(zone, bySendgrid)).codes).toEqual(['ok spf', 'warning spf-sendgrid'])
    expect((await spf(zone, bySmtp)).codes).toEqual(['ok spf'])
  })
})

describe('lookups are counted as receivers do', () => {
  test('ten are right, eleven are not', async () => {
    expect((await spf(includes(10))).codes).toEqual(['ok spf'])

    const { codes, said } = await spf(includes(11))
    expect(codes).toEqual(['wrong spf-too-many-lookups'])
    expect(said).toContain('11 DNS lookups')
  })

  test('those of includes, addresses, MX and redirects count too', async () => {
    const { said } = await spf(
      includes(8, {
        'TXT s0.provider.com': ['v=spf1 a mx a:mx.provider.com redirect=end.com'],
        'TXT end.com': ['v=spf1 exists:%{i}.end.com ptr -all'],
        'A s0.provider.com': ['192.0.2.1'],
        'A mx.provider.com': ['192.0.2.1'],
        'MX s0.provider.com': [{ preference: 1, exchange: 'mx.provider.com' }],
      }),
    )

    expect(said).toContain('14 DNS lookups')
  })

  test('a record that includes thousands is not followed to its end', async () => {
    const { said, asked } = await spf(includes(2000))

    expect(said).toContain('30 or more DNS lookups')
    expect(asked.length).toBeLessThan(40)
  })

  test('a circle of includes ends', async () => {
    const { codes, said, asked } = await spf({
      'TXT drive.org': ['v=spf1 include:a.com include:a.com -all'],
      'TXT a.com': ['v=spf1 include:B.com include:b.com -all'],
      'TXT b.com': ['v=spf1 include:a.com. redirect=drive.org'],
    })

    expect(codes[0]).toBe('wrong spf-broken')
    expect(said).toContain('includes itself')
    expect(asked.length).toBeLessThan(40)
  })

  test('two names that do not exist are let pass, three are not', async () => {
    const two = 'v=spf1 ip4:192.0.2.1 a:x.org mx:y.org -all'

    expect((await spf({ 'TXT drive.org': [two] })).codes).toEqual(['ok spf'])
    expect((await spf({ 'TXT drive.org': [two.replace('-all', 'exists:z.org -all')] })).codes).toEqual([
      'wrong spf-void-lookups',
    ])
  })

  test('an include without a record, or with two, fails the whole', async () => {
    const { said } = await spf({
      'TXT drive.org': ['v=spf1 include:none.org include:two.org -all'],
      'TXT none.org': ['hello'],
      'TXT two.org': ['v=spf1 -all', 'v=spf1 mx -all'],
    })

    expect(said).toContain('none.org\\" has no SPF record')
    expect(said).toContain('two.org\\" has several SPF records')
  })
})

describe('a hostile DNS', () => {
  test('may hold 60,000 bytes in one text', async () => {
    const { codes } = await spf({ 'TXT drive.org': [`v=spf1 ${'ip4:192.0.2.1 '.repeat(4200)}-all`] })

    expect(codes).toEqual(['ok spf'])
  })

  test('may hold a thousand texts, and strings of a byte', async () => {
    const { codes } = await spf({
      'TXT drive.org': [...Array.from({ length: 1000 }, (_, n) => `noise ${n}`), [...'v=spf1 mx -all']],
      'MX drive.org': [{ preference: 1, exchange: 'mx.drive.org' }],
    })

    expect(codes).toEqual(['ok spf'])
  })

  test('writes nothing on the terminal but plain text, and no second line', async () => {
    const evil = Buffer.from(
      'v=spf1 \u001b[2J\u001b]0;owned\u0007 \u009b1m\r\nok spf ip4:192.0.2.1\u202e -all',
    )

    const { findings, codes } = await spf({ 'TXT drive.org': [evil] })

    expect(codes).toContain('wrong spf-broken')
    for (const { what, todo = '' } of findings) expect(what + todo).toMatch(/^[ -~…]*$/)
  })

  test('is not taken for an empty one while it is silent, fails or refuses', async () => {
    for (const failure of ['SERVFAIL', 'REFUSED', 'silent', 'garbage'] as const) {
      const own = await spf({ 'TXT drive.org': failure }, bySmtp, 100)
      const included = { 'TXT drive.org': ['v=spf1 ptr include:a.com -all'], 'TXT a.com': failure }

      expect(own.codes).toEqual(['unknown could-not-look'])
      expect((await spf(included, bySmtp, 100)).codes).toEqual(['unknown could-not-look', 'warning spf-ptr'])
    }
  })

  test('may name what cannot be a name', async () => {
    const { codes } = await spf({ 'TXT drive.org': [`v=spf1 ip4:192.0.2.1 a:${'x'.repeat(64)}.org -all`] })

    expect(codes).toEqual(['ok spf'])
  })
})
