import { sql } from 'drizzle-orm'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type BounceReceiver, openBounceReceiver } from '../../server/mail/bounce-receiver.ts'
import type { ReturnPaths } from '../../server/mail/return-paths.ts'
import { anOpenCampaign, codeIn, pledgesOf, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aNotification, bringBack } from '../mail/coming-back.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { expectAccessible } from './console.ts'

const inbox = await smtpInbox({
  onRcptTo({ address }, _session, done) {
    const isGone = address === 'bbo@mit.edu'
    done(isGone ? Object.assign(new Error('5.1.1 No such user'), { responseCode: 550 }) : undefined)
  },
})
const server = estamos({
  isUp: true,
  env: () => ({ SMTP_URL: inbox.url, BOUNCE_ADDRESS: 'bounces@pledge.example.org' }),
})
const people = browsers()
let receiver: BounceReceiver

beforeAll(async () => {
  const { deps } = server
  const returnPaths = deps.backChannel.returnPaths as ReturnPaths
  receiver = await openBounceReceiver({
    deps,
    returnPaths,
    databaseUrl: server.databaseUrl,
    host: '127.0.0.1',
    port: 0,
  })
})
afterAll(() => Promise.all([receiver.close(), inbox.close()]))

async function refused(): Promise<void> {
  await vi.waitUntil(hasRefusal, 10_000)
}

async function hasRefusal(): Promise<boolean> {
  const { rows } = await server.deps.db.execute(sql`
    select id from letters where state in ('refused', 'bounced')`)
  return rows.length > 0
}

async function signAs(page: Page, email: string): Promise<void> {
  await page.getByLabel('Email', { exact: true }).fill(email)
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByText('Now check your email').waitFor()
}

test('a student mistypes her address, her letter comes back later: her browser alone is told, and she signs with the right one', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  const page = await (await people.another()).newPage()
  const another = await (await people.another()).newPage()
  const asked = new Set<Page>()
  for (const one of [page, another]) {
    await one.clock.install()
    await one.goto(`${publicUrl}/embed/${slug}`)
    one.on('response', (answer) => {
      if (answer.url().includes('/receipts/')) asked.add(one)
    })
  }
  await page.getByLabel('You are').selectOption('alum')
  await page.getByLabel('Email me about this pledge').check()
  await signAs(page, 'aad@mit.edu')
  const { envelope } = await inbox.next('aad@mit.edu')
  await signAs(another, 'aad@mit.edu')
  await inbox.next('aad@mit.edu')

  const { port } = receiver
  const taken = await bringBack({ port, to: envelope.from, raw: aNotification({ to: 'aad@mit.edu' }) })
  const { receipt } = (await sign(server, slug, { email: 'aad@mit.edu' })).json()
  await page.clock.fastForward(10_000)
  await another.clock.fastForward(10_000)
  await page.getByRole('alert').getByText('That address bounced. Check it: aad@mit.edu').waitFor()
  await vi.waitUntil(() => asked.size === 2, 10_000)
  await expectAccessible(page)
  const seenByAnother = await another.locator('main').innerText()
  const answeredLater = await fetch(`${publicUrl}/api/v1/receipts/${receipt}`)
  await page.getByRole('button', { name: 'Wrong address? Change it' }).click()

  expect(taken).toBe(250)
  expect(seenByAnother).toContain('aad@mit.edu')
  expect(seenByAnother).not.toContain('bounced')
  expect(await answeredLater.json()).toEqual({ status: 'waiting' })
  const email = page.getByLabel('Email', { exact: true })
  expect(await email.inputValue()).toBe('aad@mit.edu')
  expect(await email.getAttribute('aria-invalid')).toBe('true')
  expect(await page.getByLabel('You are').inputValue()).toBe('alum')
  expect(await page.getByLabel('Email me about this pledge').isChecked()).toBe(true)
  await signAs(page, 'ada@mit.edu')
  expect(await page.locator('main').innerText()).not.toContain('bounced')
  const message = await inbox.next('ada@mit.edu')
  await page.getByLabel('Six digits').fill(codeIn(message.text ?? ''))
  await page.getByRole('button', { name: 'Confirm my pledge' }).click()
  await page.getByText('You are counted').waitFor()
  const counted = (await pledgesOf(server, slug)).filter(({ state }) => state === 'confirmed')
  expect(counted).toHaveLength(1)
})

test('nobody is asked on and on: less and less often, and not while the page is hidden', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  const page = await (await people.another()).newPage()
  let asked = 0
  page.on('request', (request) => {
    if (request.url().includes('/receipts/')) asked += 1
  })
  await page.clock.install()
  await page.goto(`${publicUrl}/c/${slug}`)
  await signAs(page, 'eva@mit.edu')
  await page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true })`)
  await page.clock.runFor(3_600_000)
  const whileHidden = asked
  await page.evaluate(`Object.defineProperty(document, 'hidden', { value: false })`)

  await page.clock.runFor(3_600_000)

  expect(whileHidden).toBe(0)
  await vi.waitUntil(() => asked >= 6, 5_000)
  expect(asked).toBe(6)
})

test('without JavaScript a button on the same page tells it, in Spanish too', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  const page = await (await people.another({ javaScriptEnabled: false })).newPage()
  await page.goto(`${publicUrl}/embed/${slug}?locale=es`)
  await page.getByLabel('Correo electrónico', { exact: true }).fill('bbo@mit.edu')
  await page.getByRole('button', { name: 'Firma el compromiso' }).click()
  const ask = page.getByRole('button', { name: '¿No llegó nada? Mira qué pasó' })
  await ask.click()
  const early = await page.locator('main').innerText()
  await refused()

  await vi.waitFor(async () => {
    await ask.click()
    expect(await page.locator('main').innerText()).toContain('Esa dirección rebotó. Revísala: bbo@mit.edu')
  }, 10_000)

  expect(early).toContain('bbo@mit.edu')
  expect(page.url()).not.toContain('bbo')
})
