import { expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url, CAPTCHA: 'altcha' }) })
const people = browsers()

test('a student without JavaScript asks to lead at her campus, and the host approves', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  const student = await (await people.another({ javaScriptEnabled: false })).newPage()
  await student.goto(`${publicUrl}/c/${slug}/gatech.edu`)
  await student.getByRole('link', { name: /Start a pledge at your school/ }).click()
  await student.getByLabel('Email').fill('ada@gatech.edu')
  await student.getByLabel('Your name').fill('Ada Lovelace')
  await student.getByLabel('A few words').fill('Three of us, from the union.')
  await student.getByRole('button', { name: 'Ask to lead' }).click()
  await student.getByText('One more step: wait').waitFor()
  server.clock.now = new Date(server.deps.now().getTime() + 16_000)
  await student.getByRole('button', { name: 'Ask to lead' }).click()
  await student.getByText('Now check your email').waitFor()
  const { text = '' } = await inbox.next('ada@gatech.edu')
  const [link = ''] = /https?:\/\/\S+\/chapter-requests\/\S+/.exec(text) ?? []
  await student.goto(link)
  await student.getByRole('button', { name: 'Show the request' }).click()
  await student.getByText('Three of us, from the union.').waitFor()
  await student.getByRole('button', { name: 'Yes, send it' }).click()
  await student.getByText('It is on its way').waitFor()

  const context = await signedIn(await people.another(), server, await anOrganizer(server))
  const page = await context.newPage()
  await page.goto(`${publicUrl}/console/campaigns/${slug}/coalition`)
  await page.getByText('Three of us, from the union.').waitFor()
  await page.getByText('(an address of that campus)').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: /^Approve/ }).click()
  await page.getByLabel('Name of the chapter').fill('YDSA at Georgia Tech')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Approve and invite' }).click()
  await page.getByText('Nobody asks at the moment').waitFor()
  const invitation = await inbox.next('ada@gatech.edu')

  expect(invitation.text).toContain('YDSA at Georgia Tech')
  await expect
    .poll(async () => (await student.goto(`${publicUrl}/c/${slug}/gatech.edu`))?.text())
    .not.toContain('chapter-requests')
})

test('the form and its pages are for everybody', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  for (const width of [360, 1280]) {
    const page = await (await people.another({ viewport: { width, height: 800 } })).newPage()
    await page.goto(`${publicUrl}/c/${slug}/gatech.edu/chapter-requests?locale=es`)
    await expectAccessible(page)
    await page.getByLabel('Tu nombre').fill('Ada')
    await page.getByRole('textbox', { name: /Email|Correo/ }).fill(`ada-${width}@gatech.edu`)
    await page.getByRole('button', { name: 'Pedir encabezarlo' }).click()
    await page.getByRole('heading', { name: 'Ahora revisa tu correo' }).waitFor()
    await expectAccessible(page)
    await page.goto(`${publicUrl}/chapter-requests/none`)
    await expectAccessible(page)
    expect(await page.getByRole('button', { name: 'Show the request' }).count()).toBe(1)
  }
})
