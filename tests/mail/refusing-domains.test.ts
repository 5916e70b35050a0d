import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { forgetMailboxes } from '../../server/mail/forgetting.ts'
import { withoutAddresses } from '../../server/mail/refusals.ts'
import { anOpenCampaign, sign, times } from '../builders.ts'
import { runCommand } from '../command.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { anEvent, sendgridCaller } from './sendgrid-caller.ts'

/** What the mail server says to each recipient. */
let words = ''
const inbox = await smtpInbox({
  hideENHANCEDSTATUSCODES: true,
  onRcptTo({ address }, _session, done) {
    done(Object.assign(new Error(words.replaceAll('RCPT', address)), { responseCode: 550 }))
  },
})
const sendgrid = sendgridCaller()
const server = estamos({ env: () => ({ SMTP_URL: inbox.url, SENDGRID_WEBHOOK_KEY: sendgrid.key }) })

afterAll(() => inbox.close())
beforeEach(async () => {
  for (const table of ['letters', 'mail_refusals', 'mail_suppressions'])
    await server.deps.db.execute(sql`delete from ${sql.identifier(table)}`)
})

async function refused(emails: string[]): Promise<void> {
  const slug = await anOpenCampaign(server)
  for (const email of emails) await sign(server, slug, { email })
  await server.work()
}

async function listed(): Promise<string> {
  const { code, said } = await runCommand(server, 'server/mail-refusals.ts', [])
  expect(code).toBe(0)
  return said
}

const students = (domain: string, count = 5) => times(count, () => `${randomUUID()}@${domain}`)

test('operators see which domains refuse us, how often and why, and no address', async () => {
  words = '5.7.1 <RCPT>: Service unavailable; blocked using zen.spamhaus.org'
  await refused([...students('cc.gatech.edu', 3), ...students('gatech.edu', 2)])

  const said = await listed()

  expect(said).toMatch(
    /^gatech\.edu refuses us: 5 times since \d{4}-\d\d-\d\d \d\d:\d\d UTC, last .* UTC: 550 5\.7\.1 <…>: Service unavailable; blocked using zen\.spamhaus\.org\n$/,
  )
  expect(said).not.toContain('@')
})

test('a domain of fewer than five refused mailboxes has no name, however often they are refused', async () => {
  words = '5.7.1 <RCPT> at vanity.example: mx.vanity.example does not like you'
  const [email = ''] = students('vanity.example', 1)
  await refused([email])
  for (let again = 0; again < 6; again += 1) {
    await server.deps.db.execute(sql`update letters set due_at = now()`)
    await server.work()
  }

  const said = await listed()
  const { rows } = await server.deps.db.execute<{ row: string }>(
    sql`select r::text as row from mail_refusals r`,
  )

  expect(said).toContain('A domain with fewer than five refused addresses refuses us: 7 times')
  expect(said + rows[0]?.row).not.toMatch(/vanity/)
})

test('mailboxes that do not exist, or are full, are no refusals of us', async () => {
  words = '5.1.1 User unknown'
  await refused(students('gatech.edu'))
  words = '5.2.2 Mailbox full'
  await refused(students('gatech.edu'))

  expect(await listed()).toBe('No domain refused our email in the last seven days.\n')
})

test('a refusal for no clear reason is listed as such', async () => {
  words = 'Go away'
  await refused(students('gatech.edu'))

  expect(await listed()).toContain('gatech.edu refuses for a reason that is not clear: 5 times')
})

test('what SendGrid says of a refusal is listed too, once for each email', async () => {
  const slug = await anOpenCampaign(server)
  const emails = students('gatech.edu')
  const letters = await Promise.all(
    emails.map(async (email) => (await sign(server, slug, { email })).json().receipt as string),
  )
  const events = letters.map((letter, n) =>
    anEvent('bounce', letter, {
      email: emails[n],
      status: '5.7.1',
      reason: `550 5.7.1 <${emails[n]}> blocked by Reputation`,
    }),
  )

  await sendgrid.call(server, events)
  await sendgrid.call(server, [...events, anEvent('processed', undefined)])

  expect(await listed()).toMatch(
    /^gatech\.edu refuses us: 5 times .*: 550 5\.7\.1 <…> blocked by Reputation\n$/,
  )
})

test('refusals are forgotten after seven days without another', async () => {
  words = '5.7.1 Blocked'
  await refused(students('gatech.edu'))
  await server.deps.db.execute(sql`update mail_refusals set last_at = now() - interval '8 days'`)

  const said = await listed()
  await forgetMailboxes(server.deps)

  expect(said).toBe('No domain refused our email in the last seven days.\n')
  const { rows } = await server.deps.db.execute(sql`select * from mail_refusals`)
  expect(rows).toEqual([])
})

test('many refusals at once are all counted', async () => {
  words = '5.7.1 Blocked'
  const slug = await anOpenCampaign(server)
  await Promise.all(students('gatech.edu', 40).map((email) => sign(server, slug, { email })))

  await Promise.all([server.work(), server.work()])

  expect(await listed()).toContain('gatech.edu refuses us: 40 times')
})

describe('what a server says is kept without addresses:', () => {
  test.each([
    ['550 <ada@mail.example> is blocked', '550 <…> is blocked'],
    ['550 Message to ada from bounces+1f.2e@pledge.example.org', '550 Message to … from …'],
    ['550 Mail.Example: MX.mail.example says no', '550 …: … says no'],
    ['550 see https://mx.test/r?rcpt=ada%40mail.example&x=1', '550 see https://mx.test/r'],
    ['550 see https://mx.test/ada%40mail.example', '550 see https:…'],
    ['550 adamant', '550 adamant'],
    ['550 a\r\n550 b\u001b[31m\0c', '550 a 550 b [31m c'],
  ])('%j', (reply, kept) => {
    expect(withoutAddresses(reply, 'ada@mail.example')).toBe(kept)
  })

  test('and no longer than 200 characters', () => {
    expect(withoutAddresses('x '.repeat(100_000), 'a.+(b@mail.example')).toHaveLength(200)
  })
})
