import type { Reading } from './reader.ts'

export interface MailSettings {
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

export function readMail(reading: Reading): MailSettings {
  const { env, read, isLocal, wrong } = reading
  if (env.SMTP_URL && env.SENDGRID_API_KEY)
    wrong.push('SMTP_URL and SENDGRID_API_KEY: set one of them, not both.')
  if (!isLocal && !env.SMTP_URL && !env.SENDGRID_API_KEY)
    wrong.push('SMTP_URL or SENDGRID_API_KEY is missing.')
  const from = env.MAIL_FROM || (isLocal ? 'Estamos <pledge@localhost>' : read.required('MAIL_FROM'))
  return {
    from,
    ...(env.SMTP_URL && { smtpUrl: env.SMTP_URL }),
    ...readDkim(reading),
    ...readBounces(reading),
    ...(env.SENDGRID_API_KEY && { sendgridApiKey: env.SENDGRID_API_KEY }),
    ...(env.SENDGRID_BASE_URL && { sendgridBaseUrl: read.url('SENDGRID_BASE_URL') }),
    ...(env.SENDGRID_WEBHOOK_KEY && { sendgridWebhookKey: read.ecKey('SENDGRID_WEBHOOK_KEY') }),
  }
}

function readDkim({ env, read, wrong }: Reading): Pick<MailSettings, 'dkim'> {
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

function readBounces({ env, read, wrong }: Reading): Pick<MailSettings, 'bounceAddress' | 'bouncePort'> {
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
