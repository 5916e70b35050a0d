import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { MailFailure, Mailing, Reader } from '../../server/mail/mail.ts'
import { sendgridMail } from '../../server/mail/sendgrid.ts'
import { times } from '../builders.ts'
import { sendgridStandIn } from '../sendgrid-stand-in.ts'
import { from } from './letters.ts'

async function aStandIn() {
  const standIn = await sendgridStandIn()
  onTestFinished(() => standIn.close())
  const { apiKey, baseUrl } = standIn
  return { standIn, mail: sendgridMail({ apiKey, baseUrl, from, timeLimit: 5_000 }) }
}

function readers(many: number): Reader[] {
  return times(many, (n) => ({
    id: randomUUID(),
    to: `signer${n}@gatech.edu`,
    own: { confirmUrl: `https://pledge.example.org/confirm/token-${n}`, code: `123 ${100 + n}` },
  }))
}

function aMailing(different: Partial<Mailing> = {}): Mailing {
  return {
    subject: 'Confirm your signature',
    text: 'Confirm: %own.confirmUrl% or type %own.code%',
    html: '<a href="%own.confirmUrl%">Confirm</a> <b>%own.code%</b>',
    locale: 'en',
    fromName: undefined,
    readers: readers(3),
    ...different,
  }
}

const codes = (outcomes: (MailFailure | undefined)[]) => outcomes.map((outcome) => outcome?.code ?? 'sent')

/** Who got the letter, once for each time. */
const mailboxes = ({ accepted }: Awaited<ReturnType<typeof sendgridStandIn>>) =>
  accepted.flatMap(({ personalizations }) => personalizations.map(({ to }) => to[0]?.email)).sort()

