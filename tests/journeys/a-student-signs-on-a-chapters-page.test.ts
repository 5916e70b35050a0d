import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { anOpenCampaign, campaignId, codeIn, crowd, tallyDifferences } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { hostPage, snippet } from './host-page.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url, CAPTCHA: 'altcha' }) })
const host = hostPage()
const people = browsers()

test('a student signs in the frame on her chapter’s page, types the code, and a watcher sees the campus rise', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'gatech.edu', people: 6 })
  host.policy = `${publicUrl}/widget.js; frame-src ${publicUrl}`
  host.body = snippet(publicUrl, `/embed/${slug}/gatech.edu?source=ydsa-gt`)
  const watching = await (await people.another()).newPage()
  await watching.goto(`${publicUrl}/c/${slug}`)
  const tally = watching.locator('li', { hasText: 'Georgia Tech' })
  await tally.getByText('6', { exact: true }).waitFor()
  const page = await (await people.another()).newPage()
  await page.goto(host.url)
  const frame = page.frameLocator('iframe')

  await frame.getByLabel('Email', { exact: true }).fill('ada@cc.gatech.edu')
  await frame.getByRole('button', { name: 'Sign the pledge' }).click()
  const message = await inbox.next('ada@cc.gatech.edu')
  await somebodyGuesses(slug)
  await frame.getByLabel('Six digits').pressSequentially(codeIn(message.text ?? ''))
  const confirmed = page.waitForResponse(/confirmations/)
  await frame.getByRole('button', { name: 'Confirm my pledge' }).click()
  await confirmed
  await tally.getByText('7', { exact: true }).waitFor({ timeout: 1_000 })

  await frame.getByText('You are counted').waitFor()
  await frame.getByText('Georgia Tech: 7 pledges').waitFor()
  expect(await page.evaluate('raised')).toEqual([
    ['estamos:signed', { campaign: slug }, 'IFRAME'],
    ['estamos:confirmed', { campaign: slug }, 'IFRAME'],
  ])
  expect(JSON.stringify(await page.evaluate('heard'))).not.toMatch(/ada|\d/)
  expect(await page.evaluate('document.querySelector("iframe").contentDocument')).toBeNull()
  expect(message.subject).not.toContain('cages')
  expect(await tallyDifferences(server)).toEqual([])
})

/** So often that a code is taken only with a proof, or with what the browser that signed has kept. */
async function somebodyGuesses(slug: string): Promise<void> {
  await server.deps.db.execute(sql`
    insert into code_failures (campaign_id, hour, failures)
    values (${await campaignId(server, slug)}, date_trunc('hour', now()), 100)`)
}
