import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SmtpInbox, smtpInbox } from '../smtp-inbox.ts'
import { anOpenCampaign, pledgesOf, rowOf, seeded, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'

let inbox: SmtpInbox
beforeAll(async () => {
  inbox = await smtpInbox()
})
afterAll(() => inbox.close())
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })

/** Addresses that some parser somewhere reads as one of Georgia Tech; each is refused, or mail goes to Georgia Tech. */
const spellings = [
  'ada@gatech.edu',
  'ADA@GATECH.EDU',
  ' ada@gatech.edu\t',
  'ada@cc.gatech.edu',
  "o'neil+x/y=z@mail.cc.gatech.edu",
  'ada@gatеch.edu',
  'ada@gatech․edu',
  'ada@gatech。edu',
  'ada@gatech．edu',
  'ada@gatech｡edu',
  'ada@evil.com／.gatech.edu',
  'ada@evil.com／gatech.edu',
  'ada@evil.com?.gatech.edu',
  'ada@evil.com#.gatech.edu',
  'ada@evil.com:25.gatech.edu',
  'ada@evil.com\\.gatech.edu',
  'ada@evil.com%2f.gatech.edu',
  'ada@evil.com%00.gatech.edu',
  'ada@evil.com\0.gatech.edu',
  'ada@evil.com\r\nBcc: eve@evil.com\r\n.gatech.edu',
  'ada@gatech.edu\r\nBcc: eve@evil.com',
  'ada@gatech.edu\n',
  'ada@gatech.edu,eve@evil.com',
  'eve@evil.com,ada@gatech.edu',
  'eve@evil.com;ada@gatech.edu',
  'eve@evil.com ada@gatech.edu',
  '"ada@gatech.edu x"@evil.com',
  '"ada"@gatech.edu',
  '<ada@evil>b@gatech.edu',
  'Ada <ada@gatech.edu>',
  '<ada@gatech.edu>',
  'ada(comment)@gatech.edu',
  'ada@(evil.com)gatech.edu',
  'ada@[127.0.0.1]',
  'ada@[IPv6:::1].gatech.edu',
  'ada@127.0.0.1',
  'ada@gatech.edu@evil.com',
  'ada@evil.com@gatech.edu',
  '@evil.com:ada@gatech.edu',
  'ada%evil.com@gatech.edu',
  'evil.com!ada@gatech.edu',
  'ａda@gatech.edu',
  'ada＠evil.com@gatech.edu',
  'ada@ｇatech.edu',
  'ada@gatech.edu.',
  'ada@.gatech.edu',
  'ada@cc..gatech.edu',
  'ada@-gatech.edu',
  'ada@gatech',
  'ada@gatech\u200b.edu',
  'ada@gatech\u00ad.edu',
  'ada@gatech\ufe0f.edu',
  'ada@gatech\u034f.edu',
  'ada@\u202egatech.edu',
  'ada@gatech.edu\u0000',
  'ada@ber\u212aeley.edu',
  'ada@xn--gatech-.edu',
  'ada@xn--.gatech.edu',
  'ada@gatech.edu.evil.com',
  'ada@notgatech.edu',
  'ada@gatech.edu-evil.com',
  '.ada@gatech.edu',
  'ada.@gatech.edu',
  'a..da@gatech.edu',
  'ädä@gatech.edu',
  '@gatech.edu',
  'ada@',
  'ada',
  '',
  `${'a'.repeat(65)}@gatech.edu`,
  `ada@${'a'.repeat(64)}.gatech.edu`,
  `ada@${'a.'.repeat(125)}gatech.edu`,
]

test('each spelling is refused, or the mail goes to the campus that was recognized', async () => {
  const slug = await anOpenCampaign(server)
  const answers = await Promise.all(spellings.map((email) => sign(server, slug, { email })))
  await server.work()

  const seen = answers.map((answer, n) => ({
    ...answer.json(),
    email: spellings[n],
    statusCode: answer.statusCode,
  }))
  const accepted = seen.filter(({ statusCode }) => statusCode === 202)
  const atTech = accepted
    .filter(({ campus }) => campus === 'gatech.edu')
    .map(({ email = '' }) => plain(email))
  const recipients = inbox.received.flatMap(({ envelope }) => envelope.to)
  expect(spellings.length).toBeGreaterThanOrEqual(60)
  expect(seen.filter(({ statusCode, code }) => statusCode !== 202 && code !== 'email-invalid')).toEqual([])
  expect(atTech.length).toBeGreaterThanOrEqual(4)
  expect(inbox.received.every(({ envelope }) => envelope.to.length === 1)).toBe(true)
  expect(new Set(recipients.filter(isTech))).toEqual(new Set(atTech))
  expect(accepted.map(({ email }) => email)).not.toContain(spellings.find((email) => email.includes('Bcc')))
})

