import { sql } from 'drizzle-orm'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type AnOrganizer,
  anOpenCampaign,
  anOrganizer,
  asSigner,
  confirm,
  rowOf,
  sign,
  times,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('names are shown only past `namesShownAfter`, five at most, and never of those who are out', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2, namesShownAfter: 6 })
  await listed(slug, 6)
  await expect.poll(async () => (await campus(slug)).confirmed).toBe(6)
  tomorrow()
  const atThreshold = (await campus(slug)).names
  delete server.clock.now
  await listed(slug, 8, 6)

  await expect.poll(async () => (await campus(slug)).confirmed).toBe(8)
  tomorrow()

  const { names } = await campus(slug)
  expect(atThreshold).toEqual([])
  expect(names).toHaveLength(5)
  expect(names).toEqual([...names].sort())
  for (const name of names) expect(name).toMatch(/^Ada[a-h] L\.$/)
})

test('a name that was excluded is shown no more', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2, namesShownAfter: 2 })
  await listed(slug, 4)
  await expect.poll(async () => (await campus(slug)).confirmed).toBe(4)
  tomorrow()
  expect((await campus(slug)).names).toHaveLength(4)

  await server.deps.db.execute(
    sql`update pledges set state = 'excluded', exclusion_id = 1 where display_name = 'Adaa L.'`,
  )

  expect(await rowOf(server, slug, 'ada0@gatech.edu')).toMatchObject({ state: 'excluded' })
  expect((await campus(slug)).names).toEqual(['Adab L.', 'Adac L.', 'Adad L.'])
})

test('who looks all day long sees the same five names, and none of that day', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2, namesShownAfter: 2 })
  await listed(slug, 6)
  await expect.poll(async () => (await campus(slug)).confirmed).toBe(6)
  const onTheDay = (await campus(slug)).names
  tomorrow()
  const seen = new Set((await campus(slug)).names)

  for (const n of [6, 7]) {
    await listed(slug, n + 1, n)
    for (const name of (await campus(slug)).names) seen.add(name)
  }

  expect(onTheDay).toEqual([])
  expect(seen.size).toBe(5)
  expect(await rowOf(server, slug, 'ada7@gatech.edu')).toMatchObject({ display_name: 'Adah L.' })
})

test('an organizer hides a name, the pledge counts on, and what is written down names nobody', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2, namesShownAfter: 2 })
  await listed(slug, 4)
  await expect.poll(async () => (await campus(slug)).confirmed).toBe(4)
  const [editor, viewer] = [
    await anOrganizer(server, { role: 'editor' }),
    await anOrganizer(server, { role: 'viewer' }),
  ]
  const adaa = { campus: 'gatech.edu', name: 'Adaa L.' }

  const refused = await viewer.call('POST', `campaigns/${slug}/hidden-names`, adaa)
  const hidden = await editor.call('POST', `campaigns/${slug}/hidden-names`, adaa)
  const elsewhere = await editor.call('POST', `campaigns/${slug}/hidden-names`, {
    ...adaa,
    campus: 'mit.edu',
    name: 'Adab L.',
  })
  const { body: log } = await editor.call('GET', 'organizations/mijente/audit?action=name')
  tomorrow()

  expect([refused.statusCode, hidden.json(), elsewhere.json()]).toEqual([403, { hidden: 1 }, { hidden: 0 }])
  expect((await campus(slug)).names).toEqual(['Adab L.', 'Adac L.', 'Adad L.'])
  expect(await rowOf(server, slug, 'ada0@gatech.edu')).toMatchObject({
    state: 'confirmed',
    display_name: null,
  })
  expect(log).toContain('name.hide')
  expect(log).not.toContain('Adaa')
})

test('a changed name shows from the next day on', async () => {
  const slug = await aCrowd(3)
  tomorrow()
  await patch(slug, 0, { display: true, name: 'Vile Slur' })
  const onTheDay = (await campus(slug)).names
  daysFromNow(2)

  const later = (await campus(slug)).names

  expect(onTheDay).toEqual(['Adab L.', 'Adac L.'])
  expect(later).toEqual(['Adab L.', 'Adac L.', 'Vile S.'])
})

