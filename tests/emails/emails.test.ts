import { describe, expect, test } from 'vitest'
import { locales, type RenderedEmail } from '../../emails/email.ts'
import { composeEmail, type EmailName, emails, renderEmail } from '../../emails/emails.ts'

const names = Object.keys(emails) as EmailName[]
const everyEmail = names.flatMap((name) => locales.map((locale) => ({ name, locale })))

function sample(name: EmailName, locale: string): Promise<RenderedEmail> {
  return rendered(name, locale, {})
}

/** The sample, but for some values. */
async function rendered(
  name: EmailName,
  locale: string,
  different: Record<string, unknown>,
): Promise<RenderedEmail> {
  return await renderEmail(name, locale, { ...emails[name].sample, ...different } as never)
}

const isOwn = (name: EmailName) => link(name) in composeEmail(name, 'en', emails[name].sample as never).own

/** The first of an email's values that is a link, or a text somebody of ours typed. */
function valueOf(name: EmailName, isWanted: (key: string, value: unknown) => boolean): string {
  const found = Object.entries(emails[name].sample).find(([key, value]) => isWanted(key, value))
  return found?.[0] ?? ''
}

const typed = (name: EmailName) => valueOf(name, (key) => /(Title|Name)$|^who$/.test(key))
const link = (name: EmailName) => valueOf(name, (_, value) => String(value).startsWith('https:'))