describe('what a copied address brings along is dropped', () => {
  test.each([
    ['a no-break space before it', '\u00a0ada@mail.example'],
    ['a zero-width space after it', 'ada@mail.example\u200b'],
    ['a zero-width space before it', '\u200bada@mail.example'],
    ['a left-to-right mark before it', '\u200eada@mail.example'],
    ['isolates around it', '\u2068ada@mail.example\u2069'],
    ['a zero-width joiner and a soft hyphen in it', 'a\u200dda@mail\u00ad.example'],
    ['a line break after it', 'ada@mail.example\r\n'],
    ['mailto:', 'mailto:ada@mail.example'],
    ['the name and the brackets of a mail program', 'Ada Lovelace <ada@mail.example>'],
    ['a quoted name', '"Lovelace, Ada" <ada@mail.example>,'],
    ['brackets and mailto:', '<MAILTO:ada@mail.example>'],
    ['a dot', 'ada@mail.example.'],
    ['a semicolon', 'ada@mail.example; '],
    ['a comma', 'ada@mail.example,'],
  ])('%s', async (_, email) => {
    const slug = await anOpenCampaign(server)

    const answer = await sign(server, slug, { email })

    expect(answer.statusCode).toBe(202)
    expect(await rowOf(server, slug, 'ada@mail.example')).toMatchObject({ state: 'pending' })
  })

  test.each([
    'Ada <ada@mail.example> <eve@mail.example>',
    '<ada@mail.example>, <eve@mail.example>',
    'ada@mail.example <eve@mail.example>',
    '<ada@mail.example> Ada',
    'Ada <ada@mail.example',
    'ada@\u202email.example',
    'ada @mail.example',
    'mailto:mailto:ada@mail.example',
  ])('but %j is refused', async (email) => {
    const slug = await anOpenCampaign(server)

    const answer = await sign(server, slug, { email })

    expect(answer.json()).toMatchObject({ status: 422, code: 'email-invalid', field: 'email' })
    expect(await pledgesOf(server, slug)).toEqual([])
  })
})

describe('what can be read in two ways is refused', () => {
  test.each(
    spellings
      .filter((email) => /[\s"<>(),;:\\[\]\0]/.test(email.trim()) || email.split('@').length !== 2)
      .filter((email) => !isOneInBrackets(email)),
  )('%j', async (email) => {
    const slug = await anOpenCampaign(server)

    const answer = await sign(server, slug, { email })

    expect([answer.statusCode, answer.json().code, answer.json().field]).toEqual([
      422,
      'email-invalid',
      'email',
    ])
    expect(await pledgesOf(server, slug)).toEqual([])
  })
})

test('no look-alike letter or mark is quietly taken away to make a campus', async () => {
  const slug = await anOpenCampaign(server)
  // A zero-width space shows nothing: without it, the address is the one that everybody reads.
  const odd = spellings.filter((email) => /[^\0-\x7f\u00ad\u200b]/.test(email))

  const answers = await Promise.all(odd.map((email) => sign(server, slug, { email })))

  const campuses = odd.filter((_, n) => answers[n]?.json().campus !== undefined)
  expect(odd.length).toBeGreaterThan(14)
  expect(campuses.map((email) => encodeURI(email))).toEqual([])
})

describe('one mailbox', () => {
  test('every spelling of a Gmail address is one, whatever dots, tags and case', async () => {
    const random = seeded(3)
    const spelled = times(30, () => {
      const dotted = [...'adalove'].join(random() < 0.5 ? '.' : '')
      const cased = random() < 0.5 ? dotted.toUpperCase() : dotted
      const tag = random() < 0.5 ? `+${Math.floor(random() * 99)}` : ''
      return `${cased}${tag}@${random() < 0.5 ? 'gmail.com' : 'GoogleMail.com'}`
    })

    expect(await mailboxes([...new Set(spelled)])).toBe(1)
  })

  test('elsewhere a tag and case make no other mailbox', async () => {
    expect(
      await mailboxes([
        'ada.l@example.edu',
        'ADA.L@Example.edu',
        'ada.l+1@example.edu',
        'ada.l+1+2@example.edu',
      ]),
    ).toBe(1)
  })

  test('elsewhere a dot, another name or another domain does', async () => {
    const others = [
      'ada.l@example.edu',
      'adal@example.edu',
      'ada.l@cs.example.edu',
      'ada_l@example.edu',
      'ada.l@gmail.com',
    ]

    expect(await mailboxes(others)).toBe(others.length)
  })
})

async function mailboxes(emails: string[]): Promise<number> {
  const slug = await anOpenCampaign(server)
  const answers = await Promise.all(emails.map((email) => sign(server, slug, { email })))
  expect(answers.filter(({ statusCode }) => statusCode !== 202)).toEqual([])
  return new Set((await pledgesOf(server, slug)).map((row) => (row.email_digest as Buffer).toString('hex')))
    .size
}

/** There is one way to read it. */
function isOneInBrackets(email: string): boolean {
  return /^[^@<>]*<[^@<>]*@[^@<>]*>$/.test(email)
}

function isTech(address: string): boolean {
  return /[@.]gatech\.edu$/.test(address)
}

function plain(email: string): string {
  return email
    .trim()
    .toLowerCase()
    .replace(/[^\0-\x7f]/g, '')
    .replace(/^.*<|>$|\.$/g, '')
}
