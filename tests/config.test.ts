import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Environment, readConfig, settings, StartRefused } from '../server/config.ts'

const production: Environment = {
  MODE: 'production',
  DATABASE_URL: 'postgres://estamos@db.example.org/estamos',
  PUBLIC_URL: 'https://pledge.example.org',
  SECRET_KEY: 'Yk2vQ9pLx4mZt8rWc3nBh6jFd1gSa5e7',
  MAIL_FROM: 'Estamos <pledge@example.org>',
  SMTP_URL: 'smtps://user:password@mail.example.org:465',
  CAPTCHA: 'none',
  CAPTCHA_NONE_IN_PRODUCTION: 'yes',
}

function rsa(bits: number): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}

const signed = { DKIM_DOMAIN: 'Example.org', DKIM_SELECTOR: 'mail', DKIM_PRIVATE_KEY: rsa(1024) }

test('a key to sign with may stand on one line', () => {
  const oneLine = { ...signed, DKIM_PRIVATE_KEY: signed.DKIM_PRIVATE_KEY.replaceAll('\n', '\\n') }

  for (const settings of [signed, oneLine])
    expect(readConfig({ ...production, ...settings }).mail.dkim).toEqual({
      domain: 'example.org',
      selector: 'mail',
      privateKey: signed.DKIM_PRIVATE_KEY,
    })
})

test('a production that is whole starts', () => {
  const config = readConfig({
    ...production,
    PUBLIC_URL: 'https://pledge.example.org/',
    TRUST_PROXY: '10.0.0.0/8, ::1',
  })

  expect(config).toMatchObject({
    mode: 'production',
    role: 'all',
    host: '0.0.0.0',
    port: 3000,
    publicUrl: 'https://pledge.example.org',
    trustProxy: ['10.0.0.0/8', '::1'],
  })
})

test('everything that is wrong is said at once', () => {
  const said = refusal({
    MODE: 'production',
    PORT: '70000',
    ROLE: 'king',
    PUBLIC_URL: 'pledge.example.org',
    TRUST_PROXY: 'all',
    LIMITS: 'none',
  })

  for (const name of [
    'DATABASE_URL',
    'PORT',
    'ROLE',
    'PUBLIC_URL',
    'SECRET_KEY',
    'MAIL_FROM',
    'SMTP_URL',
    'TRUST_PROXY',
    'LIMITS',
  ]) {
    expect(said).toContain(name)
  }
  expect(said.split('\n').length).toBeGreaterThanOrEqual(8)
})

