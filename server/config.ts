import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Why the server does not start, in sentences for the person at the keyboard. */
export class StartRefused extends Error {}

/** Every setting there is, with the sentence that `.env.example` gives it. */
export const settings = {
  MODE: 'local (the default: embedded Postgres, mailbox page, a demo campaign) or production (nothing is made up).',
  DATABASE_URL: 'The Postgres database (15 to 18); without it local mode starts its own under DATA_DIR.',
  PUBLIC_URL: 'The address people reach this server by; https in production.',
  PORT: 'The port to listen on (3000); the demo host page of local mode takes the next one.',
  HOST: 'The address to listen on (127.0.0.1 in local mode, 0.0.0.0 in production).',
  SECRET_KEY:
    'At least 32 random characters that seal contacts and sign links; lose it and neither opens again.',
  TRUST_PROXY: 'The addresses (CIDR, separated by commas) of proxies whose X-Forwarded-For is believed.',
  MAIL_FROM: 'The address that emails come from, as: Name <address@example.org>.',
  SMTP_URL: 'Sends mail over SMTP: smtps://user:password@host:465 or smtp://user:password@host:587.',
  DKIM_DOMAIN:
    'Signs what goes over SMTP_URL for this domain, that of MAIL_FROM; where the mail server signs, leave it.',
  DKIM_SELECTOR:
    'The name under which the public half of DKIM_PRIVATE_KEY stands: NAME._domainkey.DKIM_DOMAIN.',
  DKIM_PRIVATE_KEY: 'An RSA key as PEM, with \\n for its line breaks where the setting is one line.',
  BOUNCE_ADDRESS:
    'Where letters over SMTP_URL come back to, as bounces@example.org; each gets a part of its own before the @.',
  BOUNCE_PORT: 'Where the worker takes letters that came back to BOUNCE_ADDRESS, over SMTP.',
  SENDGRID_API_KEY: 'Sends mail through SendGrid, instead of SMTP_URL.',
  SENDGRID_BASE_URL: "Another address for SendGrid's API, where its own cannot be reached.",
  SENDGRID_WEBHOOK_KEY:
    "The verification key of SendGrid's signed event webhook, by which its news of letters is believed.",
  CAPTCHA: 'The check that a signer is no robot; none is the only one there is so far.',
  CAPTCHA_NONE_IN_PRODUCTION: 'Must be yes in production while CAPTCHA is none, so that it is said twice.',
  LOG: 'errors (the default: bugs alone) or requests (a line for each too: route, method, status, time; never who).',
  ROLE: 'What this process does: web, worker, or all (the default).',
  DATA_DIR: 'The folder of local mode for its database, secrets and mailbox (.data).',
} as const

export type SettingName = keyof typeof settings
export type Environment = Partial<Record<SettingName, string | undefined>>

export interface Config {
  mode: 'local' | 'production'
  role: 'all' | 'web' | 'worker'
  /** Undefined where the embedded Postgres is to be used. */
  databaseUrl: string | undefined
  /** Without a slash at the end. */
  publicUrl: string
  port: number
  host: string
  secretKey: string
  log: 'errors' | 'requests'
  trustProxy: string[]
  mail: {
    from: string
    smtpUrl?: string
    dkim?: { domain: string; selector: string; privateKey: string }
    bounceAddress?: string
    bouncePort?: number
    sendgridApiKey?: string
    sendgridBaseUrl?: string
    /** Base64 of a DER public key. */
    sendgridWebhookKey?: string
  }
  dataDir: string
}

const MODES = ['local', 'production'] as const
const LOGS = ['errors', 'requests'] as const
const ROLES = ['all', 'web', 'worker'] as const

/**
 * Reads the settings, the only place that does.
 * @throws StartRefused that names everything that is wrong, at once.
 */
