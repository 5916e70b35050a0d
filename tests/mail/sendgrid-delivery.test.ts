import { sql } from 'drizzle-orm'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { sendgridStandIn } from '../sendgrid-stand-in.ts'

const standIn = await sendgridStandIn()
const { apiKey: SENDGRID_API_KEY, baseUrl: SENDGRID_BASE_URL } = standIn
const server = estamos({ env: () => ({ SENDGRID_API_KEY, SENDGRID_BASE_URL }) })

afterAll(() => standIn.close())
beforeEach(async () => {
  delete server.clock.now
  standIn.answerWith('accept')
  standIn.refuseAddresses([], 'by-place')
  await server.deps.db.execute(sql`delete from letters`)
})

/** Signed by so many: ada0@…, ada1@… */
async function letters(people: number): Promise<string> {
  const slug = await anOpenCampaign(server)
  await Promise.all(times(people, (n) => sign(server, slug, { email: `ada${n}@${slug}.example` })))
  return slug
}

/** How many letters were refused for what their address is, as the receipt tells. */
async function blamed() {
  const { rows } = await server.deps.db.execute<{ letters: number }>(sql`
    select count(*)::int as letters from letters where verdict = 'no-such-mailbox'`)
  return rows[0]?.letters
}

async function ledger() {
  const { rows } = await server.deps.db.execute<{ said: string; letters: number; pause: number }>(sql`
    select concat_ws(' ', state, attempts, failure) as said, count(*)::int as letters,
      max(round(extract(epoch from due_at - asked_at)))::int as pause
    from letters group by 1 order by 1`)
  return rows
}

test('letters that SendGrid took are sent, in one call, and hold no address any more', async () => {
  await letters(30)
  const before = standIn.counts.requests

  await server.work()

  expect(await ledger()).toMatchObject([{ said: 'sent 0', letters: 30 }])
  expect(standIn.counts.requests - before).toBe(1)
  const { rows } = await server.deps.db.execute(sql`select from letters where sealed is not null`)
  expect(rows).toEqual([])
})

test('a 429 holds all letters back for as long as it asks, none blamed, and then they go once', async () => {
  server.clock.now = new Date('2026-03-05T17:20:00Z')
  const slug = await letters(5)
  standIn.answerWith('too-many', 'accept')
  const before = standIn.counts.requests

  await server.work()
  const during = await ledger()
  server.clock.now = new Date('2026-03-05T17:20:29Z')
  await server.work()
  const asked = standIn.counts.requests - before
  server.clock.now = new Date('2026-03-05T17:20:30Z')
  await server.work()

  expect(during).toEqual([{ said: 'queued 0', letters: 5, pause: 30 }])
  expect(asked).toBe(1)
  expect(await ledger()).toMatchObject([{ said: 'sent 0', letters: 5 }])
  const to = standIn.received().flatMap((one) => (one.to.endsWith(`@${slug}.example`) ? one.to : []))
  expect(to.sort()).toEqual(times(5, (n) => `ada${n}@${slug}.example`))
})

test('an address that SendGrid does not take is given up with the reason, which organizers see, and the others go', async () => {
  server.clock.now = new Date('2026-03-05T17:20:00Z')
  const slug = await letters(4)
  standIn.refuseAddresses([`ada2@${slug}.example`], 'by-place')
  const viewer = await anOrganizer(server, { role: 'viewer' })

  await server.work()

  const reason = 'The mail server refused the letter (400)'
  expect(await ledger()).toMatchObject([
    { said: `refused 0 ${reason}`, letters: 1 },
    { said: 'sent 0', letters: 3 },
  ])
  expect(await blamed()).toBe(1)
  expect((await viewer.call('GET', `campaigns/${slug}/refused-letters`)).json()).toEqual({
    refused: [{ day: '2026-03-05', template: 'confirm', reason, letters: 1 }],
  })
})

test('a key that SendGrid does not take is no letter’s fault: all wait, and go once it is mended', async () => {
  await letters(3)
  standIn.answerWith('forbid')
  await server.work()
  const during = await ledger()
  standIn.answerWith('accept')
  server.clock.now = new Date(Date.now() + 60_000)

  await server.work()

  expect(during).toMatchObject([{ said: 'queued 0', letters: 3 }])
  expect(await ledger()).toMatchObject([{ said: 'sent 0', letters: 3 }])
})

test('what SendGrid refuses for its words is not told as a bounce', async () => {
  server.clock.now = new Date('2026-03-05T17:20:00Z')
  await letters(2)
  standIn.answerWith('refuse-content')
  await server.work()
  server.clock.now = new Date('2026-03-08T17:30:00Z')

  await server.work()

  expect(await ledger()).toMatchObject([
    { said: 'refused 1 The mail server kept refusing the letter for days (400)', letters: 2 },
  ])
  expect(await blamed()).toBe(0)
})
