import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bareEnvironment } from '../../bare-environment.ts'
import type { MailCheck } from '../../../server/mail/checking/check.ts'
import { sendgridStandIn } from '../../sendgrid-stand-in.ts'
import { smtpInbox } from '../../smtp-inbox.ts'
import { dnsServer, type Zone } from '../../dns-server.ts'
import { aDns } from './looking.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = `v=DKIM1; k=rsa; p=${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`

const right: Zone = {
  'MX drive.org': [{ preference: 10, exchange: 'mx.drive.org' }],
  'A mx.drive.org': ['192.0.2.1'],
  'TXT drive.org': ['v=spf1 ip4:192.0.2.1 -all'],
  'TXT mail._domainkey.drive.org': [key],
  'CNAME s1._domainkey.drive.org': ['s1.wl.sendgrid.net'],
  'CNAME s2._domainkey.drive.org': ['s2.wl.sendgrid.net'],
  'TXT s1.wl.sendgrid.net': [key],
  'TXT s2.wl.sendgrid.net': [key],
  'TXT _dmarc.drive.org': ['v=DMARC1; p=quarantine; rua=mailto:dmarc@drive.org'],
}

interface Said {
  code: number
  out: string
  wrong: string
}

/** `npm run mail:check -- …`, in production, but for what matters to the test. */
async function run(settings: Record<string, string>, words: string[] = []): Promise<Said> {
  const env = {
    ...bareEnvironment(),
    MODE: 'production',
    PUBLIC_URL: 'https://pledge.drive.org',
    MAIL_FROM: 'Estamos <hello@drive.org>',
    ...settings,
  }
  return await new Promise((tell) => {
    execFile(process.execPath, ['server/mail-check.ts', ...words], { env }, (error, out, wrong) =>
      tell({ code: Number(error?.code ?? 0), out, wrong: wrong.trim() }),
    )
  })
}

async function anSmtpUrl(): Promise<string> {
  const inbox = await smtpInbox({
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(null, { user: 'pledge' }),
  })
  onTestFinished(() => inbox.close())
  return inbox.url.replace('smtp://', 'smtp://pledge:hunter2@')
}

const aboutOf = (out: string) => (JSON.parse(out) as MailCheck).groups.map(({ about }) => about)

test('where nothing is wrong it says so, a line for each thing, and ends with 0', async () => {
  const { address } = await aDns(right)

  const said = await run({ SMTP_URL: await anSmtpUrl() }, ['--dns', address, '--selector', 'mail'])

  expect(said).toMatchObject({ code: 0, wrong: '' })
  expect(said.out).toMatch(/^Mail from hello@drive\.org\n\nFrom address\n {2}ok +/)
  for (const about of ['Replies and bounces', 'SPF', 'DKIM', 'DMARC', 'Way out'])
    expect(said.out).toContain(`\n${about}\n  ok `)
  expect(said.out).toMatch(/\n0 wrong, 0 to think about\.\n$/)
  expect(said.out).not.toMatch(/hunter|WRONG|warning/)
})

test('the key that letters are signed with is looked for without being named', async () => {
  const { address } = await aDns(right)
  const signing = {
    SMTP_URL: await anSmtpUrl(),
    DKIM_DOMAIN: 'drive.org',
    DKIM_SELECTOR: 'mail',
    DKIM_PRIVATE_KEY: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }

  const said = await run(signing, ['--dns', address])
  const other = await run({ ...signing, DKIM_SELECTOR: 'other' }, ['--dns', address])

  expect(said).toMatchObject({ code: 0, wrong: '' })
  expect(said.out).toContain('There is a key at mail._domainkey.drive.org')
  expect(other.code).toBe(1)
  expect(other.out).toContain('There is no key at other._domainkey.drive.org')
  expect(said.out + other.out).not.toContain('PRIVATE')
})

