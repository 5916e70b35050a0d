/** Why the server does not start, in sentences for the person at the keyboard. */
export class StartRefused extends Error {}

const own = {
  MODE: 'local (the default: embedded Postgres, mailbox page, a demo campaign) or production (nothing is made up).',
  DATABASE_URL: 'The Postgres database (15 to 18); without it local mode starts its own under DATA_DIR.',
  WEB_DATABASE_PASSWORD:
    'What db:migrate lets the role estamos_web log in by, as ROLE=web should: openssl rand -hex 32.',
  WORKER_DATABASE_PASSWORD: 'The same for estamos_worker and ROLE=worker; another one.',
  PUBLIC_URL: 'The address people reach this server by; https in production.',
  PORT: 'The port to listen on (3000); the demo host page of local mode takes the next one.',
  HOST: 'The address to listen on (127.0.0.1 in local mode, 0.0.0.0 in production).',
  SECRET_KEY:
    'At least 32 random characters that seal contacts and sign links; lose it and neither opens again.',
  SECRET_KEYS_OLD:
    'Former values of SECRET_KEY, separated by commas: they open and verify what they sealed and signed.',
  TRUST_PROXY: 'The addresses (CIDR, separated by commas) of proxies whose X-Forwarded-For is believed.',
  LIMITS:
    'How many times the usual number of requests an address may make, and a campaign may get (1): more for a crowd behind one address.',
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
  DNS_SERVERS:
    "Where it is looked up whether signers' mail domains take mail: system (the default in production), none (the default in local mode), or addresses separated by commas.",
  SENDGRID_API_KEY: 'Sends mail through SendGrid, instead of SMTP_URL.',
  SENDGRID_BASE_URL: "Another address for SendGrid's API, where its own cannot be reached.",
  SENDGRID_WEBHOOK_KEY:
    "The verification key of SendGrid's signed event webhook, by which its news of letters is believed.",
  CAPTCHA:
    'The check that a signer is no robot: altcha (the default: her browser does some work, nobody else is asked) or none.',
  CAPTCHA_NONE_IN_PRODUCTION: 'Must be yes in production while CAPTCHA is none, so that it is said twice.',
  HCAPTCHA_SITEKEY: 'With HCAPTCHA_SECRET: hCaptcha stands before pledges, instead of CAPTCHA.',
  HCAPTCHA_SECRET: 'The secret of the account at hCaptcha that HCAPTCHA_SITEKEY belongs to.',
  HCAPTCHA_DOWN:
    'While hCaptcha gives no answer: refuse (the default: nobody can sign) or altcha (it stands in).',
  HCAPTCHA_VERIFY_URL: "Another address for hCaptcha's siteverify, where its own cannot be reached.",
  RETENTION_DAYS: 'How many days after a campaign closes who signed it is forgotten for good: 8 to 730 (90).',
  LOG: 'errors (the default: bugs, and how often limits refused) or requests (a line for each too: route, method, status, time; never who).',
  ROLE: 'What this process does: web, worker, or all (the default).',
  DATA_DIR: 'The folder of local mode for its database, secrets and mailbox (.data).',
} as const

/** The settings that a file may hold, so that they stand in no environment: `SECRET_KEY_FILE=/run/secrets/secret-key`. */
export const secrets = [
  'DATABASE_URL',
  'WEB_DATABASE_PASSWORD',
  'WORKER_DATABASE_PASSWORD',
  'SECRET_KEY',
  'SECRET_KEYS_OLD',
  'SMTP_URL',
  'DKIM_PRIVATE_KEY',
  'SENDGRID_API_KEY',
  'SENDGRID_WEBHOOK_KEY',
] as const

type SecretName = (typeof secrets)[number]

const files = Object.fromEntries(
  secrets.map((name) => [`${name}_FILE`, `A file that holds ${name}, in its place.`]),
) as Record<`${SecretName}_FILE`, string>

/** Every setting there is, with the sentence that `.env.example` gives it. */
export const settings = { ...own, ...files }

export type SettingName = keyof typeof settings
export type Environment = Partial<Record<SettingName, string | undefined>>
