import { sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, campaignId, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'

const answers: Record<string, { responseCode: number; message: string }> = {
  gone: { responseCode: 550, message: 'No such mailbox' },
  lost: { responseCode: 550, message: 'No such mailbox' },
  full: { responseCode: 552, message: 'Mailbox full' },
  grey: { responseCode: 450, message: 'Try again later' },
}
const inbox = await smtpInbox({
  onRcptTo({ address }, _session, done) {
    const answer = answers[address.split('@')[0] ?? '']
    done(answer && Object.assign(new Error(`<${address}> ${answer.message}`), answer))
  },
})
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })

afterAll(() => inbox.close())

async function aDriveWithRefusals(): Promise<string> {
  const slug = await anOpenCampaign(server)
  for (const name of ['ada', 'gone', 'lost', 'full', 'grey'])
    await sign(server, slug, { email: `${name}@mail.example` })
  await server.work()
  return slug
}

test('organizers see which letters were given up, when and why, and nothing of whose they were', async () => {
  server.clock.now = new Date('2026-03-05T17:20:00Z')
  const slug = await aDriveWithRefusals()
  const viewer = await anOrganizer(server, { role: 'viewer' })

  const answer = await viewer.call('GET', `campaigns/${slug}/refused-letters`)

  expect(answer.json()).toEqual({
    refused: [
      {
        day: '2026-03-05',
        template: 'confirm',
        reason: 'The mail server refused the letter (550)',
        letters: 2,
      },
      {
        day: '2026-03-05',
        template: 'confirm',
        reason: 'The mail server refused the letter (552)',
        letters: 1,
      },
    ],
  })
  expect(answer.body).not.toMatch(/gone|lost|full|mail\.example/)
})

test('a letter that may go later is not among them, until it was given up', async () => {
  server.clock.now = new Date('2026-04-05T17:20:00Z')
  const slug = await aDriveWithRefusals()
  server.clock.now = new Date('2026-04-08T18:00:00Z')
  const viewer = await anOrganizer(server, { role: 'viewer' })

  await server.work()

  const { refused } = (await viewer.call('GET', `campaigns/${slug}/refused-letters`)).json()
  expect(refused[0]).toEqual({
    day: '2026-04-08',
    template: 'confirm',
    reason: 'The mail server kept refusing the letter for days (450)',
    letters: 1,
  })
})

test('nobody but members of the host sees them, and nobody those of another campaign', async () => {
  const [slug, other] = [await aDriveWithRefusals(), await anOpenCampaign(server)]
  const partner = await anOrganizer(server, { organization: 'glahr' })
  await server.deps.db.execute(sql`
    insert into campaign_partners (campaign_id, organization_id, joined_at)
    select ${await campaignId(server, slug)}, id, now() from organizations where slug = 'glahr'`)
  const host = await anOrganizer(server)

  expect((await partner.call('GET', `campaigns/${slug}/dashboard`)).statusCode).toBe(200)
  expect((await partner.call('GET', `campaigns/${slug}/refused-letters`)).statusCode).toBe(404)
  expect((await host.call('GET', `campaigns/${other}/refused-letters`)).json()).toEqual({ refused: [] })
})