test('through SendGrid too, without a word on the key', async () => {
  const { address } = await aDns(right)
  const { baseUrl, apiKey, close } = await sendgridStandIn()
  onTestFinished(close)

  const said = await run({ SENDGRID_API_KEY: apiKey, SENDGRID_BASE_URL: baseUrl }, ['--dns', address])

  expect(said).toMatchObject({ code: 0, wrong: '' })
  expect(said.out).toContain('s2._domainkey.drive.org')
  expect(said.out).not.toContain(apiKey)
})

test('where something is wrong it says what to add, and ends with 1', async () => {
  const { address } = await aDns({ 'TXT drive.org': ['v=spf1 +all'] })

  const said = await run({ SMTP_URL: await anSmtpUrl(), PUBLIC_URL: 'https://sign.here.com' }, [
    '--dns',
    address,
  ])

  expect(said.code).toBe(1)
  expect(said.out).toMatch(/\n {2}WRONG +SPF lets the whole world send as drive\.org.* End it with -all\.\n/)
  expect(said.out).toContain('Add: TXT _dmarc.drive.org "v=DMARC1; p=none; rua=mailto:dmarc@drive.org"')
  expect(said.out).toMatch(/\n {2}note +.*phishing/)
  expect(said.out).toMatch(/\n3 wrong, 1 to think about\.\n$/)
})

test('a DNS that cannot be asked is said as such: nothing is called missing, and it ends with 1', async () => {
  const { address, close } = await dnsServer({})
  await close()

  const said = await run({ SMTP_URL: await anSmtpUrl() }, ['--dns', address])

  expect(said.code).toBe(1)
  expect(said.out.match(/\n {2}could not look +DNS does not tell about/g)).toHaveLength(3)
  expect(said.out).not.toMatch(/WRONG|no SPF|no DMARC/)
  expect(said.out).toContain('0 wrong, 3 that could not be looked at')
})

test('--json says the same to programs', async () => {
  const { address } = await aDns(right)

  const said = await run({ SMTP_URL: await anSmtpUrl() }, ['--dns', address, '--selector', 'mail', '--json'])

  expect(JSON.parse(said.out)).toMatchObject({ from: 'hello@drive.org', way: 'smtp' })
  expect(aboutOf(said.out)).toEqual([
    'From address',
    'Replies and bounces',
    'SPF',
    'DKIM',
    'DMARC',
    'Way out',
  ])
  expect((JSON.parse(said.out) as MailCheck).groups[2]?.findings).toEqual([
    { level: 'ok', code: 'spf', what: 'drive.org says who may send for it: "v=spf1 ip4:192.0.2.1 -all".' },
  ])
})

test('a signature of another domain is looked for there', async () => {
  const { address } = await aDns({ ...right, 'TXT a._domainkey.provider.com': [key] })

  const words = ['--dns', address, '--selector', 'a', '--dkim-domain', 'provider.com']
  const said = await run({ SMTP_URL: await anSmtpUrl() }, words)

  expect(said.code).toBe(0)
  expect(said.out).toContain('a._domainkey.provider.com')
  expect(said.out).toContain('Only SPF ties letters to the domain in From')
})

const returningTo = async (domain: string) => ({
  SMTP_URL: await anSmtpUrl(),
  BOUNCE_ADDRESS: `bounces@${domain}`,
})