function linksOf(body: string): string[] {
  return [...new Set(body.match(/https:\/\/pledge\.example\.org[^\s"<]*/g) ?? [])].sort()
}

describe.for(everyEmail)('$name in $locale', ({ name, locale }) => {
  test('leaves no slot unfilled', async () => {
    const { subject, html, text } = await sample(name, locale)

    for (const part of [subject, html, text]) expect(part).not.toMatch(/undefined|null|NaN|\[object|@@/)
    expect(text).not.toMatch(/[{}]/)
    expect(subject).not.toMatch(/[{}]/)
    expect(html.replace(/<style[^]*?<\/style>/g, '')).not.toMatch(/[{}]/)
  })

  test('is small, and loads nothing from anywhere', async () => {
    const { html } = await sample(name, locale)

    expect(Buffer.byteLength(html)).toBeLessThan(20_000)
    expect(html).not.toMatch(/<img|<link|<script|@import|url\(|src=/i)
    expect(html).toContain('<meta name="color-scheme" content="light dark">')
    expect(html).toContain(`<html lang="${locale}"`)
  })

  test('has the same links as HTML and as text', async () => {
    const { html, text } = await sample(name, locale)

    expect(linksOf(text).length).toBeGreaterThan(0)
    expect(linksOf(html)).toEqual(linksOf(text))
  })

  test('shows on a lock screen neither the campaign nor the firm', async () => {
    const { subject, html } = await sample(name, locale)
    const title = /<title>(.*?)<\/title>/.exec(html)?.[1]
    const preheader = /<div style="display:none[^>]*>([^<]*)</.exec(html)?.[1]

    expect(title).toBe(subject)
    expect(preheader).toMatch(/\w/)
    expect(`${subject} ${preheader}`).not.toMatch(/ICE|Tech|Mijente|\d|pledge\.example/)
  })

  test
    .runIf(typed(name))
    .for([
      '<script>alert(1)</script>',
      '"><img src=x>',
      "' onmouseover='x",
      '{{x}}',
      '{code}',
      '@@text:code@@',
      '@@url:myPledgeUrl@@',
      '%s %',
      '$& $1 $$ $`',
      '&amp; &lt;',
      '<mj-text>',
    ])('shows %j literally', async (hostile) => {
    const { html, text } = await rendered(name, locale, { [typed(name)]: `a ${hostile} b` })

    expect(text).toContain(`a ${hostile} b`)
    expect(html).toContain(`a ${escaped(hostile)} b`)
    expect(html).not.toMatch(/<script|<img|<mj-|='x/)
  })

  test.runIf(typed(name))('keeps a title on its line, so that it cannot pass for words of ours', async () => {
    const { text } = await rendered(name, locale, { [typed(name)]: 'one\r\n\r\ntwo\u2028three\u0000four' })

    expect(text).toContain('one two three four')
  })

  test.for(['javascript:alert(1)', 'data:text/html,x', 'ftp://x.org', '/relative', ''])(
    'does not link to %j',
    async (url) => {
      await expect(rendered(name, locale, { [link(name)]: url })).rejects.toThrow(
        /^A link in an email is not http/,
      )
    },
  )

  test.runIf(isOwn(name))('is not sent with a link that HTML would read otherwise than text', async () => {
    const hostile = 'https://pledge.example.org/?a=1&b=\'"><script>'

    await expect(rendered(name, locale, { [link(name)]: hostile })).rejects.toThrow(/neither a link nor/)
  })

  test.skipIf(isOwn(name))('cannot be led out of a link by its address', async () => {
    const { html } = await rendered(name, locale, {
      [link(name)]: 'https://pledge.example.org/"><script>&x=\'',
    })

    expect(html).not.toContain('<script')
    expect(html).toContain('href="https://pledge.example.org/%22%3E%3Cscript%3E&amp;x=&#39;"')
  })
})

function escaped(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return [...text].map((character) => entities[character] ?? character).join('')
}

describe('a locale', () => {
  test.for(['es', 'es-MX', 'es-us', 'ES'])('%s reads Spanish', async (locale) => {
    expect((await sample('confirm', locale)).subject).toBe('Confirma tu firma')
  })

  test.for(['en', 'en-US', 'fr', 'est', '', '__proto__'])('%j reads English', async (locale) => {
    expect((await sample('confirm', locale)).subject).toBe('Confirm your signature')
  })
})

describe('the confirmation', () => {
  test('shows the code as it is typed, and the pledge with its lines', async () => {
    const { html, text } = await rendered('confirm', 'en', {
      code: '012345',
      pledgeText: 'One.\nTwo & three.',
    })

    expect(text).toContain('012 345')
    expect(html).toContain('>012 345</span>')
    expect(text).toContain('    One.\n    Two & three.')
    expect(html).toContain('One.<br />Two &amp; three.')
  })

  test.for([
    ['en', true, true, 'You ticked: list me by first name and initial; email me about this pledge.'],
    ['en', true, false, 'You ticked: list me by first name and initial.'],
    ['en', false, true, 'You ticked: email me about this pledge.'],
    ['en', false, false, 'You ticked nothing: you will be counted, and otherwise forgotten.'],
    ['es', true, true, 'Marcaste: mostrar mi nombre y mi inicial; recibir correos sobre este compromiso.'],
    ['es', false, false, 'No marcaste nada: tu firma se cuenta y lo demás se olvida.'],
  ] as const)(
    'repeats in words what was ticked (%s, name %s, updates %s)',
    async ([locale, listsName, wantsUpdates, words]) => {
      const { html, text } = await rendered('confirm', locale, {
        ticks: { listsName, wantsUpdates, clauses: [] },
      })

      expect(text).toContain(words)
      expect(html).toContain(words)
    },
  )

  test.each([
    ['en', '“I also ask my school to act”; email me about this pledge.'],
    ['es', '«I also ask my school to act»; recibir correos sobre este compromiso.'],
  ] as const)('repeats the clauses that are promised too (%s)', async (locale, words) => {
    const ticks = { listsName: false, wantsUpdates: true, clauses: ['I also ask my school to act.'] }

    const { html, text } = await rendered('confirm', locale, { ticks })

    expect(text).toContain(words)
    expect(html).toContain(words)
  })

  test('says when an unconfirmed pledge is erased', async () => {
    expect((await sample('confirm', 'en')).text).toContain('erased after 7 days')
    expect((await sample('confirm', 'es')).text).toContain('después de 7 días')
    expect((await rendered('confirm', 'en', { expiresInDays: 1 })).text).toContain('erased after 1 day.')
  })
})

test('a crowd is served: rendering takes far less than a send', async () => {
  await sample('confirm', 'en')
  const started = performance.now()

  for (let i = 0; i < 2_000; i++) await sample('confirm', 'en')

  expect(performance.now() - started).toBeLessThan(1_000)
})
