import { expect, test } from 'vitest'
import { anOpenCampaign, codeIn, crowd, pledgesOf, tallyDifferences } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { hostPage, snippet } from './host-page.ts'
import { linkIn } from './mail.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url, CAPTCHA: 'altcha' }) })
const host = hostPage()
const people = browsers({ expected: /status of 422/ })
const withoutScript = { javaScriptEnabled: false }

/** As the server's clock has it: so long a form without a script has to wait. */
function aMoment() {
  server.clock.now = new Date(server.deps.now().getTime() + 16_000)
}

test('a student without JavaScript signs in the frame and types the code there', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'gatech.edu', people: 5 })
  host.policy = `; frame-src ${publicUrl}`
  host.body = snippet(publicUrl, `/embed/${slug}/gatech.edu?theme=dark`)
  const page = await (await people.another(withoutScript)).newPage()
  await page.goto(host.url)
  const frame = page.frameLocator('iframe')

  await frame.getByLabel('Email', { exact: true }).fill('ana@gatech')
  await frame.getByRole('button', { name: 'Sign the pledge' }).click()
  await frame.getByText('we cannot write to it').waitFor()
  expect(await frame.getByLabel('Email', { exact: true }).inputValue()).toBe('ana@gatech')
  await frame.getByLabel('Email', { exact: true }).fill('ana@gatech.edu')
  await frame.getByRole('button', { name: 'Sign the pledge' }).click()
  await frame.getByText('One more step: wait').waitFor()
  expect(await frame.getByLabel('Email', { exact: true }).inputValue()).toBe('ana@gatech.edu')
  aMoment()
  await frame.getByRole('button', { name: 'Sign the pledge' }).click()
  const message = await inbox.next('ana@gatech.edu')
  await frame.getByLabel('Six digits').fill(codeIn(message.text ?? ''))
  await frame.getByRole('button', { name: 'Confirm my pledge' }).click()

  await frame.getByText('Georgia Tech: 6 pledges').waitFor()
  expect(await tallyDifferences(server)).toEqual([])
})

test('without JavaScript a campus typed in words is asked about, and the mailed button confirms', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  const page = await (await people.another(withoutScript)).newPage()

  await page.goto(`${publicUrl}/c/${slug}`)
  await page.getByLabel('Email', { exact: true }).fill('mei@mail.example')
  await page.getByRole('combobox', { name: 'Campus' }).fill('berkeley')
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByRole('radio', { name: /California, Berkeley/ }).check()
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByText('One more step: wait').waitFor()
  aMoment()
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByText('Now check your email').waitFor()
  const message = await inbox.next('mei@mail.example')
  await page.goto(linkIn(message, 'confirm'))
  await page.getByRole('button').click()

  await page.getByText('among the first at UC Berkeley').waitFor()
  expect(await pledgesOf(server, slug)).toMatchObject([
    { state: 'confirmed', contact: null, display_name: null },
  ])
})
