import { beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import {
  type AnOrganizer,
  anOpenCampaign,
  anOrganizer,
  asSigner,
  campaignId,
  codeFor,
  confirm,
  confirmByToken,
  letterTo,
  rowOf,
  sign,
  times,
  tokenFor,
  tokenIn,
  tryCode,
} from '../builders.ts'
import { aPartner } from '../coalitions/coalition.ts'
import { estamos } from '../estamos.ts'
import { aKeyOf, aPair, offeredBy, opened, setKey, type TestKey } from './keys.ts'

const server = estamos()
const ada = 'ada@example.edu'
const shareWith = ['mijente']

let owner: AnOrganizer
let second: AnOrganizer
let key: TestKey

beforeAll(async () => {
  ;[owner, second] = [await anOrganizer(server), await anOrganizer(server)]
  await server.deps.db.execute(sql`update memberships set owner_since = '2020-01-01' where role = 'owner'`)
  key = await aKeyOf(owner, 'mijente')
})

/** A campaign of the organization whose key it is, once it offers it. */
async function aSharingCampaign(): Promise<string> {
  const slug = await anOpenCampaign(server)
  await expect.poll(() => offeredBy(server, slug)).toMatchObject([{ organization: 'mijente' }])
  return slug
}

async function boxesIn(slug: string) {
  const id = await campaignId(server, slug)
  const { rows } = await server.deps.db.execute<{ box: Buffer; day: string }>(
    sql`select box, day::text from sealed_contacts where campaign_id = ${id}`,
  )
  return rows
}

function contactIn(box: Buffer, pair = key): unknown {
  return JSON.parse(Buffer.from(opened(pair, box.toString('base64url'))).toString())
}

async function shared(email = ada): Promise<string> {
  const slug = await aSharingCampaign()
  await sign(server, slug, { email, shareWith })
  await confirm(server, slug, email)
  expect(await boxesIn(slug)).toHaveLength(1)
  return slug
}

const path = (slug: string) => `campaigns/${slug}/exports/contacts`

async function withContacts(people: number): Promise<string> {
  const slug = await aSharingCampaign()
  for (const n of times(people, (at) => at)) {
    await sign(server, slug, { email: `person-${n}@example.edu`, shareWith })
    await confirm(server, slug, `person-${n}@example.edu`)
  }
  return slug
}

function linesOf(body: string): { fingerprint: string; day: string; box: string }[] {
  return body
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

describe('a contact that is shared', () => {
  test('is sealed at the confirmation, the server’s copy is gone, and that key alone opens it', async () => {
    const slug = await aSharingCampaign()
    await sign(server, slug, { name: 'Ada Lovelace', shareWith })

    const answer = await confirm(server, slug)

    const boxes = await boxesIn(slug)
    expect(answer.statusCode).toBe(200)
    expect(boxes.map(({ box }) => contactIn(box))).toEqual([{ email: ada, name: 'Ada Lovelace' }])
    expect(() => contactIn(boxes[0]?.box as Buffer, aPair())).toThrow()
    expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed', contact: null, display_name: null })
    expect(boxes[0]?.day).toMatch(/^\d{4}-\d\d-\d\d$/)
  })

  test('is listed in the email, with the short form of the key, before anything is sealed', async () => {
    const slug = await aSharingCampaign()
    await sign(server, slug, { shareWith })

    const letter = await letterTo(server, ada)

    const short = key.fingerprint.slice(0, 16).replace(/(.{4})(?=.)/g, '$1 ')
    expect(letter?.text.replace(/\s+/g, ' ')).toContain(`with mijente (key ${short})`)
    expect(letter?.text.replace(/\s+/g, ' ')).toContain('with the code it is not shared')
    expect(await boxesIn(slug)).toEqual([])
    await confirmByToken(server, tokenIn(letter?.text ?? '', 'confirm'))
    expect(await boxesIn(slug)).toHaveLength(1)
  })

  test('stays unshared where the code alone confirmed it, as a foreign page could ask for', async () => {
    const slug = await aSharingCampaign()
    await sign(server, slug, { shareWith })
    const link = await tokenFor(server, slug, { purpose: 'confirm' })

    const answer = await tryCode(server, slug, await codeFor(server, slug))
    await confirmByToken(server, link)

    expect(answer.statusCode).toBe(200)
    expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed', contact: null })
    expect(await boxesIn(slug)).toEqual([])
  })

  test('stays unshared where the link’s email did not list it, since somebody signed anew', async () => {
    const slug = await aSharingCampaign()
    await sign(server, slug)
    const link = await tokenFor(server, slug, { purpose: 'confirm' })
    await sign(server, slug, { shareWith })

    await confirmByToken(server, link)

    expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed', contact: null })
    expect(await boxesIn(slug)).toEqual([])
  })

  test('goes once to each organization, however often the link is pressed at the same moment', async () => {
    const slug = await aSharingCampaign()
    const partner = await aPartner(server, slug, { organization: 'glahr' })
    const theirs = await aKeyOf(partner, 'glahr')
    await expect.poll(async () => (await offeredBy(server, slug)).length).toBe(2)
    await sign(server, slug, { shareWith: ['glahr', 'mijente'] })
    const link = await tokenFor(server, slug, { purpose: 'confirm' })

    await Promise.all(times(6, () => confirmByToken(server, link)))

    const { rows } = await server.deps.db.execute<{ slug: string; box: Buffer }>(sql`
      select slug, box from sealed_contacts join organizations on id = organization_id
      where campaign_id = ${await campaignId(server, slug)} order by slug`)
    expect(rows.map(({ slug: of }) => of)).toEqual(['glahr', 'mijente'])
    expect(contactIn(rows[0]?.box as Buffer, theirs)).toEqual({ email: ada })
  })

  test('is kept for updates too where both were ticked', async () => {
    const slug = await aSharingCampaign()
    await sign(server, slug, { shareWith, updates: true })

    await confirm(server, slug)

    expect(await rowOf(server, slug)).toMatchObject({ wants_updates: true, contact: expect.any(Buffer) })
    expect(await boxesIn(slug)).toHaveLength(1)
  })
})

test('an organization without a key, a stranger to the campaign, and a drive that only counts are refused', async () => {
  const slug = await aSharingCampaign()
  await aPartner(server, slug, { organization: 'keyless' })
  const counting = await anOpenCampaign(server, { contactMode: 'count-only' })

  const answers = [
    await sign(server, slug, { shareWith: ['keyless'] }),
    await sign(server, slug, { shareWith: ['mijente', 'nobody'] }),
    await sign(server, counting, { shareWith }),
  ]

  for (const answer of answers) {
    expect(answer.json()).toMatchObject({ status: 422, code: 'contact-not-offered', field: 'shareWith' })
  }
  expect(await offeredBy(server, counting)).toEqual([])
  expect((await owner.call('GET', `campaigns/${counting}/contacts`)).json()).toMatchObject({
    isAskedFor: false,
  })
  expect((await owner.call('GET', `campaigns/${slug}/contacts`)).json()).toMatchObject({ isAskedFor: true })
})

describe('what she does afterwards', () => {
  test.each([
    ['POST', '/withdrawal'],
    ['DELETE', ''],
  ] as const)('%s my-pledge%s deletes what was sealed', async (method, path) => {
    const slug = await shared()

    await (
      await asSigner(server, slug)
    )(method, path)

    expect(await boxesIn(slug)).toEqual([])
  })

  test('her page says with whom it is shared, takes it back, and shares it again with her address typed', async () => {
    const slug = await shared()
    const call = await asSigner(server, slug)

    const before = (await call('GET')).json().sharing
    const after = (await call('PATCH', '', { shareWith: [] })).json().sharing
    const gone = await boxesIn(slug)
    const wrong = await call('PATCH', '', { shareWith, email: 'bea@example.edu' })
    const again = (await call('PATCH', '', { shareWith, email: ada, name: 'Ada' })).json().sharing

    expect(before).toMatchObject([{ organization: 'mijente', name: 'mijente', is: 'shared' }])
    expect(after).toMatchObject([{ organization: 'mijente', is: 'offered' }])
    expect(gone).toEqual([])
    expect(wrong.json()).toMatchObject({ code: 'email-mismatch' })
    expect(again).toMatchObject([{ organization: 'mijente', is: 'shared' }])
    expect((await boxesIn(slug)).map(({ box }) => contactIn(box))).toEqual([{ email: ada, name: 'Ada' }])
  })

  test('she takes it back before she confirms, and the link confirms the rest', async () => {
    const slug = await aSharingCampaign()
    await sign(server, slug, { shareWith, updates: true })
    const link = await tokenFor(server, slug, { purpose: 'confirm' })
    const call = await asSigner(server, slug)
    expect((await call('GET')).json().sharing).toMatchObject([{ organization: 'mijente', is: 'waiting' }])

    await call('PATCH', '', { shareWith: [] })
    await confirmByToken(server, link)

    expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed', wants_updates: true })
    expect(await boxesIn(slug)).toEqual([])
  })
})

describe('an export', () => {
  test('gives an owner her organization’s boxes alone, notes it, and tells each signer', async () => {
    const slug = await withContacts(3)
    const partner = await aPartner(server, slug, { organization: 'others' })

    const answer = await owner.call('GET', path(slug))
    const theirs = await partner.call('GET', path(slug))

    const emails = linesOf(answer.body).map(({ box }) => contactIn(Buffer.from(box, 'base64url')))
    expect(answer.headers['x-estamos-rows']).toBe('3')
    expect(emails).toHaveLength(3)
    expect(emails).toContainEqual({ email: 'person-1@example.edu' })
    expect(theirs.body).toBe('')
    const call = await asSigner(server, slug, 'person-1@example.edu')
    expect((await call('GET')).json().sharing).toMatchObject([{ is: 'taken' }])
    const { rows } = await server.deps.db.execute(sql`
      select organizer_id, action, details from audit_log where campaign_id = ${await campaignId(server, slug)}
        and organizer_id = ${owner.id} order by id`)
    expect(rows).toMatchObject([
      { action: 'export.make', details: { kind: 'contacts', form: 'ndjson', rows: 3 } },
    ])
  })

  test.each([
    ['an editor', { role: 'editor' }, 'role-too-low'],
    ['an owner whose passkey is not fresh', { isFresh: false }, 'passkey-needed'],
    ['a stranger', { role: null }, 'not-found'],
  ] as const)('is refused to %s, and so are the wrapped keys', async (_, settings, code) => {
    const slug = await aSharingCampaign()
    const organizer = await anOrganizer(server, settings)

    const answers = [path(slug), `campaigns/${slug}/wrapped-keys`].map((of) => organizer.call('GET', of))

    for (const answer of await Promise.all(answers)) expect(answer.json().code).toBe(code)
  })

  test('leaves out who was excluded, and has her again after the undo', async () => {
    const slug = await withContacts(2)
    const id = await campaignId(server, slug)
    const count = async () => (await owner.call('GET', `campaigns/${slug}/contacts`)).json().keys[0].contacts

    await server.deps.db.execute(sql`
      update pledges set state = 'excluded', exclusion_id = 1 where campaign_id = ${id}
        and address_digest = (select min(address_digest) from pledges where campaign_id = ${id})`)
    const left = [await count(), linesOf((await owner.call('GET', path(slug))).body).length]
    await server.deps.db.execute(
      sql`update pledges set state = 'confirmed', exclusion_id = null where campaign_id = ${id}`,
    )

    expect(left).toEqual([1, 1])
    expect(await count()).toBe(2)
  })

  test('gives nothing more to a partner that left, which has its boxes again when it comes back', async () => {
    const slug = await aSharingCampaign()
    const partner = await aPartner(server, slug, { organization: 'leaving' })
    await aKeyOf(partner, 'leaving')
    await expect.poll(async () => (await offeredBy(server, slug)).length).toBe(2)
    await sign(server, slug, { shareWith: ['leaving'] })
    await confirm(server, slug)
    const take = async () => await partner.call('GET', path(slug))
    const before = linesOf((await take()).body)

    await partner.call('DELETE', `campaigns/${slug}/partnership`)
    const left = await take()
    await expect.poll(async () => (await offeredBy(server, slug)).length).toBe(1)
    await aPartner(server, slug, { organization: 'leaving' })

    expect(before).toHaveLength(1)
    expect(left.json().code).toBe('not-found')
    expect(linesOf((await take()).body)).toEqual(before)
    await (
      await asSigner(server, slug)
    )('PATCH', '', { shareWith: [] })
    expect(await boxesIn(slug)).toEqual([])
  })

  // The last one: from here on the organization has another key.
  test('keeps old boxes under the old key; who agreed to the old one is not sealed to the new', async () => {
    const slug = await withContacts(1)
    await sign(server, slug, { email: 'late@example.edu', shareWith })
    const late = await tokenFor(server, slug, { email: 'late@example.edu', purpose: 'confirm' })
    const next = aPair()
    await setKey(owner, 'mijente', next)
    await second.call('POST', `organizations/mijente/keys/${next.fingerprint}/approval`)
    await expect
      .poll(() => offeredBy(server, slug))
      .toEqual([{ organization: 'mijente', name: 'mijente', fingerprint: next.fingerprint }])

    await confirmByToken(server, late)
    await sign(server, slug, { email: 'new@example.edu', shareWith })
    await confirm(server, slug, 'new@example.edu')

    const boxes = linesOf((await owner.call('GET', path(slug))).body)
    const { keys } = (await owner.call('GET', `campaigns/${slug}/wrapped-keys`)).json()
    const of = (pair: TestKey) =>
      boxes
        .filter(({ fingerprint }) => fingerprint === pair.fingerprint)
        .map(({ box }) => contactIn(Buffer.from(box, 'base64url'), pair))
    expect(of(key)).toEqual([{ email: 'person-0@example.edu' }])
    expect(of(next)).toEqual([{ email: 'new@example.edu' }])
    expect(keys.map(({ fingerprint }: TestKey) => fingerprint).sort()).toEqual(
      [key.fingerprint, next.fingerprint].sort(),
    )
  })
})