describe('a thousand letters', () => {
  test('go in one call, each with its own link, code, Message-ID and nothing of another', async () => {
    const { standIn, mail } = await aStandIn()
    const mailing = aMailing({ readers: readers(1_000) })

    const outcomes = await mail.post(mailing)

    expect(outcomes).toEqual(mailing.readers.map(() => undefined))
    expect(standIn.accepted).toHaveLength(1)
    expect(standIn.received()).toEqual(
      mailing.readers.map(({ id, to }, n) => ({
        to,
        from: 'Estamos <hello@pledge.example.org>',
        subject: 'Confirm your signature',
        text: `Confirm: https://pledge.example.org/confirm/token-${n} or type 123 ${100 + n}`,
        html: `<a href="https://pledge.example.org/confirm/token-${n}">Confirm</a> <b>123 ${100 + n}</b>`,
        headers: {
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
          'Content-Language': 'en',
          'Message-ID': `<${id}@pledge.example.org>`,
        },
        args: { letter: id },
      })),
    )
  })

  test('of which each may end all mail of its kind by one click carry their own link for it', async () => {
    const { standIn, mail } = await aStandIn()
    const [ada, bob] = readers(2) as [Reader, Reader]
    const unsubscribeUrl = 'https://pledge.example.org/unsubscribe/ada'

    await mail.post(aMailing({ readers: [{ ...ada, unsubscribeUrl }, bob] }))

    const [hers, his] = standIn.received().map(({ headers }) => headers)
    expect(hers).toMatchObject({
      'List-Unsubscribe': `<${unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    })
    expect(Object.keys(his ?? {}).join()).not.toContain('List-')
  })

  test('bear the name that the organizers chose', async () => {
    const { standIn, mail } = await aStandIn()

    await mail.post(aMailing({ fromName: '#NoTechForICE ñ', readers: readers(1) }))

    expect(standIn.received()[0]?.from).toBe('#NoTechForICE ñ <hello@pledge.example.org>')
  })

  test('keep what looks like a mark and is none', async () => {
    const { standIn, mail } = await aStandIn()

    await mail.post(aMailing({ text: '%own.code% %own.other% -code- {{code}} %\u2060own.code%' }))

    expect(standIn.received()[0]?.text).toBe('123 100 %own.other% -code- {{code}} %\u2060own.code%')
  })

  test('to one address twice go in two calls', async () => {
    const { standIn, mail } = await aStandIn()
    const [ada, again] = readers(2) as [Reader, Reader]

    const outcomes = await mail.post(aMailing({ readers: [ada, { ...again, to: ada.to }] }))

    expect(codes(outcomes)).toEqual(['sent', 'sent'])
    expect(standIn.accepted).toHaveLength(2)
  })

  test('that would be too large for one call go in several', async () => {
    const { standIn, mail } = await aStandIn()
    const many = readers(1_000).map((reader) => ({
      ...reader,
      own: { ...reader.own, long: 'x'.repeat(9_800) },
    }))

    const outcomes = await mail.post(aMailing({ readers: many, text: '%own.long%'.padEnd(15_000_000, '.') }))

    expect(new Set(codes(outcomes))).toEqual(new Set(['sent']))
    expect(standIn.accepted.length).toBeGreaterThan(1)
    expect(mailboxes(standIn)).toEqual(many.map(({ to }) => to).sort())
  })
})

describe('one bad address', () => {
  test.for(['by-place', 'in-silence'] as const)(
    'that SendGrid refuses %s is refused for good, and takes none of 999 along',
    async (how) => {
      const { standIn, mail } = await aStandIn()
      const mailing = aMailing({ readers: readers(1_000) })
      const bad = mailing.readers[617]?.to ?? ''
      standIn.refuseAddresses([bad], how)

      const outcomes = await mail.post(mailing)

      expect(outcomes[617]).toMatchObject({ code: 'refused', status: 400, isPermanent: true })
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      expect(mailboxes(standIn)).toEqual(mailing.readers.flatMap(({ to }) => (to === bad ? [] : to)).sort())
      expect(standIn.counts.requests).toBeLessThanOrEqual(how === 'by-place' ? 2 : 21)
    },
  )

  test('among many that are refused in silence makes a bounded number of calls, and blames nobody unproven', async () => {
    const { standIn, mail } = await aStandIn()
    const mailing = aMailing({ readers: readers(1_000) })
    standIn.refuseAddresses(
      mailing.readers.filter((_, n) => n % 2 === 0).map(({ to }) => to),
      'in-silence',
    )

    const outcomes = await mail.post(mailing)

    expect(standIn.counts.requests).toBeLessThanOrEqual(41)
    expect(outcomes.filter((outcome, n) => n % 2 === 1 && outcome?.isPermanent)).toEqual([])
    const sent = mailing.readers.flatMap(({ to }, n) => (outcomes[n] ? [] : to))
    expect(mailboxes(standIn)).toEqual(sent.sort())
  })

  test('or a line break in it does not get as far as SendGrid', async () => {
    const { standIn, mail } = await aStandIn()
    const [ada, bob, eve, dan] = readers(4) as [Reader, Reader, Reader, Reader]

    const outcomes = await mail.post(
      aMailing({
        readers: [
          ada,
          { ...bob, to: 'bob@x.edu\r\nBcc: z@z.z' },
          { ...eve, own: { code: '1\r\nBcc: z@z.z' } },
          { ...dan, unsubscribeUrl: 'https://x.org/>\r\nBcc: z@z.z' },
        ],
      }),
    )

    expect(codes(outcomes)).toEqual(['sent', 'letter-unsafe', 'letter-unsafe', 'letter-unsafe'])
    expect(mailboxes(standIn)).toEqual([ada.to])
  })

  test('nor do own values beyond what SendGrid takes', async () => {
    const { standIn, mail } = await aStandIn()
    const [ada, bob] = readers(2) as [Reader, Reader]

    const outcomes = await mail.post(
      aMailing({ readers: [ada, { ...bob, own: { code: '1'.repeat(10_001) } }] }),
    )

    expect(codes(outcomes)).toEqual(['sent', 'not-composed'])
    expect(standIn.counts.requests).toBe(1)
  })
})

describe('a refusal', () => {
  test('of the words themselves is one call, and no reader is held to it for good', async () => {
    const { standIn, mail } = await aStandIn()
    standIn.answerWith('refuse-content')

    const outcomes = await mail.post(aMailing({ readers: readers(100) }))

    expect(standIn.counts.requests).toBe(1)
    expect(new Set(outcomes.map((outcome) => `${outcome?.code} ${outcome?.isPermanent}`))).toEqual(
      new Set(['refused false']),
    )
  })

  test('of the size is answered with halves', async () => {
    const { standIn, mail } = await aStandIn()
    standIn.answerWith('too-large', 'accept')

    const outcomes = await mail.post(aMailing({ readers: readers(100) }))

    expect(standIn.accepted.map(({ personalizations }) => personalizations.length)).toEqual([50, 50])
    expect(outcomes.filter(Boolean)).toEqual([])
  })

  test.for(['too-many', 'break', 'forbid', 'hang-up'] as const)(
    'by %s after a half went leaves that half alone, and makes no further call',
    async (answer) => {
      const { standIn, mail } = await aStandIn()
      standIn.answerWith('refuse-nobody', 'accept', answer)

      const outcomes = await mail.post(aMailing({ readers: readers(100) }))

      expect(outcomes.slice(0, 50).filter(Boolean)).toEqual([])
      expect(outcomes.slice(50).every((outcome) => outcome?.isAboutTheWay)).toBe(true)
      expect(standIn.headers).toHaveLength(3)
    },
  )

  test('that was none, since the line was cut after SendGrid took the letters, repeats the same Message-ID', async () => {
    const { standIn, mail } = await aStandIn()
    const mailing = aMailing()
    standIn.answerWith('take-and-hang-up', 'accept')

    const first = await mail.post(mailing)
    const second = await mail.post(mailing)

    expect(first.map((outcome) => outcome?.isAboutTheWay)).toEqual([true, true, true])
    expect(second).toEqual([undefined, undefined, undefined])
    expect(standIn.counts).toEqual({ requests: 2, letters: 6, different: 3 })
  })
})

test('a slow SendGrid is waited for', async () => {
  const { standIn, mail } = await aStandIn()
  standIn.answerWith('slow')

  expect(codes(await mail.post(aMailing()))).toEqual(['sent', 'sent', 'sent'])
})
