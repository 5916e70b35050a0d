import { describe, expect, test } from 'vitest'
import { emails } from '../../emails/emails.ts'
import { LONGEST_UPDATE, LONGEST_UPDATE_SUBJECT } from '../../emails/update.ts'
import { contentOf, everyEmail, linksOf, ofCampaigns, rendered } from './cases.ts'

/** Where Gmail cuts an email, and hides its end behind a link. */
const GMAIL_CUTS_AT = 102_000

describe.for(everyEmail)('$name in $locale', ({ name, locale }) => {
  test('leaves no slot unfilled, and says something in both parts', async () => {
    const { subject, html, text } = await rendered({ name, locale })

    for (const part of [subject, html, text]) expect(part).not.toMatch(/undefined|null|NaN|\[object|@@|%own/)
    expect(text).not.toMatch(/[{}]/)
    expect(subject).not.toMatch(/[{}]/)
    expect(contentOf(html)).not.toMatch(/[{}]/)
    expect(text.length).toBeGreaterThan(150)
    expect(contentOf(html)).toContain('<h1')
  })

  test('is small, and loads nothing from anywhere: without images nothing is missing', async () => {
    const { html } = await rendered({ name, locale })

    expect(Buffer.byteLength(html)).toBeLessThan(20_000)
    expect(html).not.toMatch(/<img|<picture|<svg|<video|<link|<script|@import|url\(|src=|srcset=/i)
  })

  test('is shown whole by Gmail even with the longest values there may be', async () => {
    const { html } = await rendered({ name, locale }, longest(emails[name].sample))

    expect(Buffer.byteLength(html)).toBeLessThan(GMAIL_CUTS_AT)
  })

  test('asks nothing of Outlook that it cannot do, and tells a screen reader what it is', async () => {
    const { html } = await rendered({ name, locale })
    const tables = html.match(/<table[^>]*>/g) ?? []

    expect(html).not.toMatch(
      /display:\s*(inline-)?(flex|grid)|position:|float:|background-image|background="/,
    )
    expect(html).toMatch(new RegExp(`<html lang="${locale}" dir="ltr"`))
    expect(html).toMatch(new RegExp(`role="article" lang="${locale}" dir="ltr"`))
    expect(tables.length).toBeGreaterThan(5)
    expect(tables.filter((table) => !table.includes('role="presentation"'))).toEqual([])
    expect(html.match(/<h1/g)).toHaveLength(1)
    expect(html).toContain('<meta name="color-scheme" content="light dark">')
    expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">')
  })

  test('has the same links as HTML and as text', async () => {
    const { html, text } = await rendered({ name, locale })

    expect(linksOf(text).length).toBeGreaterThan(0)
    expect(linksOf(html)).toEqual(linksOf(text))
  })

  test('shows on a lock screen neither the campaign nor the firm', async () => {
    const { subject, html } = await rendered({ name, locale })
    const title = /<title>(.*?)<\/title>/.exec(html)?.[1]
    const preheader = emails[name].preheader(locale)

    expect(title).toBe(subject)
    expect(`${subject} ${preheader}`).not.toMatch(/ICE|Tech|Mijente|\d|pledge\.example/)
  })

  test('fills the line beside its subject with the preheader, and with nothing of what follows', async () => {
    const { html } = await rendered({ name, locale })
    const [, hidden = ''] = /<div style="display:none[^>]*>([^<]*)</.exec(html) ?? []
    const preheader = emails[name].preheader(locale)

    expect(preheader).toMatch(/\w/)
    expect(hidden.startsWith(preheader)).toBe(true)
    expect(hidden.slice(preheader.length)).toMatch(/^[\u034f\u200c\u00a0]{300,}$/)
    expect(html.indexOf(hidden)).toBeLessThan(html.indexOf('role="article"'))
  })
})

/** Each text as long as it may be, and of signs that take most room: they become `&amp;`. */
function longest(sample: object): Record<string, unknown> {
  const limits: Record<string, number> = {
    pledgeText: 1_500,
    body: LONGEST_UPDATE,
    subject: LONGEST_UPDATE_SUBJECT,
    who: 320,
  }
  const entries = Object.entries(sample).map(([key, value]: [string, unknown]) => {
    if (String(value).startsWith('https:')) return [key, `${String(value)}${'x'.repeat(300)}`]
    if (/(Title|Name)$/.test(key) || key in limits) return [key, '&'.repeat(limits[key] ?? 120)]
    const clauses = Array.from({ length: 6 }, () => '&'.repeat(300))
    const sharedWith = Array.from({ length: 3 }, () => ({
      name: '&'.repeat(120),
      key: '3f9a 11c2 08be 77d0',
    }))
    return [key, key === 'ticks' ? { listsName: true, wantsUpdates: true, clauses, sharedWith } : value]
  })
  return Object.fromEntries(entries) as Record<string, unknown>
}

describe.for(ofCampaigns)('$name in $locale', ({ name, locale }) => {
  test('names the campaign in its subject where its organizers chose so, and then only there', async () => {
    const values = { campaignTitle: 'Ours & yours', subject: 'Ours & yours' }

    const named = await rendered({ name, locale }, values, { namesCampaign: true })
    const neutral = await rendered({ name, locale }, values, { namesCampaign: false })

    expect(named.subject).toContain('Ours & yours')
    expect(neutral.subject).not.toContain('Ours')
    expect(named.html).toBe(neutral.html)
    expect(named.text).toBe(neutral.text)
  })

  test('keeps its subject to one line of a length that is read', async () => {
    const title = `one\r\nBcc: all@x.org\u2028\u202etwo\u0000${'three '.repeat(60)}`

    const { subject } = await rendered(
      { name, locale },
      { campaignTitle: title, subject: title },
      { namesCampaign: true },
    )

    expect(subject).toMatch(/one Bcc: all@x\.org two three/)
    expect(subject).not.toMatch(/[\p{Cc}\u2028\u202e]/u)
    expect([...subject].length).toBeLessThanOrEqual(150)
    expect(subject.endsWith('…')).toBe(true)
  })
})

test('emails to organizers about their account belong to no campaign, and have no other subject', async () => {
  const ofAccounts = everyEmail.filter(({ name }) => !ofCampaigns.some((one) => one.name === name))

  expect(new Set(ofAccounts.map(({ name }) => name))).toEqual(
    new Set([
      'organizer-invitation',
      'organizer-sign-in',
      'passkey-reset',
      'sign-in-changed',
      'first-passkey',
      'place-changed',
      'organization-key',
    ]),
  )
  for (const one of ofAccounts)
    expect((await rendered(one, {}, { namesCampaign: true })).subject).toBe((await rendered(one)).subject)
})

describe('a locale', () => {
  test.for(['es', 'es-MX', 'es-us', 'ES'])('%s reads Spanish', async (locale) => {
    expect((await rendered({ name: 'confirm', locale })).subject).toBe('Confirma tu firma')
  })

  test.for(['en', 'en-US', 'fr', 'est', '', '__proto__'])('%j reads English', async (locale) => {
    expect((await rendered({ name: 'confirm', locale })).subject).toBe('Confirm your signature')
  })
})

test('a crowd is served: rendering takes far less than a send', async () => {
  const confirm = { name: 'confirm', locale: 'en' } as const
  await rendered(confirm)
  const started = process.cpuUsage()

  for (let i = 0; i < 2_000; i++) await rendered(confirm)

  expect(process.cpuUsage(started).user).toBeLessThan(1_500_000)
})
