import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, codeIn, pledgesOf } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'
import { hostPage } from './host-page.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const host = hostPage()
const people = browsers({ expected: /503/ })

test('an organizer opens a bilingual campaign from nothing, and a student signs in what she copied', async () => {
  const { publicUrl } = server.config
  const context = await signedIn(await people.another(), server, await anOrganizer(server))
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: publicUrl })
  const page = await context.newPage()
  await page.goto(`${publicUrl}/console/`)

  await page.getByRole('link', { name: 'New campaign' }).click()
  await page.getByLabel('Title', { exact: true }).fill('No tech for cages')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Make the draft' }).click()
  await word(page)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Dates and opening' }).click()
  await page.getByRole('button', { name: 'Open it…' }).click()
  await page.getByRole('button', { name: 'Open it', exact: true }).click()
  await page.getByText('Open: people can sign.').waitFor()
  await page.getByRole('link', { name: 'Embeds' }).click()
  await page.getByLabel('Language', { exact: true }).selectOption('es')
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Copied.').waitFor()
  host.policy = `${publicUrl}/widgets/; frame-src ${publicUrl}`
  host.body = await page.evaluate('navigator.clipboard.readText()')
  await sign(host.url, 'ada@cc.gatech.edu')

  expect(await pledgesOf(server, 'no-tech-for-cages')).toMatchObject([
    { state: 'confirmed', locale: 'es', campus_proven: true },
  ])
})

test('on a bad night whoever was signing is told, and has typed nothing in vain; whoever closes a drive reads when its signers are forgotten', async () => {
  const slug = await anOpenCampaign(server)
  const { publicUrl } = server.config
  const context = await signedIn(
    await people.another(),
    server,
    await anOrganizer(server, { role: 'editor' }),
  )
  const night = await context.newPage()
  const student = await (await people.another()).newPage()
  await student.goto(`${publicUrl}/embed/${slug}`)
  await student.getByLabel('Email', { exact: true }).fill('ben@gatech.edu')

  await night.goto(`${publicUrl}/console/campaigns/${slug}/switches`)
  for (const [press, says] of [
    ['Raise the captcha', 'Signing is as dear as it gets.'],
    ['Freeze the leaderboard', 'The leaderboard stands still.'],
    ['Close signing', 'Signing is closed.'],
  ] as const) {
    await night.getByRole('button', { name: press }).click()
    await night.getByText(says).waitFor()
  }
  await expectAccessible(night)
  await student.getByRole('button', { name: 'Sign the pledge' }).click()

  await student.getByText('Signing is paused. Please come back later.').waitFor()
  expect(await student.getByLabel('Email', { exact: true }).inputValue()).toBe('ben@gatech.edu')
  expect(await pledgesOf(server, slug)).toEqual([])

  await night.getByRole('region', { name: 'Close signing' }).getByRole('button').click()
  await night.getByText('People can sign.').waitFor()
  await student.getByRole('button', { name: 'Try again' }).click()
  await student.getByLabel('Six digits').waitFor()

  await night.goto(`${publicUrl}/console/campaigns/${slug}/edit`)
  await night.getByRole('button', { name: 'Dates and opening' }).click()
  await night.getByRole('button', { name: 'Close it…' }).click()
  await night.getByRole('button', { name: 'Close it', exact: true }).click()
  const day = new Date(Date.now() + server.config.retentionDays * 86_400_000)
  const words = new Intl.DateTimeFormat('en', { dateStyle: 'medium' }).format(day)
  await night
    .getByText(new RegExp(`On ${words}.* who signed is forgotten for good, with all contacts`))
    .waitFor()
})

/** English and Spanish, saved. */
async function word(page: Page): Promise<void> {
  const english = page.getByRole('region', { name: 'English' })
  await english.getByLabel('The pledge').fill('I will not work for it while it builds cages.')
  await english.getByLabel('Why').fill('Because they need us.')
  await page.getByLabel('Another language').selectOption('es')
  await page.getByRole('button', { name: 'Add it' }).click()
  const spanish = page.getByRole('region', { name: /Spanish|Español/ })
  await spanish.getByLabel('Title').fill('Sin tecnología para jaulas')
  await spanish.getByLabel('The pledge').fill('No trabajaré para ella mientras construya jaulas.')
  await spanish.getByLabel('Why').fill('Porque nos necesitan.')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved.').waitFor()
}

async function sign(url: string, email: string): Promise<void> {
  const page = await (await people.another()).newPage()
  await page.goto(url)
  const frame = page.frameLocator('iframe')
  await frame.getByText('No trabajaré para ella').waitFor()
  await frame.getByLabel('Correo electrónico', { exact: true }).fill(email)
  await frame.getByRole('button', { name: 'Firma el compromiso' }).click()
  const { text = '' } = await inbox.next(email)
  await frame.getByLabel('Seis dígitos').pressSequentially(codeIn(text))
  await frame.getByRole('button', { name: 'Confirmar mi compromiso' }).click()
  await frame
    .getByText(/cuentas/)
    .first()
    .waitFor()
}
