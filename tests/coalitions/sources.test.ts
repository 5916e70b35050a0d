import { describe, expect, test } from 'vitest'
import type { Sources } from '../../server/coalitions/contract.ts'
import {
  type AnOrganizer,
  anOpenCampaign,
  anOrganizer,
  confirm,
  crowd,
  pledgesOf,
  sign,
  times,
  told,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aPartner, registered } from './coalition.ts'

const server = estamos()

test('a registered source is kept with a pledge; any other is dropped without a word', async () => {
  const slug = await anOpenCampaign(server)
  const codes = ['poster', 'Poster', 'POSTER', 'for-ada-only', 'a.b_c', '', undefined]

  const answers = []
  for (const [n, source] of codes.entries())
    answers.push(
      await sign(server, slug, { email: `ada${n}@mail.example`, ...(source !== undefined && { source }) }),
    )

  expect(new Set(answers.map(told)).size).toBe(1)
  expect(answers[0]?.statusCode).toBe(202)
  const kept = (await pledgesOf(server, slug)).map(({ source }) => source)
  expect(kept.filter(Boolean)).toEqual(['poster'])
  expect(kept).toHaveLength(7)
})

test('a code that was just registered counts on another server too, and a removed one no longer', async () => {
  const slug = await anOpenCampaign(server)
  const host = await anOrganizer(server)
  const other = await server.another()
  await sign(other, slug, { email: 'a@mail.example', source: 'quad' })

  await host.call('POST', `campaigns/${slug}/sources`, { code: 'quad', name: 'Table on the quad' })
  await expect.poll(async () => (await other.deps.campaigns.bySlug(slug)).sources.has('quad')).toBe(true)
  await sign(other, slug, { email: 'b@mail.example', source: 'quad' })
  await host.call('DELETE', `campaigns/${slug}/sources/quad`)
  await expect.poll(async () => (await other.deps.campaigns.bySlug(slug)).sources.has('quad')).toBe(false)
  await sign(other, slug, { email: 'c@mail.example', source: 'quad' })

  const kept = (await pledgesOf(server, slug)).map(({ source }) => source)
  expect(kept.filter((source) => source === 'quad')).toHaveLength(1)
  expect(kept).toHaveLength(3)
})

