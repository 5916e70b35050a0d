import { describe, expect, test } from 'vitest'
import { checkFrom, hopelessSender } from '../../../server/mail/checking/from.ts'
import { orUnknown } from '../../../server/mail/checking/look.ts'
import { checkReplies } from '../../../server/mail/checking/replies.ts'
import type { Zone } from '../../dns-server.ts'
import { aDns, codesOf } from './looking.ts'

describe('a sender', () => {
  test.for([
    'localhost',
    'mail.localhost',
    'drive.local',
    'drive.internal',
    'drive.test',
    'co.uk',
    'github.io',
    'com',
  ])('at %s cannot be answered', (domain) => {
    expect(hopelessSender(`pledge@${domain}`, domain)).toMatchObject({ level: 'wrong', code: 'from-nowhere' })
  })

  test.for([
    'gmail.com',
    'yahoo.com',
    'yahoo.co.uk',
    'yahoo.com.mx',
    'hotmail.fr',
    'outlook.com',
    'proton.me',
    'gmx.de',
  ])('at %s is taken for a forgery', (domain) => {
    expect(hopelessSender(`drive@${domain}`, domain)).toMatchObject({
      level: 'wrong',
      code: 'from-free-mail',
    })
  })

  test.for([
    'drive.org',
    'pledge.drive.org.uk',
    'mail.org',
    'gmail.com.drive.org',
    'notgmail.com',
    'drive.github.io',
  ])('at %s may be right', (domain) => {
    expect(hopelessSender(`pledge@${domain}`, domain)).toBeUndefined()
  })

  test('whose links lead to its own domain, or beside it, is believed', () => {
    for (const url of ['https://drive.org', 'https://pledge.drive.org:8443/x']) {
      expect(codesOf(checkFrom('a@mail.drive.org', 'mail.drive.org', url))).toEqual(['ok from'])
    }
  })

  test('whose links lead elsewhere looks like phishing', () => {
    expect(codesOf(checkFrom('a@drive.org', 'drive.org', 'https://drive.org.evil.com'))).toEqual([
      'note from-elsewhere',
    ])
    expect(codesOf(checkFrom('a@b.github.io', 'b.github.io', 'https://c.github.io'))).toEqual([
      'note from-elsewhere',
    ])
  })
})

const mx = (exchange: string, preference = 10) => ({ exchange, preference })

describe('replies and bounces', () => {
  test.for<[string, Zone, string]>([
    ['arrive at an MX', { 'MX drive.org': [mx('mx.a.com')], 'A mx.a.com': ['192.0.2.1'] }, 'ok mx'],
    ['arrive over IPv6', { 'MX drive.org': [mx('mx.a.com')], 'AAAA mx.a.com': ['2001:db8::1'] }, 'ok mx'],
    [
      'arrive at the second MX',
      { 'MX drive.org': [mx('mx.a.com', 20), mx('gone.a.com')], 'A mx.a.com': ['192.0.2.1'] },
      'ok mx',
    ],
    ['may arrive at the web server', { 'A drive.org': ['192.0.2.1'] }, 'warning mx-missing'],
    ['have nowhere to go', {}, 'wrong mx-missing'],
    [
      'have nowhere to go, though the domain is there',
      { 'TXT drive.org': ['v=spf1 -all'] },
      'wrong mx-missing',
    ],
    [
      'are refused by a null MX',
      { 'MX drive.org': [mx('.', 0)], 'A drive.org': ['192.0.2.1'] },
      'wrong mx-null',
    ],
    ['are lost at an MX without an address', { 'MX drive.org': [mx('mx.a.com')] }, 'wrong mx-nowhere'],
    ['are lost at an MX that is an address', { 'MX drive.org': [mx('192.0.2.1')] }, 'wrong mx-nowhere'],
    ['cannot be looked at', { 'MX drive.org': 'SERVFAIL' }, 'unknown could-not-look'],
    [
      'cannot be looked at, at the MX',
      { 'MX drive.org': [mx('mx.a.com')], 'A mx.a.com': 'REFUSED' },
      'unknown could-not-look',
    ],
    ['cannot be looked at in silence', { 'MX drive.org': 'silent' }, 'unknown could-not-look'],
  ])('%s', async ([, zone, code]) => {
    const { look } = await aDns(zone, 500)

    expect(codesOf(await orUnknown(checkReplies(look, 'drive.org')))).toEqual([code])
  })

  test('hundreds of MX are not all asked for', async () => {
    const { look, asked } = await aDns({
      'MX drive.org': Array.from({ length: 200 }, (_, n) => mx(`m${n}.a.com`, n)),
    })

    expect(codesOf(await checkReplies(look, 'drive.org'))).toEqual(['wrong mx-nowhere'])
    expect(asked.length).toBeLessThan(20)
  })
})
