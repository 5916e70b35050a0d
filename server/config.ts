import { resolve } from 'node:path'
import { type CaptchaSettings, readCaptcha } from './config/captcha.ts'
import { type DatabasePasswords, readDatabasePasswords } from './config/database-passwords.ts'
import { type DnsServers, readDnsServers } from './config/dns.ts'
import { withFiles } from './config/files.ts'
import { type MailSettings, readMail } from './config/mail.ts'
import { Reader, type Reading } from './config/reader.ts'
import { readServerKeys, type ServerKeys } from './config/secret-key.ts'
import { type Environment, StartRefused } from './config/settings.ts'

export { type Environment, settings, StartRefused } from './config/settings.ts'

export interface Config extends ServerKeys {
  mode: 'local' | 'production'
  role: 'all' | 'web' | 'worker'
  /** Undefined where the embedded Postgres is to be used. */
  databaseUrl: string | undefined
  /** By which the roles of the database log in, where `db:migrate` and `db:roles` are to let them. */
  databasePasswords: DatabasePasswords
  /** Without a slash at the end. */
  publicUrl: string
  port: number
  host: string
  /** Days from a campaign's last closing until who signed is forgotten. */
  retentionDays: number
  log: 'errors' | 'requests'
  trustProxy: string[]
  /** By which the usual limits on requests are multiplied. */
  limits: number
  mail: MailSettings
  dns: DnsServers
  captcha: CaptchaSettings
  dataDir: string
}

const MODES = ['local', 'production'] as const
/** More than the seven days in which who signed before the close can still confirm. */
const RETENTION = { least: 8, most: 730, otherwise: 90 }
const LOGS = ['errors', 'requests'] as const
const ROLES = ['all', 'web', 'worker'] as const

/**
 * Reads the settings, the only place that does.
 * @throws StartRefused that names everything that is wrong, at once.
 */
export function readConfig(environment: Environment = process.env): Config {
  return reading(environment, (all) => {
    const { env, read, isLocal, wrong } = all
    const port = read.port('PORT', 3000)
    const dataDir = resolve(env.DATA_DIR || '.data')
    const config: Config = {
      mode: isLocal ? 'local' : 'production',
      role: read.oneOf('ROLE', ROLES, 'all'),
      databaseUrl: isLocal ? env.DATABASE_URL || undefined : read.required('DATABASE_URL'),
      databasePasswords: readDatabasePasswords(all),
      publicUrl: read.url('PUBLIC_URL', isLocal ? `http://localhost:${port}` : undefined),
      port,
      host: env.HOST || (isLocal ? '127.0.0.1' : '0.0.0.0'),
      ...readServerKeys(all, dataDir),
      retentionDays: read.number('RETENTION_DAYS', RETENTION),
      log: read.oneOf('LOG', LOGS, 'errors'),
      trustProxy: read.networks('TRUST_PROXY'),
      limits: read.factor('LIMITS'),
      mail: readMail(all),
      dns: readDnsServers(all),
      captcha: readCaptcha(all),
      dataDir,
    }
    if (!isLocal) refuseInProduction(config, env, wrong)
    return config
  })
}

export type MailConfig = Pick<Config, 'mode' | 'publicUrl' | 'mail'>

/**
 * Reads what mail needs and nothing else, so that it can be checked before there is a database.
 * @throws StartRefused as `readConfig` does, with the same sentences.
 */
export function readMailConfig(environment: Environment = process.env): MailConfig {
  return reading(environment, (all) => ({
    mode: all.isLocal ? 'local' : 'production',
    publicUrl: all.read.url('PUBLIC_URL', all.isLocal ? 'http://localhost:3000' : undefined),
    mail: readMail(all),
  }))
}

/** @throws StartRefused with all that the reader found wrong */
function reading<Value>(environment: Environment, reader: (all: Reading) => Value): Value {
  const wrong: string[] = []
  const env = withFiles(environment, wrong)
  const read = new Reader(env, wrong)
  const value = reader({ env, read, isLocal: read.oneOf('MODE', MODES, 'local') === 'local', wrong })
  if (wrong.length > 0) throw new StartRefused(wrong.join('\n'))
  return value
}

function refuseInProduction(config: Config, env: Environment, wrong: string[]): void {
  if (config.publicUrl.startsWith('http://')) wrong.push('PUBLIC_URL must begin with https:// in production.')
  if (env.CAPTCHA === 'none' && env.CAPTCHA_NONE_IN_PRODUCTION !== 'yes') {
    wrong.push('CAPTCHA=none lets robots sign: if you mean it, set CAPTCHA_NONE_IN_PRODUCTION=yes too.')
  }
}