describe('registering', () => {
  test.each([
    ['capitals', { code: 'Poster', name: 'x' }],
    ['a space', { code: 'a b', name: 'x' }],
    ['two hyphens', { code: 'a--b', name: 'x' }],
    ['markup', { code: '<b>', name: 'x' }],
    ['nothing', { code: '', name: 'x' }],
    ['41 letters', { code: 'a'.repeat(41), name: 'x' }],
    ['no name', { code: 'fine', name: ' ' }],
    ['a name too long', { code: 'fine', name: 'x'.repeat(81) }],
    ['somebody else’s organization', { code: 'fine', name: 'x', organization: 'mijente' }],
  ])('refuses %s', async (_, source) => {
    const slug = await anOpenCampaign(server)

    const answer = await (await anOrganizer(server)).call('POST', `campaigns/${slug}/sources`, source)

    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid-request'])
  })

  test('a code belongs to one organization, however many ask at once', async () => {
    const slug = await anOpenCampaign(server)
    const organizers = [
      await anOrganizer(server),
      await aPartner(server, slug),
      await aPartner(server, slug, { organization: `other-${slug}` }),
    ]

    const answers = await Promise.all(
      times(12, (n) =>
        organizers[n % 3]!.call('POST', `campaigns/${slug}/sources`, { code: 'quad', name: `${n}` }),
      ),
    )

    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, ...times(11, () => 409)])
    expect(answers.find(({ statusCode }) => statusCode === 409)?.json()).toMatchObject({
      code: 'source-taken',
      field: 'code',
    })
  })

  test('a partner gets thirty, removed ones included, however many it asks for at once', async () => {
    const slug = await anOpenCampaign(server)
    const partner = await aPartner(server, slug)
    const register = (n: number) =>
      partner.call('POST', `campaigns/${slug}/sources`, { code: `for-person-${n}`, name: `${n}` })
    await Promise.all(times(28, register))
    for (const n of times(10, (n) => n))
      await partner.call('DELETE', `campaigns/${slug}/sources/for-person-${n}`)

    const answers = await Promise.all(times(6, (n) => register(100 + n)))
    const back = await register(3)

    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 201, 409, 409, 409, 409])
    expect(answers.find(({ statusCode }) => statusCode === 409)?.json()).toMatchObject({
      code: 'sources-full',
    })
    expect(back.statusCode).toBe(201)
    const { sources, left } = await shown(partner, slug)
    expect([sources.length, left]).toEqual([21, 0])
  })

  test('a code that was removed is not given to another organization, with all that it brought', async () => {
    const slug = await anOpenCampaign(server)
    const partner = await aPartner(server, slug)
    const host = await anOrganizer(server)
    await registered(server, partner, slug, 'quad')
    await crowd(server, slug, { people: 5, source: 'quad' })

    await partner.call('DELETE', `campaigns/${slug}/sources/quad`)
    const taken = await host.call('POST', `campaigns/${slug}/sources`, { code: 'quad', name: 'Mine' })
    const back = await partner.call('POST', `campaigns/${slug}/sources`, { code: 'quad', name: 'Quad again' })

    expect(taken.json()).toMatchObject({ code: 'source-taken' })
    expect(back.statusCode).toBe(201)
    expect((await fresh(partner, slug)).sources).toMatchObject([
      { code: 'quad', name: 'Quad again', figures: { confirmed: 5 } },
    ])
  })

  test('is written down, and so is removing', async () => {
    const slug = await anOpenCampaign(server)
    const host = await anOrganizer(server, { role: 'editor' })

    await host.call('POST', `campaigns/${slug}/sources`, { code: 'quad', name: 'Quad' })
    await host.call('DELETE', `campaigns/${slug}/sources/quad`)
    const again = await host.call('DELETE', `campaigns/${slug}/sources/quad`)

    expect([again.statusCode, again.json().code]).toEqual([404, 'not-found'])
    const { rows } = await server.deps.db.execute(
      `select action, details from audit_log where organizer_id = ${host.id} order by id`,
    )
    expect(rows).toEqual([
      { action: 'source.register', details: { code: 'quad', name: 'Quad' } },
      { action: 'source.remove', details: { code: 'quad' } },
    ])
  })
})

test('the host sees what each source brought, by day, and what came by none', async () => {
  const slug = await anOpenCampaign(server)
  const partner = await aPartner(server, slug)
  await registered(server, partner, slug, 'quad')
  await crowd(server, slug, { people: 2, source: 'quad' })
  await crowd(server, slug, { people: 3 })
  await sign(server, slug, { email: 'waits@mail.example', source: 'quad' })

  const viewer = await anOrganizer(server, { role: 'viewer' })

  const { sources, without } = await fresh(viewer, slug)

  const today = new Date().toISOString().slice(0, 10)
  expect(sources.find(({ code }) => code === 'quad')).toEqual({
    code: 'quad',
    name: 'quad',
    organization: { slug: `partner-${slug}`, name: `partner-${slug}` },
    isOwn: false,
    figures: { confirmed: 2, created: 3, periods: [{ from: today, to: today, confirmed: 2 }] },
  })
  expect(sources.find(({ code }) => code === 'poster')?.figures).toEqual({
    confirmed: 0,
    created: 0,
    periods: [],
  })
  expect(without).toBe(3)
})

