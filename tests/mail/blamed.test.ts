import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { anOpenCampaign, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'

/** How the mail server answers to each recipient; it takes everything where undefined. */
let refusal: { code: number; words: string } | undefined

const inbox = await smtpInbox({
  hideENHANCEDSTATUSCODES: true,
  onRcptTo(_address, _session, done) {
    done(refusal && Object.assign(new Error(refusal.words), { responseCode: refusal.code }))
  },
})
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })

afterAll(() => inbox.close())
beforeEach(async () => {
  refusal = undefined
  await server.deps.db.execute(sql`delete from letters where state <> 'refused'`)
})

async function signed(slug: string, email: string): Promise<string> {
  return (await sign(server, slug, { email })).json().receipt as string
}

async function statusOf(receipt: string): Promise<string> {
  const answer = await server.app.inject({ method: 'GET', url: `/api/v1/receipts/${receipt}` })
  return answer.json().status as string
}

/** The emails that come once the server takes mail again: to the same person, in the same drive and in a second one. */
async function emailsAfterwards(slug: string, email: string): Promise<number> {
  refusal = undefined
  await server.deps.db.execute(sql`delete from letters where state <> 'refused'`)
  await signed(slug, email)
  await signed(await anOpenCampaign(server), email)
  await server.work()
  return inbox.received.filter(({ envelope }) => envelope.to.includes(email)).length
}

describe('a refusal at RCPT TO', () => {
  test.each([
    ['550 Administrative prohibition', 'undelivered', 2],
    ['550 Blocked - see https://www.spamhaus.example/query/ip/192.0.2.1', 'undelivered', 2],
    ['550 5.1.0 <hello@pledge.example.org> sender rejected', 'undelivered', 2],
    ['554 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.example', 'undelivered', 2],
    ['550 5.7.1 Service unavailable, sending IP is banned', 'undelivered', 2],
    ['550 Go away', 'undelivered', 2],
    ['550 5.2.0 an Exchange refusal', 'undelivered', 2],
    ['552 5.2.2 Mailbox full', 'undelivered', 2],
    ['450 4.7.1 Greylisted, try again later', 'waiting', 2],
    ['550 5.1.1 No such user', 'bounced', 0],
    ['550 5.4.1 Recipient address rejected: Access denied. AS(201806281)', 'bounced', 0],
    ['550 No Such User Here', 'bounced', 0],
  ])(
    '%s makes the receipt say %s, and %i emails come afterwards in two drives',
    async (said, status, emails) => {
      const email = `${randomUUID()}@mail.example`
      const slug = await anOpenCampaign(server)
      refusal = { code: Number(said.slice(0, 3)), words: said.slice(4) }

      const receipt = await signed(slug, email)
      await server.work()

      expect(await statusOf(receipt)).toBe(status)
      expect(await emailsAfterwards(slug, email)).toBe(emails)
    },
  )
})

test('an email that a blocklist holds up goes once the server takes us again, and its receipt waits from then on', async () => {
  const email = `${randomUUID()}@mail.example`
  const slug = await anOpenCampaign(server)
  refusal = { code: 554, words: 'Service unavailable; Client host [192.0.2.1] blocked using Spamhaus' }
  const receipt = await signed(slug, email)
  await server.work()
  const during = await statusOf(receipt)

  refusal = undefined
  await server.deps.db.execute(sql`update letters set due_at = now() where state = 'queued'`)
  await server.work()

  expect([during, await statusOf(receipt)]).toEqual(['undelivered', 'waiting'])
  expect(inbox.received.filter(({ envelope }) => envelope.to.includes(email))).toHaveLength(1)
})

test('refused attempts use up nobody’s daily emails', async () => {
  const email = `${randomUUID()}@mail.example`
  const slug = await anOpenCampaign(server)
  refusal = { code: 550, words: 'Go away' }
  for (let attempt = 0; attempt < 7; attempt += 1) {
    await signed(slug, email)
    await server.work()
  }

  expect(await emailsAfterwards(slug, email)).toBe(2)
})
