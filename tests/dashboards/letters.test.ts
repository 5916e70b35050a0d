import { afterAll, expect, test } from 'vitest'
import { openBounceReceiver } from '../../server/mail/bounce-receiver.ts'
import type { Dashboard } from '../../server/dashboards/contract.ts'
import type { ReturnPaths } from '../../server/mail/return-paths.ts'
import { createTransport } from 'nodemailer'
import { anOpenCampaign, anOrganizer, sign } from '../builders.ts'
import { type Estamos, estamos } from '../estamos.ts'
import { anEvent, sendgridCaller } from '../mail/sendgrid-caller.ts'
import { smtpInbox } from '../smtp-inbox.ts'

const inbox = await smtpInbox({
  onRcptTo({ address }, _session, done) {
    const isGone = address.startsWith('gone@')
    done(isGone ? Object.assign(new Error('No such mailbox'), { responseCode: 550 }) : undefined)
  },
})
const sendgrid = sendgridCaller()
const untold = estamos({ env: () => ({ SMTP_URL: inbox.url }) })
const told = estamos({ env: () => ({ SMTP_URL: inbox.url, SENDGRID_WEBHOOK_KEY: sendgrid.key }) })
const returning = estamos({
  env: () => ({ SMTP_URL: inbox.url, BOUNCE_ADDRESS: 'bounces@pledge.example.org' }),
})

afterAll(() => inbox.close())

/** Signs with each name, and lets the letters go. @returns their ids, and a look at what the dashboard says of them */
async function lettersTo(server: Estamos, names: string[]) {
  const slug = await anOpenCampaign(server)
  const letters: string[] = []
  for (const name of names) {
    const signed = await sign(server, slug, { email: `${name}@mail.example` })
    letters.push(signed.json<{ receipt: string }>().receipt)
  }
  await server.work()
  const { session } = await anOrganizer(server)
  return { letters, figures: () => figuresOf(server, slug, session) }
}

/** The process remembers figures for seconds; another one has none yet. */
async function figuresOf(server: Estamos, slug: string, session: string) {
  const { app } = await server.another()
  const url = `/api/v1/console/campaigns/${slug}/dashboard`
  const answer = await app.inject({ url, cookies: { organizer: session } })
  return answer.json<Dashboard>().host?.mail
}

test('without a back-channel, letters taken and refused are counted, and nothing is said of the rest', async () => {
  const { figures } = await lettersTo(untold, ['ada', 'bob', 'gone'])

  expect(await figures()).toEqual({ told: 'refusals', sent: 2, bounced: 1 })
})

test('letters are followed from sent to delivered, bounced and reported as spam, each once', async () => {
  const { letters, figures } = await lettersTo(told, ['ada', 'bob', 'cyd', 'gone'])
  const [ada, bob, cyd] = letters
  const sent = { told: 'deliveries', sent: 3, delivered: 0, bounced: 1, spamReported: 0 }
  expect(await figures()).toEqual(sent)

  for (const [event, letter, after] of [
    ['delivered', ada, { delivered: 1 }],
    ['delivered', bob, { delivered: 2 }],
    ['bounce', cyd, { delivered: 2, bounced: 2 }],
    ['spamreport', ada, { delivered: 2, bounced: 2, spamReported: 1 }],
    ['delivered', ada, { delivered: 2, bounced: 2, spamReported: 1 }],
  ] as const) {
    await sendgrid.call(told, [anEvent(event, letter)])
    await sendgrid.call(told, [anEvent(event, letter)])

    expect(await figures()).toEqual({ ...sent, ...after })
  }
})

test('over SMTP what comes back later is counted, once, and deliveries stay unknown', async () => {
  const { letters, figures } = await lettersTo(returning, ['ada', 'bob', 'gone'])
  const returnPaths = returning.deps.backChannel.returnPaths as ReturnPaths
  const receiver = await openBounceReceiver({
    deps: returning.deps,
    returnPaths,
    databaseUrl: returning.databaseUrl,
    host: '127.0.0.1',
    port: 0,
  })
  const transport = createTransport({ host: '127.0.0.1', port: receiver.port, ignoreTLS: true })
  const envelope = { from: '', to: returnPaths.of(letters[0] as string) }
  const raw =
    'From: postmaster@mx.example.edu\r\nSubject: failure notice\r\n\r\n550 5.1.1 <ada@mail.example>: unknown\r\n'
  expect(await figures()).toEqual({ told: 'bounces', sent: 2, bounced: 1 })

  await transport.sendMail({ envelope, raw })
  await transport.sendMail({ envelope, raw })

  expect(await figures()).toEqual({ told: 'bounces', sent: 2, bounced: 2 })
  transport.close()
  await receiver.close()
})

test('a way back at whose end nobody listens tells nothing, and is not said to', async () => {
  const { figures } = await lettersTo(returning, ['ada', 'gone'])
  const before = await figures()
  const receiver = await openBounceReceiver({
    deps: returning.deps,
    returnPaths: returning.deps.backChannel.returnPaths as ReturnPaths,
    databaseUrl: returning.databaseUrl,
    host: '127.0.0.1',
    port: 0,
  })
  const during = await figures()

  await receiver.close()

  await expect.poll(async () => (await figures())?.told).toBe('refusals')
  expect([before?.told, during?.told]).toEqual(['refusals', 'bounces'])
})