test('a name that is listed later shows from the next day on', async () => {
  const slug = await aCrowd(3)
  await sign(server, slug, { email: 'eve@gatech.edu' })
  await confirm(server, slug, 'eve@gatech.edu')
  tomorrow()
  const call = await asSigner(server, slug, 'eve@gatech.edu')
  await call('PATCH', '', { display: true, name: 'Eve Zed' })
  const onTheDay = (await campus(slug)).names
  daysFromNow(2)

  const later = (await campus(slug)).names

  expect(onTheDay).not.toContain('Eve Z.')
  expect(later).toContain('Eve Z.')
})

test('a saved name that did not change stays in sight', async () => {
  const slug = await aCrowd(3)
  tomorrow()

  await patch(slug, 0, { display: true, name: 'Adaa Lovelace' })
  await patch(slug, 1, { display: true })

  expect((await campus(slug)).names).toEqual(['Adaa L.', 'Adab L.', 'Adac L.'])
})

test('a name that moves to another campus shows there from the next day on', async () => {
  const slug = await aCrowd(6, 'mit.edu')
  for (const n of times(4, (one) => one + 6)) await aListed(slug, n, 'gatech.edu')
  await expect.poll(async () => (await campus(slug)).confirmed).toBe(4)
  tomorrow()
  await patch(slug, 0, { campus: 'gatech.edu' })
  const onTheDay = (await campus(slug)).names
  daysFromNow(2)

  const later = (await campus(slug)).names

  expect(onTheDay).not.toContain('Adaa L.')
  expect(later).toContain('Adaa L.')
})

describe('a name that leaves goes at once, and leaves a gap for the rest of the day', () => {
  test.each<[string, (slug: string, n: number) => Promise<unknown>]>([
    ['unlisted', (slug, n) => patch(slug, n, { display: false })],
    ['renamed', (slug, n) => patch(slug, n, { display: true, name: 'Eve Zed' })],
    ['taken back', async (slug, n) => (await signer(slug, n))('POST', '/withdrawal')],
    ['erased', async (slug, n) => (await signer(slug, n))('DELETE')],
    ['hidden by an organizer', (slug, n) => hide(slug, nameOf(n))],
  ])('%s', async (_, leave) => {
    const slug = await aCrowd(7)
    tomorrow()
    const { names } = await campus(slug)
    const leaving = times(7, (n) => n).find((n) => names.includes(nameOf(n))) ?? 0

    await leave(slug, leaving)
    const other = await server.another()
    const after = (await other.app.inject(`/api/v1/campaigns/${slug}/campuses/gatech.edu`)).json().names

    expect(names).toHaveLength(5)
    expect(after).toEqual(names.filter((name) => name !== nameOf(leaving)))
    daysFromNow(2)
    expect((await campus(slug)).names).toHaveLength(5)
  })
})

describe('a hidden name stays hidden', () => {
  test('when its signer lists themselves again', async () => {
    const slug = await aCrowd(4)
    tomorrow()
    await hide(slug, 'Adaa L.')

    const again = await patch(slug, 0, { display: true, name: 'Vile Slur' })
    const held = await (await signer(slug, 0))('GET')
    daysFromNow(2)

    expect(again.json()).toMatchObject({ status: 422, code: 'name-hidden', field: 'display' })
    expect(held.json()).toMatchObject({ display: false, listing: 'hidden' })
    expect((await campus(slug)).names).toEqual(['Adab L.', 'Adac L.', 'Adad L.'])
  })

  test.each([
    ['with the same address', 'ada0@mail.example'],
    ['with another spelling of the mailbox', 'ada0+again@mail.example'],
  ])('after taking back and signing again %s', async (_, email) => {
    const slug = await aCrowd(4)
    tomorrow()
    await hide(slug, 'Adaa L.')
    await (
      await signer(slug, 0)
    )('POST', '/withdrawal')

    const signed = await sign(server, slug, { email, campus: 'gatech.edu', display: true, name: 'Vile Slur' })
    const confirmed = await confirm(server, slug, email)
    const listed = await (
      await asSigner(server, slug, email)
    )('PATCH', '', { display: true, name: 'Vile Slur' })
    daysFromNow(2)

    expect([signed.statusCode, confirmed.statusCode]).toEqual([202, 200])
    expect(listed.json()).toMatchObject({ code: 'name-hidden' })
    expect((await campus(slug)).names).toEqual(['Adab L.', 'Adac L.', 'Adad L.'])
  })
})

