import { expect, test } from 'vitest'
import { stopUrl } from '../../server/mail/stop-link.ts'
import { unsubscribeUrl } from '../../server/pledges/unsubscribing.ts'
import { anOpenCampaign, confirm, keyOf, rowOf, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { expectAccessible } from './console.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const people = browsers()

test.for([
  [360, 'en-US'],
  [1280, 'es-MX'],
] as const)(
  'a stranger’s address was typed: she stops all mail, and later allows it again (%i px, %s)',
  async ([width, locale]) => {
    const isSpanish = locale.startsWith('es')
    const says = (english: string, spanish: string) => (isSpanish ? spanish : english)
    const email = `ada${width}@mail.example`
    const slug = await anOpenCampaign(server)
    const page = await (await people.another({ viewport: { width, height: 800 }, locale })).newPage()
    await sign(server, slug, { email, locale })
    const message = await inbox.next(email)

    await page.goto(/https?:\S+\/stop-mail\/\S+/.exec(message.text ?? '')?.[0] ?? '')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: says('Stop all email', 'Parar todos los correos') }).click()
    await page.getByText(says('We do not write to this address', 'No escribiremos más')).waitFor()
    await expectAccessible(page)
    await sign(server, slug, { email, locale })
    await server.work()
    const meanwhile = inbox.received.filter(({ envelope }) => envelope.to.includes(email)).length
    await page.getByRole('button', { name: says('Allow email again', 'Permitir correos otra vez') }).click()
    await page.getByText(says('Email is allowed again.', 'Los correos están permitidos')).waitFor()
    await expectAccessible(page)
    await sign(server, slug, { email, locale })

    expect(meanwhile).toBe(1)
    expect((await inbox.next(email)).text).toContain('/confirm/')
  },
)

test('all of it works without a script', async () => {
  const email = 'uma@mail.example'
  const slug = await anOpenCampaign(server)
  const page = await (await people.another({ javaScriptEnabled: false, locale: 'en-US' })).newPage()

  await page.goto(stopUrl(server.deps, email, 'en'))
  await page.getByRole('button', { name: 'Stop all email' }).click()
  await page.getByRole('button', { name: 'Allow email again' }).click()
  await page.getByText('Email is allowed again.').waitFor()
  await sign(server, slug, { email })

  expect((await inbox.next(email)).text).toContain('/confirm/')
})

test.for([360, 1280])('somebody who has read enough unsubscribes (%i px)', async (width) => {
  const email = `eva${width}@mail.example`
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email, updates: true })
  await confirm(server, slug, email)
  const page = await (await people.another({ viewport: { width, height: 800 }, locale: 'en-US' })).newPage()

  await page.goto(unsubscribeUrl(server.deps, await keyOf(server, slug, email), 'en'))
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Stop these emails' }).click()
  await page.getByText('You get no more news.').waitFor()
  await expectAccessible(page)

  expect(await rowOf(server, slug, email)).toMatchObject({
    state: 'confirmed',
    wants_updates: false,
    contact: null,
  })
})
