import { afterAll, expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const inbox = await smtpInbox({
  onRcptTo({ address }, _session, done) {
    const isGone = address.startsWith('gone')
    done(isGone ? Object.assign(new Error('No such mailbox'), { responseCode: 550 }) : undefined)
  },
})
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const people = browsers()

afterAll(() => inbox.close())

async function aPage() {
  const context = await signedIn(await people.another(), server, await anOrganizer(server))
  return await context.newPage()
}

test('an organizer has emails name her drive, is told what that gives away, and letters follow', async () => {
  const slug = await anOpenCampaign(server)
  const page = await aPage()
  await page.goto(`${server.config.publicUrl}/console/campaigns/${slug}/edit#signing`)
  const emails = page.getByRole('form', { name: 'Emails' })
  const tick = emails.getByRole('checkbox', { name: 'Emails name the campaign in subject and sender' })
  await tick.waitFor()
  await expectAccessible(page)

  expect(await tick.isChecked()).toBe(false)
  await emails.getByText('on a locked phone').waitFor()
  await tick.check()
  await emails.getByRole('button', { name: 'Save' }).click()
  await emails.getByText('Saved.', { exact: true }).waitFor()
  await page.reload()
  await tick.waitFor()

  expect(await tick.isChecked()).toBe(true)
  await sign(server, slug, { email: 'ada@mail.example' })
  const letter = await inbox.next('ada@mail.example')
  expect(`${letter.from?.name}: ${letter.subject}`).toBe(
    'No tech for cages: Confirm your signature: No tech for cages',
  )
})

test('an organizer sees which letters were refused, and not whose', async () => {
  const slug = await anOpenCampaign(server)
  for (const name of ['ada2', 'gone1', 'gone2']) await sign(server, slug, { email: `${name}@mail.example` })
  await inbox.next('ada2@mail.example')
  const page = await aPage()

  await page.goto(`${server.config.publicUrl}/console/campaigns/${slug}`)

  const refused = page.getByRole('region', { name: 'Letters refused for good', exact: true })
  await refused.getByText('The mail server refused the letter (550)').first().waitFor()
  await refused.getByText('The same as a table').click()
  await refused
    .getByRole('row', { name: 'Asks to confirm · The mail server refused the letter (550) 2' })
    .waitFor()
  expect(await page.content()).not.toContain('gone1')
  await expectAccessible(page)
  await page.setViewportSize({ width: 1280, height: 900 })
  await expectAccessible(page)
})
