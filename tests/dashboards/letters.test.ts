import { afterAll, expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'

const inbox = await smtpInbox({
  onRcptTo({ address }, _session, done) {
    const isGone = address.startsWith('gone@')
    done(isGone ? Object.assign(new Error('No such mailbox'), { responseCode: 550 }) : undefined)
  },
})
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })

afterAll(() => inbox.close())

test('letters are counted as the mail server takes them, and those it refuses for good', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: 'ada@mail.example' })
  await sign(server, slug, { email: 'bob@mail.example' })
  await sign(server, slug, { email: 'gone@mail.example' })
  await server.work()
  const organizer = await anOrganizer(server)

  const shown = await organizer.call('GET', `campaigns/${slug}/dashboard`)

  expect(shown.json()).toMatchObject({ host: { mail: { sent: 2, bounced: 1 } } })
})