export function readConfig(env: Environment = process.env): Config {
  const wrong: string[] = []
  const read = new Reader(env, wrong)
  const mode = read.oneOf('MODE', MODES, 'local')
  const isLocal = mode === 'local'
  const port = read.port('PORT', 3000)
  const dataDir = resolve(env.DATA_DIR || '.data')
  const config: Config = {
    mode,
    role: read.oneOf('ROLE', ROLES, 'all'),
    databaseUrl: isLocal ? env.DATABASE_URL || undefined : read.required('DATABASE_URL'),
    publicUrl: read.url('PUBLIC_URL', isLocal ? `http://localhost:${port}` : undefined),
    port,
    host: env.HOST || (isLocal ? '127.0.0.1' : '0.0.0.0'),
    secretKey: isLocal && !env.SECRET_KEY ? madeOnce(dataDir, wrong) : read.secret('SECRET_KEY'),
    log: read.oneOf('LOG', LOGS, 'errors'),
    trustProxy: read.list('TRUST_PROXY'),
    mail: readMail(env, read, isLocal, wrong),
    dataDir,
  }
  if (!isLocal) refuseInProduction(config, env, wrong)
  read.oneOf('CAPTCHA', ['none'] as const, isLocal ? 'none' : undefined)
  if (wrong.length > 0) throw new StartRefused(wrong.join('\n'))
  return config
}

export type MailConfig = Pick<Config, 'mode' | 'publicUrl' | 'mail'>

/**
 * Reads what mail needs and nothing else, so that it can be checked before there is a database.
 * @throws StartRefused as `readConfig` does, with the same sentences.
 */
export function readMailConfig(env: Environment = process.env): MailConfig {
  const wrong: string[] = []
  const read = new Reader(env, wrong)
  const mode = read.oneOf('MODE', MODES, 'local')
  const isLocal = mode === 'local'
  const config = {
    mode,
    publicUrl: read.url('PUBLIC_URL', isLocal ? 'http://localhost:3000' : undefined),
    mail: readMail(env, read, isLocal, wrong),
  }
  if (wrong.length > 0) throw new StartRefused(wrong.join('\n'))
  return config
}

function readMail(env: Environment, read: Reader, isLocal: boolean, wrong: string[]): Config['mail'] {
  if (env.SMTP_URL && env.SENDGRID_API_KEY)
    wrong.push('SMTP_URL and SENDGRID_API_KEY: set one of them, not both.')
  if (!isLocal && !env.SMTP_URL && !env.SENDGRID_API_KEY)
    wrong.push('SMTP_URL or SENDGRID_API_KEY is missing.')
  const from = env.MAIL_FROM || (isLocal ? 'Estamos <pledge@localhost>' : read.required('MAIL_FROM'))
  return {
    from,
    ...(env.SMTP_URL && { smtpUrl: env.SMTP_URL }),
    ...readDkim(env, read, wrong),
    ...readBounces(env, read, wrong),
    ...(env.SENDGRID_API_KEY && { sendgridApiKey: env.SENDGRID_API_KEY }),
    ...(env.SENDGRID_BASE_URL && { sendgridBaseUrl: read.url('SENDGRID_BASE_URL') }),
    ...(env.SENDGRID_WEBHOOK_KEY && { sendgridWebhookKey: read.ecKey('SENDGRID_WEBHOOK_KEY') }),
  }
}

function readDkim(env: Environment, read: Reader, wrong: string[]): Pick<Config['mail'], 'dkim'> {
  const names = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'] as const
  if (names.every((name) => !env[name])) return {}
  if (!env.SMTP_URL)
    wrong.push('DKIM_… signs what goes over SMTP_URL, which is not set; SendGrid signs by keys of its own.')
  return {
    dkim: {
      domain: read.hostName('DKIM_DOMAIN'),
      selector: read.hostName('DKIM_SELECTOR'),
      privateKey: read.rsaKey('DKIM_PRIVATE_KEY'),
    },
  }
}

/** With its id and MAC behind a plus, what stands before the @ may have 64 characters (RFC 5321). */
const BOUNCE_ADDRESS = /^[a-z0-9][a-z0-9._-]{0,12}@[a-z0-9-]+(\.[a-z0-9-]+)*$/i

function readBounces(
  env: Environment,
  read: Reader,
  wrong: string[],
): Pick<Config['mail'], 'bounceAddress' | 'bouncePort'> {
  const { BOUNCE_ADDRESS: bounceAddress, BOUNCE_PORT, SMTP_URL } = env
  if (!bounceAddress) {
    if (BOUNCE_PORT) wrong.push('BOUNCE_PORT needs BOUNCE_ADDRESS.')
    return {}
  }
  if (!SMTP_URL) wrong.push('BOUNCE_ADDRESS is for SMTP_URL; SendGrid tells by SENDGRID_WEBHOOK_KEY.')
  if (!BOUNCE_ADDRESS.test(bounceAddress))
    wrong.push('BOUNCE_ADDRESS must be as bounces@example.org, with at most 13 characters before the @.')
  return { bounceAddress, ...(BOUNCE_PORT && { bouncePort: read.port('BOUNCE_PORT', 0) }) }
}

