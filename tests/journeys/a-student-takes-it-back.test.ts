import { expect, test } from 'vitest'
import { anOpenCampaign, crowd, pledgesOf, tallyDifferences } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { linkIn } from './mail.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const people = browsers({ expected: /status of 401/ })

test('a student sees all that is held, takes it back, is gone from the count, and erases the rest', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server, { goal: 10 })
  await crowd(server, slug, { campus: 'brown.edu', people: 5 })
  const context = await people.another()
  const page = await context.newPage()
  await page.goto(`${publicUrl}/c/${slug}`)
  await page.getByLabel('Email', { exact: true }).fill('kim@brown.edu')
  await page.getByLabel('List me by first name and initial').check()
  await page.getByLabel('Your name').fill('Kim Park')
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.goto(linkIn(await inbox.next('kim@brown.edu'), 'confirm'))
  await page.getByRole('button').click()
  await page.getByText('Brown University: 6 pledges').waitFor()

  await page.goto(`${publicUrl}/c/${slug}/my-pledge-links`)
  await page.getByLabel('Email').fill('kim@brown.edu')
  await page.getByRole('button', { name: 'Send me the link' }).click()
  await page.getByText('Check your email').waitFor()
  await page.goto(linkIn(await inbox.next('kim@brown.edu'), 'my-pledge'))
  expect(await page.locator('body').innerText()).not.toMatch(/brown|kim/i)
  await page.getByRole('button', { name: 'Show me' }).click()
  await page.getByText('Kim P.').first().waitFor()
  await page.getByText('Take it back').click()
  await page.getByRole('button', { name: 'Take my pledge back' }).click()
  await page.getByText('You no longer count').waitFor()

  const watching = await (await people.another()).newPage()
  await watching.goto(`${publicUrl}/c/${slug}/brown.edu`)
  // She left the count; what is shown moves with the day, so that nobody sees who left at that moment.
  await watching.getByText('6 pledges at Brown').waitFor()
  expect(await tallyDifferences(server)).toEqual([])
  expect(await pledgesOf(server, slug)).toEqual(
    expect.arrayContaining([expect.objectContaining({ state: 'withdrawn' })]),
  )
  await page.getByText('Erase everything', { exact: true }).first().click()
  await page.getByRole('button', { name: 'Erase everything now' }).click()
  await page.getByText('It is gone').waitFor()
  expect(await pledgesOf(server, slug)).toHaveLength(5)
  await page.goto(`${publicUrl}/my-pledge`)
  await page.getByText('Open this page from the link in your email').waitFor()
})