describe('a campaign that only counts', () => {
  test('refuses to list a name, when it is signed and afterwards', async () => {
    const slug = await anOpenCampaign(server, { contactMode: 'count-only' })

    const signed = await sign(server, slug, { display: true, name: 'Ada Lovelace' })
    const nothing = await rowOf(server, slug)
    await sign(server, slug)
    await confirm(server, slug)
    const call = await asSigner(server, slug)
    const patched = await call('PATCH', '', { display: true, name: 'Ada Lovelace' })

    expect([signed, patched].map((answer) => answer.json())).toMatchObject([
      { status: 422, code: 'contact-not-offered', field: 'display' },
      { status: 422, code: 'contact-not-offered', field: 'display' },
    ])
    expect(nothing).toBeUndefined()
    expect((await call('GET')).json()).toMatchObject({ display: false, listing: 'not-offered' })
  })

  test('shows no names that it holds from before', async () => {
    const slug = await aCrowd(4)
    tomorrow()
    expect((await campus(slug)).names).toHaveLength(4)

    await server.deps.db.execute(sql`update campaigns set contact_mode = 'count-only' where slug = ${slug}`)

    const other = await server.another()
    const { confirmed, names } = (
      await other.app.inject(`/api/v1/campaigns/${slug}/campuses/gatech.edu`)
    ).json()
    expect([confirmed, names]).toEqual([4, []])
  })
})

/** Names come out with the day after. */
function tomorrow(): void {
  daysFromNow(1)
}

function daysFromNow(days: number): void {
  server.clock.now = new Date(Date.now() + days * 24 * 3_600_000)
  onTestFinished(() => void delete server.clock.now)
}

async function listed(slug: string, to: number, from = 0): Promise<void> {
  for (const n of times(to - from, (one) => one + from)) {
    const email = `ada${n}@gatech.edu`
    await sign(server, slug, { email, display: true, name: `Ada${'abcdefgh'[n]} Lovelace` })
    await confirm(server, slug, email)
  }
}

/** A drive in which that many are listed at one campus, by addresses that prove none. */
async function aCrowd(people: number, campusOf = 'gatech.edu'): Promise<string> {
  const slug = await anOpenCampaign(server, { smallestShown: 2, namesShownAfter: 2 })
  for (const n of times(people, (one) => one)) await aListed(slug, n, campusOf)
  await expect.poll(async () => (await campus(slug, campusOf)).confirmed).toBe(people)
  return slug
}

async function aListed(slug: string, n: number, campusOf: string): Promise<void> {
  const email = `ada${n}@mail.example`
  const name = `Ada${'abcdefghij'[n]} Lovelace`
  await sign(server, slug, { email, campus: campusOf, display: true, name })
  await confirm(server, slug, email)
}

function nameOf(n: number): string {
  return `Ada${'abcdefghij'[n]} L.`
}

async function signer(slug: string, n: number) {
  return await asSigner(server, slug, `ada${n}@mail.example`)
}

async function patch(slug: string, n: number, change: object) {
  return await (
    await signer(slug, n)
  )('PATCH', '', change)
}

async function hide(slug: string, name: string): ReturnType<AnOrganizer['call']> {
  const editor = await anOrganizer(server, { role: 'editor' })
  return await editor.call('POST', `campaigns/${slug}/hidden-names`, { campus: 'gatech.edu', name })
}

async function campus(slug: string, domain = 'gatech.edu'): Promise<{ confirmed?: number; names: string[] }> {
  return (await server.app.inject(`/api/v1/campaigns/${slug}/campuses/${domain}`)).json()
}