function refuseInProduction(config: Config, env: Environment, wrong: string[]): void {
  if (config.publicUrl.startsWith('http://')) wrong.push('PUBLIC_URL must begin with https:// in production.')
  if (env.CAPTCHA === 'none' && env.CAPTCHA_NONE_IN_PRODUCTION !== 'yes') {
    wrong.push('CAPTCHA=none lets robots sign: if you mean it, set CAPTCHA_NONE_IN_PRODUCTION=yes too.')
  }
}

class Reader {
  readonly #env: Environment
  readonly #wrong: string[]

  constructor(env: Environment, wrong: string[]) {
    this.#env = env
    this.#wrong = wrong
  }

  required(name: SettingName): string {
    const value = this.#env[name]
    if (!value) this.#wrong.push(`${name} is missing. ${settings[name]}`)
    return value ?? ''
  }

  oneOf<Value extends string>(name: SettingName, values: readonly Value[], otherwise?: Value): Value {
    const value = (this.#env[name] || otherwise) as Value
    if (!values.includes(value)) this.#wrong.push(`${name} must be one of: ${values.join(', ')}.`)
    return value
  }

  port(name: SettingName, otherwise: number): number {
    const value = Number(this.#env[name] || otherwise)
    if (Number.isInteger(value) && value >= 0 && value < 65_535) return value
    this.#wrong.push(`${name} must be a port number.`)
    return otherwise
  }

  url(name: SettingName, otherwise?: string): string {
    const value = this.#env[name] || otherwise || this.required(name)
    if (value && !/^https?:$/.test(URL.parse(value)?.protocol ?? '')) {
      this.#wrong.push(`${name} must be an address that begins with https:// (or http://).`)
    }
    return value.replace(/\/+$/, '')
  }

  list(name: SettingName): string[] {
    const parts = (this.#env[name] ?? '').split(',').map((part) => part.trim())
    const values = parts.filter(Boolean)
    if (values.some((value) => !/^[0-9a-fA-F:.]+(\/\d+)?$/.test(value))) {
      this.#wrong.push(`${name} must be addresses or ranges such as 10.0.0.0/8, separated by commas.`)
    }
    return values
  }

  hostName(name: SettingName): string {
    const value = this.required(name).toLowerCase()
    if (value && !/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(value))
      this.#wrong.push(`${name} must be a name as in DNS: letters, digits, hyphens and dots.`)
    return value
  }

  rsaKey(name: SettingName): string {
    const value = this.required(name).replaceAll('\\n', '\n')
    if (value && rsaBits(value) < 1024)
      this.#wrong.push(`${name} must be an RSA key of 2048 bits as PEM: openssl genrsa 2048`)
    return value
  }

  ecKey(name: SettingName): string {
    const value = this.required(name)
    try {
      const key = createPublicKey({ key: Buffer.from(value, 'base64'), format: 'der', type: 'spki' })
      if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return value
    } catch {
      // Said below.
    }
    this.#wrong.push(`${name} must be the key as SendGrid shows it: MFkwEwYHKoZIzj0CAQYI…`)
    return value
  }

  secret(name: SettingName): string {
    const value = this.required(name)
    const isWeak = value.length < 32 || new Set(value).size < 10
    if (value && isWeak)
      this.#wrong.push(`${name} must be at least 32 random characters: openssl rand -base64 32`)
    return value
  }
}

/** 0 for whatever is no RSA key. */
function rsaBits(privateKey: string): number {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(privateKey)
    return asymmetricKeyType === 'rsa' ? (asymmetricKeyDetails?.modulusLength ?? 0) : 0
  } catch {
    return 0
  }
}

/** Local mode's own secret, kept beside its database: one is worth nothing without the other. */
function madeOnce(dataDir: string, wrong: string[]): string {
  const file = join(dataDir, 'secret-key')
  try {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') wrong.push(`${dataDir} cannot be written to (${code}): choose another DATA_DIR.`)
  }
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return ''
  }
}
