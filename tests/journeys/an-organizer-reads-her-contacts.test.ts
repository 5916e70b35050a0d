import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import type { Page, Route } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import readXlsxFile from 'read-excel-file/node'
import { dump, foundIn } from '../attacks/leaks.ts'
import { type AnOrganizer, anOpenCampaign, anOrganizer, confirm, sign } from '../builders.ts'
import { recoveryFile } from '../../web/console/contacts/recovery-file.ts'
import { wrap } from '../../web/console/contacts/wrapping.ts'
import { aPair, offeredBy, setKey } from '../contacts/keys.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'
import { linkIn } from './mail.ts'
import { type MadeKey, makesPair, usesKey } from './owner-of-keys.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const people = browsers()

const today = () => new Date().toISOString().slice(0, 10)

afterAll(() => inbox.close())

/** An owner in her browser, with a key that she has just made. */
async function anOwnerWithKey() {
  const owner = await anOrganizer(server)
  const context = await people.another({ acceptDownloads: true })
  const page = await (await signedIn(context, server, owner)).newPage()
  await page.goto(`${server.config.publicUrl}/console/organizations/mijente`)
  const key = await makesPair(page)
  await usesKey(page, key)
  return { page, key }
}

async function aStudentShares(slug: string, { name, email }: { name: string; email: string }): Promise<void> {
  const page = await (await people.another()).newPage()
  await page.goto(`${server.config.publicUrl}/c/${slug}`)
  await page.getByLabel('Email', { exact: true }).fill(email)
  await page.getByLabel(/Let mijente contact me/).check()
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.goto(linkIn(await inbox.next(email), 'confirm'))
  await page.getByRole('button').first().click()
  await page.getByText('You are counted').waitFor()
}

async function atContacts(page: Page, slug: string): Promise<void> {
  await page.goto(`${server.config.publicUrl}/console/campaigns/${slug}/contacts`)
  await page.getByRole('button', { name: 'Take them out' }).waitFor()
}

async function takesOut(page: Page): Promise<Buffer> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Take them out' }).click(),
  ])
  await page.getByText(`saved as ${file.suggestedFilename()}`).waitFor()
  return await readFile(await file.path())
}

/** A proxy's time limit, say: the answer ends in order, and some of it is missing. */
async function cutOff(route: Route): Promise<void> {
  const answer = await route.fetch()
  await route.fulfill({ response: answer, body: '' })
}

interface Sharing {
  email: string
  name: string
  organization: string
  /** The fingerprint of the key that it offers by then. */
  with: string
}

async function shares(
  slug: string,
  { email, name, organization, with: fingerprint }: Sharing,
): Promise<void> {
  await expect.poll(() => offeredBy(server, slug)).toMatchObject([{ organization, fingerprint }])
  await sign(server, slug, { email, name, shareWith: [organization] })
  await confirm(server, slug, email)
}

/** As her browser would have made it; the server's copy is of no use any more. */
async function aWrappedKeyOf(owner: AnOrganizer, organization: string): Promise<MadeKey> {
  const passphrase = 'five words of an evening long ago'
  const pair = aPair()
  const publicKey = Buffer.from(pair.publicKey).toString('base64url')
  const wrappedKey = Buffer.from(wrap(pair.privateKey, passphrase)).toString('base64url')
  const file = recoveryFile(organization, { fingerprint: pair.fingerprint, publicKey, wrappedKey })
  await setKey(owner, organization, pair)
  const buffer = Buffer.from(await file.arrayBuffer())
  return {
    passphrase,
    fingerprint: pair.fingerprint,
    recoveryFile: { name: file.name, mimeType: file.type, buffer },
  }
}

/** Another owner vouches for it. @returns its fingerprint */
async function aKeyAfter(owner: AnOrganizer, organization: string): Promise<string> {
  const second = await anOrganizer(server, { organization })
  await server.deps.db.execute(sql`update memberships set owner_since = '2020-01-01' where role = 'owner'`)
  const { waiting } = (await setKey(owner, organization)).json()
  await second.call('POST', `organizations/${organization}/keys/${waiting.fingerprint}/approval`)
  return waiting.fingerprint as string
}

// Four times a passphrase is stretched, which takes seconds each, as it shall.
test(
  'an organizer makes a key, a student shares her contact, and only the passphrase opens it, in the browser',
  { timeout: 60_000 },
  async () => {
    const zerlinda = { name: 'Zerlinda Zebulon', email: 'zerlinda@quirina.example' }
    const { page, key } = await anOwnerWithKey()
    const slug = await anOpenCampaign(server)
    await expect.poll(() => offeredBy(server, slug)).toHaveLength(1)
    await aStudentShares(slug, zerlinda)
    const sent: string[] = []
    page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
    await atContacts(page, slug)
    const passphrase = page.getByLabel(/^Passphrase/)

    await passphrase.fill('some other words than those')
    await page.getByRole('button', { name: 'Take them out' }).click()
    await page.getByText('This is not the passphrase of this key').waitFor()
    await expectAccessible(page)
    await passphrase.fill(key.passphrase)
    const csv = await takesOut(page)
    await expectAccessible(page)

    expect(parse(csv, { bom: true })).toEqual([
      ['Email', 'Name', 'Shared on'],
      [zerlinda.email, zerlinda.name, today()],
    ])
    const held = await dump(server.deps.db)
    expect(held.length).toBeGreaterThan(50)
    expect(foundIn(held, ['zerlinda', 'zebulon', 'quirina.example'])).toEqual([])
    expect(sent.length).toBeGreaterThan(3)
    for (const word of key.passphrase.split(' ')) expect(sent.join()).not.toContain(word)
  },
)

test('what was sealed to a former key is opened by its recovery file; what no key at hand opens is left out', async () => {
  const organization = 'glahr'
  const owner = await anOrganizer(server, { organization })
  const former = await aWrappedKeyOf(owner, organization)
  const slug = await anOpenCampaign(server, { organization: { slug: organization, name: organization } })
  await shares(slug, {
    email: 'early@example.edu',
    name: 'Ada Early',
    organization,
    with: former.fingerprint,
  })
  const next = await aKeyAfter(owner, organization)
  await shares(slug, { email: 'late@example.edu', name: 'Lea Late', organization, with: next })
  const context = await people.another({ acceptDownloads: true })
  const page = await (await signedIn(context, server, owner)).newPage()
  await atContacts(page, slug)

  await page.getByLabel(/^Passphrase of the former key/).fill(former.passphrase)
  await page.getByText('Use its recovery file').nth(1).click()
  await page.getByLabel('Recovery file').nth(1).setInputFiles(former.recoveryFile)
  await page.getByLabel('Excel workbook').check()
  await page.route('**/exports/contacts', cutOff, { times: 1 })
  await page.getByRole('button', { name: 'Take them out' }).click()
  await page.getByText('cut off before their end, and nothing was saved').waitFor()
  const xlsx = await takesOut(page)

  await page.getByText('Left out: 1 contact sealed to the key').waitFor()
  await expectAccessible(page)
  const [sheet] = await readXlsxFile(xlsx)
  expect(sheet?.data).toEqual([
    ['Email', 'Name', 'Shared on'],
    ['early@example.edu', 'Ada Early', new Date(today())],
  ])
})
