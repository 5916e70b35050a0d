import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
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
  })

  for (const name of [
    'DATABASE_URL',
    'PORT',
    'ROLE',
    'PUBLIC_URL',
    'SECRET_KEY',
    'MAIL_FROM',
    'SMTP_URL',
    'CAPTCHA',
    'TRUST_PROXY',
  ]) {
    expect(said).toContain(name)
  }
  expect(said.split('\n').length).toBeGreaterThanOrEqual(9)
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
    ['no word on captchas', { CAPTCHA: undefined }, 'CAPTCHA must be'],
    ['CAPTCHA=none said once', { CAPTCHA_NONE_IN_PRODUCTION: undefined }, 'CAPTCHA_NONE_IN_PRODUCTION=yes'],
    [
      'CAPTCHA=none said twice but not meant',
      { CAPTCHA_NONE_IN_PRODUCTION: 'no' },
      'CAPTCHA_NONE_IN_PRODUCTION=yes',
    ],
    ['a mode that is none', { MODE: 'Production' }, 'MODE must be'],
    ['a proxy that is everybody', { TRUST_PROXY: 'true' }, 'TRUST_PROXY'],
    ['a port that is none', { PORT: '3000x' }, 'PORT'],
  ])('%s', (_, wrong, sentence) => {
    expect(refusal({ ...production, ...wrong })).toContain(sentence)
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

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'estamos-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
