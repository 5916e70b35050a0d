import { describe, expect, onTestFinished, test } from 'vitest'
import { sendgridMail } from '../../server/mail/sendgrid.ts'
import { sendgridStandIn } from '../sendgrid-stand-in.ts'
import { aLetter, allOf, failureOf, from, hostileAddresses, send } from './letters.ts'
import type { SendgridAnswer } from './sendgrid-replies.ts'

async function aStandIn(answer: SendgridAnswer = 'accept') {
  const standIn = await sendgridStandIn()
  standIn.answerWith(answer)
  onTestFinished(() => standIn.close())
  const { apiKey, baseUrl } = standIn
  return { standIn, mail: sendgridMail({ apiKey, baseUrl, from, timeLimit: 5_000 }) }
}

describe('a letter that goes', () => {
  test.for(['en', 'es'])(
    'is exactly this request, in %s, and tells SendGrid nothing else',
    async (locale) => {
      const { standIn, mail } = await aStandIn()
      const letter = await aLetter({ locale })

      await send(mail, letter)

      expect(standIn.accepted).toEqual([
        {
          personalizations: [
            {
              to: [{ email: 'ada@gatech.edu' }],
              headers: {
                'Message-ID': `<${letter.id}@pledge.example.org>`,
                'Auto-Submitted': 'auto-generated',
                'X-Auto-Response-Suppress': 'All',
                'Content-Language': locale,
              },
              custom_args: { letter: letter.id },
            },
          ],
          from: { email: 'hello@pledge.example.org', name: 'Estamos' },
          subject: letter.subject,
          content: [
            { type: 'text/plain', value: letter.text },
            { type: 'text/html', value: letter.html },
          ],
          tracking_settings: {
            click_tracking: { enable: false, enable_text: false },
            open_tracking: { enable: false },
            subscription_tracking: { enable: false },
            ganalytics: { enable: false },
          },
        },
      ])
    },
  )

  test('keeps every tag of every template language as it is', async () => {
    const { standIn, mail } = await aStandIn()
    const text = '-name- {{x}} {{{x}}} <% x %> %name% [unsubscribe] [[x]] *|x|* ${x} $& {x}'

    await send(mail, await aLetter({ text, html: text }))

    expect(standIn.accepted[0]?.content.map(({ value }) => value)).toEqual([text, text])
  })

  test('two ways out in one process keep their keys apart', async () => {
    const [one, other] = await Promise.all([aStandIn(), aStandIn()])
    const stranger = sendgridMail({ apiKey: 'SG.another.key', baseUrl: other.standIn.baseUrl, from })

    const [, failure] = await Promise.all([
      send(one.mail, await aLetter()),
      failureOf(send(stranger, await aLetter())),
      send(other.mail, await aLetter()),
    ])

    expect(failure).toMatchObject({ code: 'not-authorized', status: 401 })
    expect([one.standIn.accepted.length, other.standIn.accepted.length]).toEqual([1, 1])
  })
})

test.for(hostileAddresses)('%j is refused for good before anything is sent', async (to) => {
  const { standIn, mail } = await aStandIn()

  const failure = await failureOf(send(mail, await aLetter({ to })))

  expect(failure).toMatchObject({ code: 'letter-unsafe', isPermanent: true })
  expect(standIn.headers).toEqual([])
})

describe('a letter that does not go', () => {
  test.for([
    ['refuse', { code: 'refused', status: 400, isPermanent: true }],
    ['too-large', { code: 'refused', status: 413, isPermanent: true }],
    ['forbid', { code: 'not-authorized', status: 403, isPermanent: false }],
    ['refuse-nobody', { code: 'refused', status: 400, isPermanent: false }],
    ['refuse-content', { code: 'refused', status: 400, isPermanent: false }],
    ['refuse-sender', { code: 'not-authorized', status: 400, isPermanent: false }],
    ['too-many', { code: 'too-fast', status: 429, isPermanent: false, retryAfter: 30 }],
    ['too-many-until', { code: 'too-fast', status: 429, isPermanent: false, retryAfter: 42 }],
    ['away', { code: 'failing', status: 503, isPermanent: false, retryAfter: 120 }],
    ['portal', { code: 'failing', status: 200, isPermanent: false }],
    ['break', { code: 'failing', status: 500, isPermanent: false }],
    ['redirect', { code: 'failing', status: 307, isPermanent: false }],
    ['hang-up', { code: 'unreachable', status: undefined, isPermanent: false }],
  ] as const)('on %s fails with %j', async ([answer, expected]) => {
    const { standIn, mail } = await aStandIn(answer)

    const failure = await failureOf(send(mail, await aLetter()))

    expect(failure).toMatchObject(expected)
    expect(standIn.headers).toHaveLength(1)
    expect(allOf(failure)).not.toMatch(/ada|gatech\.edu|sample-token|NoTechForICE|SG\./)
  })

  test('does not wait for a silent server longer than its time', async () => {
    const { standIn } = await aStandIn('hang')
    const { apiKey, baseUrl } = standIn

    const failure = await failureOf(
      send(sendgridMail({ apiKey, baseUrl, from, timeLimit: 200 }), await aLetter()),
    )

    expect(failure).toMatchObject({ code: 'timed-out', isPermanent: false })
  })

  test('goes at the next attempt', async () => {
    const { standIn, mail } = await aStandIn('break')
    await failureOf(send(mail, await aLetter()))

    standIn.answerWith('accept')
    await send(mail, await aLetter())

    expect(standIn.accepted).toHaveLength(1)
  })
})

test.for([
  { apiKey: 'not-a-key' },
  { from: 'Estamos' },
  { from: 'a@x.org, b@x.org' },
  { from: 'Estamos <a@x.org>\r\nBcc: z@z.z' },
  { baseUrl: 'http://api.sendgrid.example' },
  { baseUrl: 'nonsense' },
])('%j is refused when the server starts', (wrong) => {
  expect(() => sendgridMail({ apiKey: 'SG.a.b', from, ...wrong })).toThrow()
})
