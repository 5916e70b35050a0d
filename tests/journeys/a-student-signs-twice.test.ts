import { expect, test } from 'vitest'
import { anOpenCampaign, pledgesOf } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { linkIn } from './mail.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const people = browsers()

test('a student signs twice: the page looks the same, and only her mailbox learns', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  const page = await (await people.another()).newPage()
  const signs = async (): Promise<string> => {
    await page.goto(`${publicUrl}/c/${slug}`)
    await page.getByLabel('Email', { exact: true }).fill('noor@mit.edu')
    await page.getByRole('button', { name: 'Sign the pledge' }).click()
    await page.getByText('Now check your email').waitFor()
    return await page.locator('form').first().innerText()
  }

  const first = await signs()
  const asking = await inbox.next('noor@mit.edu')
  await page.goto(linkIn(asking, 'confirm'))
  await page.getByRole('button').click()
  await page.getByText('You are counted').waitFor()
  const second = await signs()
  const telling = await inbox.next('noor@mit.edu')

  expect(withoutClock(second)).toBe(withoutClock(first))
  expect(telling.text).toContain('already')
  expect(telling.text).not.toContain('/confirm/')
  expect(await pledgesOf(server, slug)).toHaveLength(1)
})

/** The page counts seconds until it can send again. */
function withoutClock(text: string): string {
  return text.replace(/\d+ seconds?/g, 'n seconds')
}
