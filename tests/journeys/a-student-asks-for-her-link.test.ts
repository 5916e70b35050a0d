import { expect, test } from 'vitest'
import { anOpenCampaign, confirm, sign } from '../builders.ts'
import { aProof } from '../captcha/proofs.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url, CAPTCHA: 'altcha' }) })
const people = browsers()

test('a student asks for the link to her pledge, and with a script nothing is to be waited for', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: 'ada@example.edu', captcha: await aProof(server, slug) })
  await confirm(server, slug)
  const page = await (await people.another()).newPage()

  await page.goto(`${publicUrl}/c/${slug}/my-pledge-links`)
  await page.getByLabel('Email').fill('ada@example.edu')
  await page.getByRole('button').click()

  await page.getByText('Check your email').first().waitFor()
  expect(page.url()).not.toContain('ada')
})