describe('where letters return to another domain', () => {
  const elsewhere: Zone = {
    ...right,
    'MX back.net': [{ preference: 10, exchange: 'mx.drive.org' }],
    'TXT back.net': ['v=spf1 ip4:192.0.2.7 -all'],
  }

  test('SPF and MX are looked up there, and DMARC is told what that proves', async () => {
    const { address } = await aDns(elsewhere)

    const said = await run(await returningTo('Back.net'), ['--dns', address, '--selector', 'mail'])

    expect(said.code).toBe(0)
    expect(said.out).toContain('back.net says who may send for it: "v=spf1 ip4:192.0.2.7 -all".')
    expect(said.out).not.toContain('drive.org says who may send for it')
    expect(said.out).toContain('back.net takes mail at')
    expect(said.out).toContain('drive.org takes mail at')
    expect(said.out).toContain('SPF is for back.net, where letters return to, and that is not drive.org')
  })

  test('without a record there it is the one that is missing, whatever From has', async () => {
    const { address } = await aDns({ ...elsewhere, 'TXT back.net': ['hello'] })

    const said = await run(await returningTo('back.net'), ['--dns', address, '--selector', 'mail'])

    expect(said.code).toBe(1)
    expect(said.out).toContain('back.net has no SPF record.')
    expect(said.out).toContain('1 wrong, 0 to think about')
  })

  test('and are not signed, DMARC fails, and both reasons are said', async () => {
    const { address } = await aDns({ ...elsewhere, 'TXT mail._domainkey.drive.org': [] })

    const said = await run(await returningTo('back.net'), ['--dns', address, '--selector', 'mail'])

    expect(said.code).toBe(1)
    expect(said.out).toContain(
      'no signature of the domain can be verified; SPF is for back.net, where letters return to',
    )
  })
})

describe('without DNS', () => {
  test('local mode has nothing to check', async () => {
    const said = await run({ MODE: 'local', MAIL_FROM: '' })

    expect(said).toMatchObject({ code: 0, wrong: '' })
    expect(said.out).toContain('there is nothing to check')
  })

  test('a sender at localhost is wrong as soon as letters go out, and is not looked up', async () => {
    const { address, asked } = await aDns({})

    const said = await run({ MODE: 'local', MAIL_FROM: '', SMTP_URL: await anSmtpUrl() }, ['--dns', address])

    expect(said.code).toBe(1)
    expect(said.out).toContain('localhost is no domain that mail can come from')
    expect(asked).toEqual([])
  })

  test('nor is a free mailbox', async () => {
    const said = await run({ MAIL_FROM: 'drive@gmail.com', SMTP_URL: await anSmtpUrl() }, ['--json'])

    expect(said.code).toBe(1)
    expect(aboutOf(said.out)).toEqual(['From address', 'Way out'])
  })
})

describe('settings that cannot be used end it with 2, in the words of the start', () => {
  test.for<[string, Record<string, string>, string]>([
    ['no sender', { MAIL_FROM: '', SMTP_URL: 'smtp://localhost' }, 'MAIL_FROM is missing'],
    ['a sender that is none', { MAIL_FROM: 'Estamos', SMTP_URL: 'smtp://localhost' }, 'MAIL_FROM is neither'],
    ['no way out', {}, 'SMTP_URL or SENDGRID_API_KEY is missing'],
    ['two ways out', { SMTP_URL: 'smtp://localhost', SENDGRID_API_KEY: 'SG.hunter2' }, 'not both'],
    ['an address that is none', { SMTP_URL: 'http://a:hunter2@b' }, 'SMTP_URL must be'],
    ['a key that is none', { SENDGRID_API_KEY: 'hunter2' }, 'SENDGRID_API_KEY does not look like'],
    ['no address of the server', { PUBLIC_URL: '', SMTP_URL: 'smtp://localhost' }, 'PUBLIC_URL'],
  ])('%s', async ([, settings, sentence]) => {
    const said = await run(settings)

    expect(said).toMatchObject({ code: 2, out: '' })
    expect(said.wrong).toContain(sentence)
    expect(said.wrong).not.toContain('hunter2')
  })

  test('options that there are not bring the usage', async () => {
    const wrongs = [
      ['--selectr', 'x'],
      ['x'],
      ['--selector', '../../x'],
      ['--dns', 'dns.example'],
      ['--dkim-domain', ''],
    ]

    for (const words of wrongs) {
      const said = await run({ SMTP_URL: 'smtp://localhost' }, words)

      expect(said).toMatchObject({ code: 2, out: '' })
      expect(said.wrong).toMatch(/^npm run mail:check\n/)
    }
  })
})
