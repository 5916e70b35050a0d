import { expect, test } from 'vitest'
import { anOpenCampaign, crowd, pledgesOf, tallyDifferences } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { linkIn } from './mail.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const people = browsers()

test('a student signs on her phone, opens the mail, presses the button, and sees her campus rise', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'berkeley.edu', people: 9 })
  const context = await people.another({ locale: 'es-MX' })
  const page = await context.newPage()

  await page.goto(`${publicUrl}/c/${slug}/berkeley.edu`)
  await page.getByLabel('Correo electrónico', { exact: true }).fill('luz@berkeley.edu')
  await page.getByRole('button', { name: 'Firma el compromiso' }).click()
  const message = await inbox.next('luz@berkeley.edu')
  const mail = await context.newPage()
  await mail.setContent(message.html ?? '')
  const opened = context.waitForEvent('page')
  await mail.getByRole('link', { name: /confirm/i }).click()
  const confirming = await opened.catch(() => mail)
  await confirming.waitForURL(/\/confirm\//)

  expect(await confirming.locator('body').innerText()).not.toMatch(/luz|berkeley|jaulas/i)
  expect(await pledgesOf(server, slug)).toContainEqual(expect.objectContaining({ state: 'pending' }))
  await confirming.getByRole('button').click()
  await confirming.getByText('UC Berkeley').first().waitFor()
  expect(await confirming.locator('body').innerText()).toMatch(/10/)
  expect(await pledgesOf(server, slug)).not.toContainEqual(expect.objectContaining({ state: 'pending' }))
  expect(await tallyDifferences(server)).toEqual([])
})

test('a mail scanner that opens every link changes nothing', async () => {
  const slug = await anOpenCampaign(server)
  const page = await (await people.another()).newPage()
  await page.goto(`${server.config.publicUrl}/c/${slug}`)
  await page.getByLabel('Email', { exact: true }).fill('zoe@mail.example')
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  const message = await inbox.next('zoe@mail.example')

  const scanner = await (await people.another()).newPage()
  for (const [link] of (message.text ?? '').matchAll(/https?:\/\/\S+/g)) {
    const answer = await scanner.goto(link, { waitUntil: 'networkidle' })
    expect(answer?.status()).toBe(200)
    expect(answer?.headers()).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
  }

  expect(await pledgesOf(server, slug)).toMatchObject([{ state: 'pending' }])
  await scanner.goto(linkIn(message, 'confirm'))
  await scanner.getByRole('button').click()
  await scanner.getByText('You are counted').waitFor()
})
