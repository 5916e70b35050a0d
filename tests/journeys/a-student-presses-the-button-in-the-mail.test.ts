import { afterAll, beforeAll, expect, test } from 'vitest'
import { anOpenCampaign, checksum, crowd, rowOf, tallyDifferences } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { writingFor } from '../updates/writing.ts'
import { browsers } from './browsers.ts'
import { followed, openedMail, scanned } from './mail.ts'

const inbox = await smtpInbox()
// Without a worker beside it: nothing changes by the clock while a scanner is watched.
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })
const people = browsers()

beforeAll(async () => void (await server.app.listen({ host: 'localhost', port: server.config.port })))
afterAll(() => inbox.close())

test.for([
  ['en-US', 'joy@berkeley.edu'],
  ['es-MX', 'luz@berkeley.edu'],
] as const)(
  'a scanner opens every link of a student’s mail and changes nothing; then she presses the buttons (%s)',
  async ([locale, email]) => {
    const says = (english: string, spanish: string) => (locale === 'es-MX' ? spanish : english)
    const slug = await anOpenCampaign(server)
    await crowd(server, slug, { campus: 'berkeley.edu', people: 9 })
    const context = await people.another({ locale })
    const scanner = await people.another()
    const page = await context.newPage()

    await page.goto(`${server.config.publicUrl}/c/${slug}/berkeley.edu`)
    await page.getByLabel(says('Email', 'Correo electrónico'), { exact: true }).fill(email)
    await page.getByLabel(says('Email me about this', 'Escríbanme sobre este')).check()
    await page.getByRole('button', { name: says('Sign the pledge', 'Firma el compromiso') }).click()
    await page.getByText(says('Now check your email', 'Ahora revisa tu correo')).waitFor()
    await server.work()
    const first = await inbox.next(email)
    const firstMail = await openedMail(context, first)
    const signed = await checksum(server)
    const firstScan = await scanned(scanner, firstMail, first)

    expect(firstScan).toEqual(['confirm', 'my-pledge', 'stop-mail'])
    expect(await checksum(server)).toBe(signed)
    expect(await rowOf(server, slug, email)).toMatchObject({ state: 'pending', locale: says('en', 'es') })
    const confirming = await followed(firstMail, /confirm/i)
    expect(await confirming.locator('body').innerText()).not.toMatch(/joy|luz|berkeley|jaulas|cages/i)
    await confirming.getByRole('button').click()
    await confirming.getByText(says('You are counted', 'Ya cuentas')).waitFor()
    expect(await confirming.locator('body').innerText()).toMatch(/UC Berkeley[^]*10/)
    expect(await rowOf(server, slug, email)).toMatchObject({ state: 'confirmed' })
    expect(await tallyDifferences(server)).toEqual([])

    await (await writingFor(server, slug)).send()
    await server.work()
    const news = await inbox.next(email)
    const newsMail = await openedMail(context, news)
    const counted = await checksum(server)
    const newsScan = await scanned(scanner, newsMail, news)

    expect(newsScan).toEqual(['my-pledge', 'unsubscribe'])
    expect(await checksum(server)).toBe(counted)
    const ending = await followed(newsMail, new RegExp(says('Stop these emails', 'No recibir más estos')))
    await ending.getByRole('button', { name: says('Stop these', 'No recibir más') }).click()
    await ending.getByText(says('You get no more news.', 'No recibirás más novedades.')).waitFor()
    expect(await rowOf(server, slug, email)).toMatchObject({ state: 'confirmed', wants_updates: false })
  },
)
