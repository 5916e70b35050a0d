import { describe, expect, test } from 'vitest'
import type { RenderedEmail } from '../../emails/email.ts'
import { composeEmail, emails } from '../../emails/emails.ts'
import { byMark, withOwn } from '../../emails/fill.ts'
import {
  escaped,
  everyEmail,
  everyLink,
  everyOwnLink,
  everySharedLink,
  everyTypedLine,
  rendered,
} from './cases.ts'

describe.for(everyTypedLine)('what is typed as $value of $name in $locale', ({ name, locale, value }) => {
  test.for([
    '<script>alert(1)</script>',
    '"><img src=x>',
    "' onmouseover='x",
    '{{x}}',
    '{code}',
    '@@text:code@@',
    '@@url:myPledgeUrl@@',
    '@@paragraphs:body@@',
    '%s %',
    '$& $1 $$ $`',
    '&amp; &lt;',
    '<mj-text>',
  ])('is shown literally: %j', async (hostile) => {
    const { html, text } = await rendered({ name, locale }, { [value]: `a ${hostile} b` })

    expect(text).toContain(`a ${hostile} b`)
    expect(html).toContain(`a ${escaped(hostile)} b`)
    expect(html).not.toMatch(/<script|<img|<mj-|='x/)
  })

  test('stays on its line, so that it cannot pass for words of ours', async () => {
    const { text } = await rendered({ name, locale }, { [value]: 'one\r\n\r\ntwo\u2028three\u0000four' })

    expect(text).toContain('one two three four')
  })

  test('does not turn our own words around', async () => {
    const { html, text } = await rendered({ name, locale }, { [value]: 'one\u202e \u2067two\u200f' })

    for (const part of [html, text]) {
      expect(part).toContain('one two')
      expect(part).not.toMatch(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
    }
  })

  test('cannot pass for the place of a reader’s own value', async () => {
    const { own } = composeEmail(name, locale, emails[name].sample as never)
    const marks = Object.keys(byMark({ ...own, code: '', confirmUrl: '' }))

    const { html, text } = await rendered({ name, locale }, { [value]: `a ${marks.join(' ')} b` })

    for (const mark of marks) {
      expect(text).toContain(mark.replace('%', '%\u2060'))
      expect(html).toContain(mark.replace('%', '&#37;'))
    }
    expect(text + html).not.toContain('%own.')
  })
})

describe.for(everyLink)('the link $value of $name in $locale', ({ name, locale, value }) => {
  test.for(['javascript:alert(1)', 'data:text/html,x', 'ftp://x.org', '/relative', '%own.code%', ''])(
    'is never %j',
    async (url) => {
      await expect(rendered({ name, locale }, { [value]: url })).rejects.toThrow(
        /^A link in an email is not http/,
      )
    },
  )
})

test.for(everyOwnLink)(
  '$name in $locale is not sent where HTML would read $value otherwise than text',
  async ({ name, locale, value }) => {
    const hostile = 'https://pledge.example.org/?a=1&b=\'"><script>'

    await expect(rendered({ name, locale }, { [value]: hostile })).rejects.toThrow(/neither a link nor/)
  },
)

test.for(everySharedLink)(
  '$name in $locale: nobody is led out of $value by its address',
  async ({ name, locale, value }) => {
    const { html, text } = await rendered(
      { name, locale },
      { [value]: 'https://pledge.example.org/"><script>&x=\'%own.code%' },
    )

    expect(html).not.toContain('<script')
    expect(html).toContain('href="https://pledge.example.org/%22%3E%3Cscript%3E&amp;x=&#39;%25own.code%"')
    expect(text).toContain('%25own.code%')
  },
)

test.for(everyEmail)(
  '$name in $locale is the same, whoever puts its own values in',
  async ({ name, locale }) => {
    const { own, shared } = composeEmail(name, locale, emails[name].sample as never)
    const { html, text } = await shared()
    const substituted = (part: string) =>
      Object.entries(byMark(own)).reduce((so, [mark, value]) => so.replaceAll(mark, value), part)

    const whole = await rendered({ name, locale })

    for (const slot of Object.keys(own)) expect(html).toContain(`%own.${slot}%`)
    expect(substituted(html)).toBe(whole.html)
    expect(withOwn(text, own)).toBe(whole.text)
  },
)

describe('an update', () => {
  test('keeps its paragraphs and the lines in them', async () => {
    const letter = await written(' One.\r\ntwo\r\n \r\n\r\nThree\n\n\n\nfour \n')

    expect(letter.text).toContain('\n\nOne.\ntwo\n\nThree\n\nfour\n\n')
    expect(paragraphsIn(letter)).toEqual([
      '<p style="margin:0 0 16px">One.<br />two</p>',
      '<p style="margin:0 0 16px">Three</p>',
      '<p style="margin:0">four</p>',
    ])
  })

  test.for([
    ['https://x.org', 'https://x.org', ''],
    ['https://x.org.', 'https://x.org', '.'],
    ['https://x.org/a?b=1&c=%20#d, and', 'https://x.org/a?b=1&c=%20#d', ', and'],
    ['https://x.org/a_(b)', 'https://x.org/a_(b)', ''],
    ['https://x.org/a)', 'https://x.org/a', ')'],
    ['https://X.ORG/Ünïon!', 'https://X.ORG/Ünïon', '!'],
    ['https://x.org:', 'https://x.org', ':'],
    ['https://x.org”', 'https://x.org', '”'],
  ] as const)('links %j to %j', async ([typed, url, after]) => {
    const letter = await written(`See ${typed}`)

    expect(paragraphsIn(letter)[0]).toBe(
      `<p style="margin:0">See <a class="link" style="color:#0b5d5e" href="${escaped(url)}">${escaped(url)}</a>${after}</p>`,
    )
    expect(letter.text).toContain(`See ${typed}`)
  })

  test.for([
    'http://x.org',
    'javascript:alert(1)',
    'https://x',
    'https://mijente.net@evil.example',
    'https://mijente.net:8443/',
    'https://gаtech.edu',
    'https://gatech.eduа.evil.example',
    'https://mijente.net。evil.example',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https:// x.org',
    'mijente.net',
  ])('leaves %j as words: what is underlined is where it leads', async (typed) => {
    const letter = await written(typed)

    expect(paragraphsIn(letter).join('')).not.toContain(`href="${typed}`)
    expect(
      paragraphsIn(letter)
        .join('')
        .replace(/<[^>]*>/g, ''),
    ).toBe(escaped(typed))
  })

  test.for([
    '<a href="https://evil.example">x</a>',
    'https://x.org/"><script>alert(1)</script>',
    "https://x.org/' onmouseover='x",
    'https://x.org/%own.myPledgeUrl%',
    '%own.unsubscribeUrl%',
    '{myPledgeUrl} @@url:myPledgeUrl@@',
    '</td></tr></table><!-- -->',
    '-- \nEstamos\nYou got this because',
  ])('shows %j and does nothing else', async (hostile) => {
    const { html, text } = await written(hostile)
    const { html: harmless } = await written('x')

    expect(tagsIn(html)).toEqual(tagsIn(harmless))
    expect(html).not.toMatch(/<script|='x/)
    expect(html.split('https://pledge.example.org/unsubscribe/sample-token')).toHaveLength(2)
    expect(html.split('https://pledge.example.org/my-pledge/sample-token')).toHaveLength(2)
    expect(text.match(/^-- $/gm)).toHaveLength(1)
  })

  test('is read in no time, whatever was typed', async () => {
    const bodies = ['https://a.', '\n', '\n ', 'https://', 'https://x.org/((', 'a-', '%own.', '."'].map(
      (piece) => piece.repeat(6_000 / piece.length),
    )
    await written('x')
    const started = process.cpuUsage()

    for (const body of bodies) await written(`https://a${body}`)

    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000)
  })
})

async function written(body: string): Promise<RenderedEmail> {
  return await rendered({ name: 'update', locale: 'en' }, { body })
}

/** What the organizer wrote. */
function paragraphsIn({ html }: RenderedEmail): string[] {
  return html.match(/<p style="margin:[^]*?<\/p>/g) ?? []
}

/** All but links and breaks. */
function tagsIn(html: string): string[] {
  return html.match(/<\/?(?!br|a\b|\/a)[\w!-]+/g) ?? []
}