describe('a partner', () => {
  test('sees its own sources alone, and can neither remove nor take those of others', async () => {
    const slug = await anOpenCampaign(server)
    const [one, other] = [
      await aPartner(server, slug),
      await aPartner(server, slug, { organization: `o-${slug}` }),
    ]
    await one.call('POST', `campaigns/${slug}/sources`, { code: 'one', name: 'One' })
    await other.call('POST', `campaigns/${slug}/sources`, { code: 'other', name: 'Other' })

    const seen = await shown(one, slug)
    const removed = await one.call('DELETE', `campaigns/${slug}/sources/other`)
    const ofHost = await one.call('DELETE', `campaigns/${slug}/sources/poster`)

    expect(seen.sources.map(({ code }) => code)).toEqual(['one'])
    expect(seen.without).toBeUndefined()
    expect([removed.statusCode, ofHost.statusCode]).toEqual([404, 404])
  })

  test('cannot learn from removing a source, or from anything else, who pledged through it', async () => {
    const slug = await anOpenCampaign(server)
    const partner = await aPartner(server, slug)
    for (const code of ['used', 'unused']) await registered(server, partner, slug, code)
    await crowd(server, slug, { people: 4, source: 'used' })
    await sign(server, slug, { email: 'waits@mail.example', source: 'used' })

    const { sources } = await shown(partner, slug)
    const removals = await Promise.all(
      ['used', 'unused'].map((code) => partner.call('DELETE', `campaigns/${slug}/sources/${code}`)),
    )

    const [unused, used] = sources.map((source) => ({ ...source, code: '', name: '' }))
    expect(used).toEqual(unused)
    expect(used?.isOwn).toBe(true)
    expect(removals.map(({ statusCode, body }) => [statusCode, body])).toEqual([
      [204, ''],
      [204, ''],
    ])
  })

  test('sees one that has brought enough, and it goes again with the one who takes it back', async () => {
    const slug = await anOpenCampaign(server)
    const partner = await aPartner(server, slug)
    await registered(server, partner, slug, 'quad')
    await crowd(server, slug, { people: 4, source: 'quad' })
    const few = await fresh(partner, slug)
    await sign(server, slug, { email: 'ada@mail.example', source: 'quad' })
    await confirm(server, slug, 'ada@mail.example')

    const enough = await fresh(partner, slug)

    expect(few.sources[0]?.figures).toBeUndefined()
    expect(enough.sources[0]?.figures).toMatchObject({ confirmed: 5, periods: [{ confirmed: 5 }] })
    expect(enough.sources[0]?.figures?.created).toBeUndefined()
  })

  test('sees from where its own sources brought people, in steps, and the host sees them exactly without', async () => {
    const slug = await anOpenCampaign(server)
    const partner = await aPartner(server, slug)
    for (const code of ['quad', 'few']) await registered(server, partner, slug, code)
    await crowd(server, slug, { people: 7, source: 'quad', campus: 'gatech.edu' })
    await crowd(server, slug, { people: 3, source: 'quad', campus: 'mit.edu' })
    await crowd(server, slug, { people: 9, source: 'poster', campus: 'mit.edu' })
    await crowd(server, slug, { people: 6, source: 'quad' })
    await crowd(server, slug, { people: 4, source: 'few', campus: 'gatech.edu' })

    const { sources } = await fresh(partner, slug)
    const ofHost = await shown(await anOrganizer(server), slug)

    expect(sources.find(({ code }) => code === 'quad')?.figures).toMatchObject({
      confirmed: 16,
      campuses: [{ campus: 'gatech.edu', name: 'Georgia Tech', confirmed: 5 }],
      elsewhere: 5,
    })
    expect(sources.find(({ code }) => code === 'few')?.figures).toBeUndefined()
    expect(ofHost.sources.some(({ figures }) => figures?.campuses)).toBe(false)
  })
})

async function shown(organizer: AnOrganizer, slug: string): Promise<Sources> {
  const answer = await organizer.call('GET', `campaigns/${slug}/sources`)
  expect(answer.statusCode).toBe(200)
  return answer.json()
}

/** Counts are kept for a moment: asked again until they were made after now. */
async function fresh(organizer: AnOrganizer, slug: string): Promise<Sources> {
  const now = new Date().toISOString()
  return await expect
    .poll(() => shown(organizer, slug))
    .toSatisfy(({ asOf }: Sources) => asOf > now)
    .then(() => shown(organizer, slug))
}
