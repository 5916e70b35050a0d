import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { announceCampaigns } from '../../server/campaigns/campaign.ts'
import { transaction } from '../../server/db/db.ts'
import { Opening } from '../../web/console/contacts/opening.ts'
import {
  type AnOrganizer,
  anOpenCampaign,
  anOrganizer,
  campaignId,
  confirm,
  letterTo,
  sign,
} from '../builders.ts'
import { aKeyOf, aPair, offeredBy, setKey, type TestKey } from '../contacts/keys.ts'
import { estamos } from '../estamos.ts'
import { lettersTo } from '../organizers/browser.ts'
import { reached } from './reached.ts'

// What is refused to whom: tests/contacts/organization-keys.test.ts. Here is how far an intruder comes.

const server = estamos()
let made = 0

async function anOwnerAndHerDrive() {
  const organization = `drive-of-${(made += 1)}`
  const owner = await anOrganizer(server, { organization })
  const key = await aKeyOf(owner, organization)
  const slug = await anOpenCampaign(server, { organization: { slug: organization, name: organization } })
  await offers(slug, key)
  return { owner, key, slug, organization }
}

async function offers(slug: string, { fingerprint }: TestKey): Promise<void> {
  await expect.poll(() => offeredBy(server, slug)).toMatchObject([{ fingerprint }])
}

/** With whomever it offers. */
async function shares(slug: string, email: string): Promise<void> {
  const [offered] = await offeredBy(server, slug)
  await sign(server, slug, { email, shareWith: [offered?.organization ?? ''] })
  await confirm(server, slug, email)
}

/** As her console opens it. */
async function openedBy({ call }: AnOrganizer, slug: string, key: TestKey): Promise<Opening> {
  const { rawPayload } = await call('GET', `campaigns/${slug}/exports/contacts`)
  const opening = new Opening(new Map([[key.fingerprint, key]]))
  opening.take(rawPayload)
  return opening
}

/** Where no wait and no other owner is in the way: in the tables. */
async function slipIn(organization: string, { fingerprint, publicKey }: TestKey): Promise<void> {
  await transaction(server.deps.db, async (tx) => {
    await tx.execute(sql`
      insert into organization_keys (organization_id, fingerprint, public_key, wrapped_key, replaces, asked_by, asked_at, takes_effect_at)
      select organization_id, ${Buffer.from(fingerprint, 'hex')}, ${Buffer.from(publicKey)}, wrapped_key, fingerprint, asked_by, now(), now()
      from organization_keys where organization_id = (select id from organizations where slug = ${organization})`)
    await announceCampaigns(tx)
  })
}

test('B12: a stolen session swaps no key, with or without its passkey, and every owner hears of the try', async () => {
  const { owner, key, slug, organization } = await anOwnerAndHerDrive()
  const other = await anOrganizer(server, { organization })
  const withoutPasskey = await anOrganizer(server, { organization, isFresh: false })

  const refused = await setKey(withoutPasskey, organization)
  const asked = await setKey(owner, organization)
  await shares(slug, 'ada@example.edu')

  expect(refused.json()).toMatchObject({ code: 'passkey-needed' })
  expect(asked.json()).toMatchObject({
    current: { fingerprint: key.fingerprint },
    waiting: expect.anything(),
  })
  expect((await openedBy(owner, slug, key)).tally).toEqual({ opened: 1, leftOut: {}, broken: 0 })
  for (const { email } of [owner, other, withoutPasskey]) {
    const texts = (await lettersTo(server, email)).map(({ text }) => text).join()
    expect(texts).toContain('asked to replace')
  }
  reached('B12', 'a stolen session, its passkey too: 72 hours to wait, a letter to each owner, no contact')
})

test('B12: who writes his key into the tables gets what is shared from then on; his boxes are refused and counted', async () => {
  const { owner, key, slug, organization } = await anOwnerAndHerDrive()
  await shares(slug, 'before@example.edu')
  const his = aPair()

  await slipIn(organization, his)
  await offers(slug, his)
  await sign(server, slug, { email: 'after@example.edu', shareWith: [organization] })
  const letter = await letterTo(server, 'after@example.edu')
  await confirm(server, slug, 'after@example.edu')

  const { contacts, tally } = await openedBy(owner, slug, key)
  expect(contacts.map(({ email }) => email)).toEqual(['before@example.edu'])
  expect(tally).toEqual({ opened: 1, leftOut: { [his.fingerprint]: 1 }, broken: 0 })
  expect(letter?.text.replace(/\s/g, '')).toContain(his.fingerprint.slice(0, 16))
  const { organizations } = (await owner.call('GET', 'session')).json()
  expect(organizations).toMatchObject([{ newKey: { fingerprint: his.fingerprint } }])
  reached('B12', 'write access to the tables: contacts from then on, under a fingerprint that all are shown')
})

test('B12: a box that names a key of ours and is another’s is counted as broken, and the others are opened', async () => {
  const { owner, key, slug } = await anOwnerAndHerDrive()
  await shares(slug, 'ada@example.edu')
  await shares(slug, 'bea@example.edu')

  await server.deps.db.execute(sql`
    update sealed_contacts set box = sha256(box) || sha256(box) || sha256(box)
    where email_digest = (select min(email_digest) from sealed_contacts where campaign_id = ${await campaignId(server, slug)})`)

  expect((await openedBy(owner, slug, key)).tally).toEqual({ opened: 1, leftOut: {}, broken: 1 })
})
