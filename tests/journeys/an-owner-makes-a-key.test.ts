import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type AnOrganizer, anOrganizer } from '../builders.ts'
import { aKeyOf } from '../contacts/keys.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'
import { grouped, makesPair, usesKey } from './owner-of-keys.ts'

const server = estamos({ isUp: true })
const people = browsers()

const aSlug = () => `keys-${randomBytes(5).toString('hex')}`

async function onHerPage(owner: AnOrganizer, slug: string): Promise<Page> {
  const context = await people.another({ acceptDownloads: true })
  const page = await (await signedIn(context, server, owner)).newPage()
  await page.goto(`${server.config.publicUrl}/console/organizations/${slug}`)
  await page.getByRole('heading', { name: 'The key for contacts' }).waitFor()
  return page
}

/** As the server has them, in the form of a recovery file. */
async function keysOf(slug: string) {
  const { rows } = await server.deps.db.execute<{ fingerprint: Buffer; wrapped_key: Buffer }>(sql`
    select fingerprint, wrapped_key from organization_keys
    where organization_id = (select id from organizations where slug = ${slug})`)
  return rows.map(({ fingerprint, wrapped_key }) => ({
    fingerprint: fingerprint.toString('hex'),
    wrappedKey: wrapped_key.toString('base64url'),
  }))
}

async function expectAccessibleEverywhere(page: Page): Promise<void> {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 })
    await expectAccessible(page)
  }
}

test('an owner reads what a lost passphrase means, and has no key before she shows that its file is saved', async () => {
  const slug = aSlug()
  const page = await onHerPage(await anOrganizer(server, { organization: slug }), slug)
  const sent: string[] = []
  page.on('request', (request) => sent.push(request.postData() ?? ''))

  const made = await makesPair(page)
  await page.getByRole('button', { name: 'Use this key' }).click()
  const before = await keysOf(slug)
  const other = { ...made.recoveryFile, buffer: Buffer.from('{"is":"something else"}') }
  await page.getByLabel('The file that you saved').setInputFiles(other)
  await page.getByRole('button', { name: 'Use this key' }).click()
  await page.getByText('This is no recovery file').waitFor()
  await expectAccessibleEverywhere(page)
  await usesKey(page, made)

  expect(before).toEqual([])
  const { fingerprint, wrappedKey } = JSON.parse(made.recoveryFile.buffer.toString())
  expect(await keysOf(slug)).toEqual([{ fingerprint, wrappedKey }])
  for (const word of made.passphrase.split(' ')) expect(sent.join()).not.toContain(word)
})

test('a passphrase that is easily guessed makes no key, and what its loss means stands before it', async () => {
  const slug = aSlug()
  const page = await onHerPage(await anOrganizer(server, { organization: slug }), slug)

  await page.getByRole('button', { name: 'Make a key' }).click()
  await page.getByText('Whoever loses the passphrase loses the contacts.').waitFor()
  await page.getByLabel('We understand').check()
  await page.getByLabel('Passphrase', { exact: true }).fill('iloveyou iloveyou')
  await page.getByLabel('The passphrase again').fill('iloveyou iloveyou')
  await page.getByRole('button', { name: 'Make the key' }).click()

  await page.getByText('Too easy to guess').waitFor()
  await expectAccessibleEverywhere(page)
  expect(await page.getByText('Save the recovery file').count()).toBe(0)
})

test('another key is announced on every page of each member, and counts once a second owner compared it', async () => {
  const slug = aSlug()
  const [ada, bea] = [
    await anOrganizer(server, { organization: slug }),
    await anOrganizer(server, { organization: slug }),
  ]
  await server.deps.db.execute(sql`update memberships set owner_since = '2020-01-01' where role = 'owner'`)
  await aKeyOf(ada, slug)
  const [hers, theirs] = [await onHerPage(ada, slug), await onHerPage(bea, slug)]

  const made = await makesPair(hers)
  await usesKey(hers, made)
  await hers.getByText('You asked for it').waitFor()
  await theirs.goto(`${server.config.publicUrl}/console/`)
  await theirs
    .getByText(`Somebody asked to replace the key that contacts are sealed to for ${slug}`)
    .waitFor()
  await theirs.getByRole('link', { name: 'Look at it' }).click()
  await theirs.getByText('compare the fingerprint').waitFor()
  await expectAccessibleEverywhere(theirs)
  await theirs.getByRole('button', { name: 'Approve it now' }).click()
  await expectAccessibleEverywhere(theirs)
  await theirs.getByRole('button', { name: 'The fingerprints are the same: approve' }).click()
  await theirs.getByText(/was replaced on/).waitFor()

  await theirs.getByText('Former keys').waitFor()
  expect(await theirs.locator('#contact-key > p > code').innerText()).toBe(grouped(made.fingerprint))
})