describe('production refuses', () => {
  test.each<[string, Environment, string]>([
    ['a missing database', { DATABASE_URL: '' }, 'DATABASE_URL is missing'],
    ['a missing address', { PUBLIC_URL: undefined }, 'PUBLIC_URL is missing'],
    ['an address without https', { PUBLIC_URL: 'http://pledge.example.org' }, 'https://'],
    ['an address that is none', { PUBLIC_URL: 'javascript:alert(1)' }, 'PUBLIC_URL must be'],
    ['a missing secret', { SECRET_KEY: undefined }, 'SECRET_KEY is missing'],
    ['a short secret', { SECRET_KEY: 'short' }, 'at least 32'],
    ['a monotonous secret', { SECRET_KEY: 'abababab'.repeat(8) }, 'at least 32 random'],
    ['a secret of a repeated phrase', { SECRET_KEY: 'Tr0ub4dor&3-'.repeat(4) }, 'at least 32 random'],
    [
      'the alphabet for a secret',
      { SECRET_KEY: 'abcdefghijklmnopqrstuvwxyz0123456789' },
      'at least 32 random',
    ],
    [
      'a sample for a secret',
      { SECRET_KEY: 'CHANGE-ME-Yk2vQ9pLx4mZt8rWc3nBh6jFd1gSa5e7' },
      'looks like a sample',
    ],
    ['a sentence for a secret', { SECRET_KEY: 'Yk2vQ9pLx4mZt8r Wc3nBh6jFd1gSa5e7' }, 'no spaces'],
    [
      'a secret that is the database’s password too',
      { DATABASE_URL: `postgres://estamos:${production.SECRET_KEY}@db.example.org/estamos` },
      'SECRET_KEY stands in DATABASE_URL too',
    ],
    [
      'the same, in the signs of an address',
      {
        SECRET_KEY: 'Yk2/Q9pL+4mZt8rWc3nBh6jFd1gSa5e7=',
        SMTP_URL: 'smtps://u:Yk2%2FQ9pL%2B4mZt8rWc3nBh6jFd1gSa5e7%3D@m.org',
      },
      'SECRET_KEY stands in SMTP_URL too',
    ],
    ['a new secret that is an old one', { SECRET_KEYS_OLD: `x,${production.SECRET_KEY}` }, 'must be another'],
    ['no way out for mail', { SMTP_URL: undefined }, 'SMTP_URL or SENDGRID_API_KEY'],
    ['two ways out for mail', { SENDGRID_API_KEY: 'SG.x' }, 'not both'],
    ['a webhook key that is none', { SENDGRID_WEBHOOK_KEY: 'MFkw' }, 'SENDGRID_WEBHOOK_KEY must be the key'],
    ['half a signature', { DKIM_SELECTOR: 'mail' }, 'DKIM_DOMAIN is missing'],
    [
      'a signature without its key',
      { DKIM_DOMAIN: 'a.org', DKIM_SELECTOR: 'm' },
      'DKIM_PRIVATE_KEY is missing',
    ],
    ['a signing key that is none', { DKIM_PRIVATE_KEY: 'hunter2' }, 'DKIM_PRIVATE_KEY must be an RSA key'],
    ['a signing key that receivers refuse', { DKIM_PRIVATE_KEY: rsa(512) }, 'DKIM_PRIVATE_KEY must be'],
    ['a signing domain that is none', { DKIM_DOMAIN: 'a; d=b.org' }, 'DKIM_DOMAIN must be a name'],
    [
      'a signature for SendGrid',
      { ...signed, SMTP_URL: '', SENDGRID_API_KEY: 'SG.a.b' },
      'SendGrid signs by keys of its own',
    ],
    ['no sender', { MAIL_FROM: undefined }, 'MAIL_FROM is missing'],
    ['a captcha that is none', { CAPTCHA: 'recaptcha' }, 'CAPTCHA must be'],
    ['two captchas', { HCAPTCHA_SITEKEY: 'a', HCAPTCHA_SECRET: 'b' }, 'CAPTCHA and HCAPTCHA_'],
    ['half of hCaptcha', { CAPTCHA: '', HCAPTCHA_SITEKEY: 'a' }, 'HCAPTCHA_SECRET is missing'],
    [
      'letting in while hCaptcha is down',
      { CAPTCHA: '', HCAPTCHA_SITEKEY: 'a', HCAPTCHA_SECRET: 'b', HCAPTCHA_DOWN: 'allow' },
      'HCAPTCHA_DOWN must be',
    ],
    ['CAPTCHA=none said once', { CAPTCHA_NONE_IN_PRODUCTION: undefined }, 'CAPTCHA_NONE_IN_PRODUCTION=yes'],
    [
      'CAPTCHA=none said twice but not meant',
      { CAPTCHA_NONE_IN_PRODUCTION: 'no' },
      'CAPTCHA_NONE_IN_PRODUCTION=yes',
    ],
    ['a mode that is none', { MODE: 'Production' }, 'MODE must be'],
    ['a proxy that is everybody', { TRUST_PROXY: 'true' }, 'TRUST_PROXY'],
    ['a number of proxies', { TRUST_PROXY: '1' }, 'TRUST_PROXY'],
    ['a range that is everybody', { TRUST_PROXY: '10.0.0.0/8, 0.0.0.0/0' }, 'TRUST_PROXY'],
    ['a range of IPv6 that is everybody', { TRUST_PROXY: '::/0' }, 'TRUST_PROXY'],
    ['a range that is none', { TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY'],
    ['half an address', { TRUST_PROXY: '10.0.0' }, 'TRUST_PROXY'],
    ['no limits at all', { LIMITS: '0' }, 'LIMITS'],
    ['a port that is none', { PORT: '3000x' }, 'PORT'],
  ])('%s', (_, wrong, sentence) => {
    expect(refusal({ ...production, ...wrong })).toContain(sentence)
  })
})

test('secrets as tools make them are not taken for a person’s', () => {
  for (const encoding of ['base64', 'base64url', 'hex'] as const)
    for (const bytes of [24, 32, 48])
      for (let n = 0; n < 50; n += 1) {
        const SECRET_KEY = randomBytes(bytes).toString(encoding)

        expect(readConfig({ ...production, SECRET_KEY }).secretKey).toBe(SECRET_KEY)
      }
})

test('former secrets are listed, whatever would be said of them today', () => {
  const { oldSecretKeys } = readConfig({ ...production, SECRET_KEYS_OLD: 'short, other,\nthird,short' })

  expect(oldSecretKeys).toEqual(['short', 'other', 'third'])
})

test.each([
  ['a short one', { WEB_DATABASE_PASSWORD: 'hunter2' }, 'WEB_DATABASE_PASSWORD must be at least 24 letters'],
  [
    'one that an address cannot hold as it is',
    { WORKER_DATABASE_PASSWORD: `${'beef'.repeat(8)}@:/` },
    'WORKER_DATABASE_PASSWORD must be at least 24 letters',
  ],
  [
    'one for both',
    { WEB_DATABASE_PASSWORD: 'beef'.repeat(8), WORKER_DATABASE_PASSWORD: 'beef'.repeat(8) },
    'WEB_DATABASE_PASSWORD and WORKER_DATABASE_PASSWORD are one',
  ],
  [
    'the owner’s',
    {
      DATABASE_URL: `postgres://estamos:${'beef'.repeat(8)}@db.example.org/estamos`,
      WEB_DATABASE_PASSWORD: 'beef'.repeat(8),
    },
    'The password of DATABASE_URL is that of a role too',
  ],
])('of passwords for the roles of the database, %s is refused', (_, settings, sentence) => {
  expect(refusal({ ...production, ...settings })).toContain(sentence)
})

test('a process of a role may find its own password in the settings too', () => {
  const password = 'beef'.repeat(8)

  const { databasePasswords } = readConfig({
    ...production,
    DATABASE_URL: `postgres://estamos_web:${password}@db.example.org/estamos`,
    WEB_DATABASE_PASSWORD: password,
  })

  expect(databasePasswords).toEqual({ web: password })
})

describe('secrets in files', () => {
  test('are read without the line break at their end', () => {
    const { SECRET_KEY, DATABASE_URL, ...others } = production

    const config = readConfig({
      ...others,
      SECRET_KEY_FILE: aFile(`${SECRET_KEY}\r\n`),
      DATABASE_URL_FILE: aFile(`${DATABASE_URL}\n`),
      DKIM_DOMAIN: 'example.org',
      DKIM_SELECTOR: 'mail',
      DKIM_PRIVATE_KEY_FILE: aFile(signed.DKIM_PRIVATE_KEY),
    })

    expect(config).toMatchObject({ secretKey: SECRET_KEY, databaseUrl: DATABASE_URL })
    expect(`${config.mail.dkim?.privateKey}\n`).toBe(signed.DKIM_PRIVATE_KEY)
  })

  test.each<[string, () => Environment, string]>([
    [
      'not beside the setting',
      () => ({ SMTP_URL_FILE: aFile('smtp://x') }),
      'SMTP_URL and SMTP_URL_FILE: set one',
    ],
    ['not where nothing is', () => ({ SECRET_KEYS_OLD_FILE: '/nowhere/hunter2' }), 'cannot be read (ENOENT)'],
    ['not from a folder', () => ({ SECRET_KEYS_OLD_FILE: '/' }), 'cannot be read (EISDIR)'],
    [
      'not empty',
      () => ({ SECRET_KEY: '', SECRET_KEY_FILE: aFile('\n') }),
      'SECRET_KEY_FILE names a file that is empty',
    ],
    [
      'not weaker than elsewhere',
      () => ({ SECRET_KEY: '', SECRET_KEY_FILE: aFile('hunter2') }),
      'SECRET_KEY must be',
    ],
  ])('%s', (_, wrong, sentence) => {
    const said = refusal({ ...production, ...wrong() })

    expect(said).toContain(sentence)
    expect(said.split('\n')).toHaveLength(1)
    expect(said).not.toContain('hunter')
  })

  test('stay out of local mode’s own folder', () => {
    const config = readConfig({
      DATA_DIR: '/dev/null/x',
      SECRET_KEY_FILE: aFile(production.SECRET_KEY ?? ''),
    })

    expect(config.secretKey).toBe(production.SECRET_KEY)
  })
})

test('a refusal never repeats a secret', () => {
  const said = refusal({ ...production, SECRET_KEY: 'hunter2', SENDGRID_API_KEY: 'SG.hunter3', PORT: 'x' })

  expect(said).toContain('SECRET_KEY')
  expect(said).not.toMatch(/hunter|password/)
})

describe('local mode', () => {
  test('needs nothing, and makes its secret once, for its owner’s eyes', () => {
    const DATA_DIR = aFolder()

    const [first, second] = [readConfig({ DATA_DIR }), readConfig({ DATA_DIR })]

    const file = join(DATA_DIR, 'secret-key')
    expect(first).toMatchObject({
      mode: 'local',
      host: '127.0.0.1',
      databaseUrl: undefined,
      publicUrl: 'http://localhost:3000',
    })
    expect(first.secretKey.length).toBeGreaterThanOrEqual(43)
    expect(second.secretKey).toBe(first.secretKey)
    expect(readFileSync(file, 'utf8')).toBe(first.secretKey)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('makes another secret in another folder', () => {
    const secrets = [aFolder(), aFolder()].map((DATA_DIR) => readConfig({ DATA_DIR }).secretKey)

    expect(secrets[0]).not.toBe(secrets[1])
  })

  test('says why a folder cannot be used', () => {
    expect(refusal({ DATA_DIR: '/dev/null/estamos' })).toContain('choose another DATA_DIR')
  })
})

test('every setting is explained by a sentence', () => {
  for (const sentence of Object.values(settings)) expect(sentence).toMatch(/\.\S*\)?$|\.$|: [^.]+$/)
})

function refusal(env: Environment): string {
  try {
    readConfig({ DATA_DIR: aFolder(), ...env })
  } catch (error) {
    if (error instanceof StartRefused) return error.message
    throw error
  }
  throw new Error('the start was not refused')
}

function aFile(content: string): string {
  const file = join(aFolder(), 'secret')
  writeFileSync(file, content)
  return file
}

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'estamos-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
