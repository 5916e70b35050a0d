import { describe, expect, test } from 'vitest'
import { emails } from '../../emails/emails.ts'
import { estamos } from '../estamos.ts'
import { everyEmail, names, rendered } from '../emails/cases.ts'

const local = estamos()
const production = estamos({
  env: () => ({
    MODE: 'production',
    DATABASE_URL: 'postgres://unused',
    PUBLIC_URL: 'https://pledge.example.org',
    MAIL_FROM: 'Estamos <hello@pledge.example.org>',
    SMTP_URL: 'smtp://localhost:2525',
    CAPTCHA: 'none',
    CAPTCHA_NONE_IN_PRODUCTION: 'yes',
  }),
})

test('the list has every email there is, and the mailbox leads to it', async () => {
  const list = await get('/dev/emails')
  const mailbox = await get('/dev/mailbox')

  expect(list.statusCode).toBe(200)
  for (const name of names) expect(list.body).toContain(`href="/dev/emails/${name}?locale=en"`)
  expect(list.body.match(/href="\/dev\/emails\/[\w-]+\?/g)).toHaveLength(Object.keys(emails).length)
  expect(mailbox.body).toContain('href="/dev/emails"')
})

test.for(everyEmail)('$name in $locale is shown as it is sent', async ({ name, locale }) => {
  const { subject, html, text } = await rendered({ name, locale })

  const { statusCode, body } = await get(`/dev/emails/${name}?locale=${locale}`)

  const [card = ''] = /role="article"[^]*/.exec(html) ?? []
  expect(statusCode).toBe(200)
  expect(body).toContain(`<html lang="${locale}"`)
  expect(unescaped(body)).toContain(subject)
  expect(unescaped(body)).toContain(emails[name].preheader(locale))
  expect(unescaped(body).split(card)).toHaveLength(3)
  expect(unescaped(body)).toContain(unescaped(text.trim()))
  expect(body).toContain(`${Math.round(Buffer.byteLength(html) / 100) / 10} kB`)
})

test('an email that may name its campaign is shown with both subjects', async () => {
  const { body } = await get('/dev/emails/confirm?locale=en')

  expect(body).toContain('>Confirm your signature<')
  expect(body).toContain('>Confirm your signature: #NoTechForICE<')
})

test.for(['/dev/emails/no-such-email', '/dev/emails/__proto__', '/dev/emails/constructor'])(
  'there is no %s',
  async (url) => {
    expect((await get(url)).statusCode).toBe(404)
  },
)

test('letters run nothing: the frames are sandboxed, and the page has no script', async () => {
  const { headers, body } = await get('/dev/emails/update')
  const policy = String(headers['content-security-policy'])

  expect(body).not.toContain('<script')
  expect(body.match(/ sandbox=""/g)).toHaveLength(2)
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/script-src|\*/)
})

describe('in production', () => {
  test.for(['/dev/emails', '/dev/emails/confirm', '/dev/mailbox'])('there is no %s', async (url) => {
    const { statusCode, body } = await production.app.inject({ url, headers: { accept: 'text/html' } })

    expect((await production.app.inject({ url: '/api/health' })).statusCode).toBe(200)
    expect(statusCode).toBe(404)
    expect(body).not.toContain('Confirm your signature')
  })
})

async function get(url: string) {
  return await local.app.inject({ url, headers: { accept: 'text/html' } })
}

/** As a browser reads attributes and words, spaces and comments of Svelte left out. */
function unescaped(html: string): string {
  return html
    .replaceAll(/&#34;|&quot;/g, '"')
    .replaceAll(/&#39;/g, "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
