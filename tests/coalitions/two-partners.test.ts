import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import type { Role } from '../../server/organizers/access.ts'
import { type AnOrganizer, anOpenCampaign, anOrganizer, crowd } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aPartner, registered } from './coalition.ts'

const server = estamos()

interface Hers {
  slug: string
  her: AnOrganizer
  one: string
  other: string
  /** Calls as her, for the organization that she names. */
  callFor(
    organization: string,
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    payload?: object,
  ): ReturnType<AnOrganizer['call']>
}

/** A member of two partners of one campaign. */
async function aMemberOfTwo(roles: [Role, Role] = ['editor', 'owner']): Promise<Hers> {
  const slug = await anOpenCampaign(server)
  const [one, other] = [`baji-${slug}`, `ydsa-${slug}`]
  const her = await aPartner(server, slug, { organization: one, role: roles[0] })
  await aPartner(server, slug, { organization: other })
  await join(her, other, roles[1])
  return { slug, her, one, other, callFor: callsFor(her) }
}

function callsFor({ session }: AnOrganizer): Hers['callFor'] {
  return (organization, method, path, payload) =>
    server.app.inject({
      method,
      url: `/api/v1/console/${path}`,
      cookies: { organizer: session },
      headers: { 'estamos-organization': organization },
      ...(payload && { payload }),
    })
}

async function join({ id }: AnOrganizer, organization: string, role: Role): Promise<void> {
  await server.deps.db.execute(sql`
    insert into memberships (organization_id, organizer_id, role, since, owner_since)
    select id, ${id}, ${role}, now(), case when ${role} = 'owner' then now() end from organizations where slug = ${organization}`)
}

describe('a member of two partners of one campaign', () => {
  test('sees what each of them brought, and of each what it is allowed to', async () => {
    const { slug, her, one, other, callFor } = await aMemberOfTwo()
    await callFor(one, 'POST', `campaigns/${slug}/sources`, { code: 'baji-site', name: 'Site' })
    await callFor(other, 'POST', `campaigns/${slug}/sources`, { code: 'ydsa-site', name: 'Site' })
    await expect
      .poll(async () => (await server.deps.campaigns.known(slug))?.sources.has('ydsa-site'))
      .toBe(true)
    await crowd(server, slug, { people: 6, source: 'baji-site' })
    await crowd(server, slug, { people: 4, source: 'ydsa-site' })

    await expect
      .poll(async () => (await callFor(one, 'GET', `campaigns/${slug}/coalition`)).json())
      .toMatchObject({ isPartner: true, you: { slug: one }, shares: [{ slug: one, confirmed: 6 }] })
    const ofOther = await callFor(other, 'GET', `campaigns/${slug}/coalition`)
    const sources = await callFor(other, 'GET', `campaigns/${slug}/sources`)
    const unsaid = await her.call('GET', `campaigns/${slug}/coalition`)

    expect(ofOther.json().shares).toMatchObject([{ slug: other, confirmed: 0 }])
    expect(sources.json().sources).toMatchObject([{ code: 'ydsa-site', isOwn: true }])
    expect(sources.json().sources[0]).not.toHaveProperty('figures')
    // Where she may do most.
    expect(unsaid.json().you).toMatchObject({ slug: other })
  })

  test('does for each what her role there allows', async () => {
    const { slug, one, other, callFor } = await aMemberOfTwo(['viewer', 'owner'])
    const source = { code: 'a-poster', name: 'Poster' }

    const answers = [
      await callFor(one, 'POST', `campaigns/${slug}/sources`, source),
      await callFor(one, 'DELETE', `campaigns/${slug}/partnership`),
      await callFor(other, 'POST', `campaigns/${slug}/sources`, source),
      await callFor(one, 'DELETE', `campaigns/${slug}/sources/a-poster`),
    ]

    expect(answers.map((answer) => answer.json().code ?? answer.statusCode)).toEqual([
      'role-too-low',
      'role-too-low',
      201,
      'role-too-low',
    ])
  })

  test('takes out the one that leaves, and stays with the other', async () => {
    const { slug, her, one, other, callFor } = await aMemberOfTwo()

    const left = await callFor(other, 'DELETE', `campaigns/${slug}/partnership`)

    expect(left.statusCode).toBe(204)
    expect((await callFor(other, 'GET', `campaigns/${slug}/coalition`)).statusCode).toBe(404)
    expect((await her.call('GET', `campaigns/${slug}/coalition`)).json().you).toMatchObject({ slug: one })
  })
})

describe('nobody works for', () => {
  test.each([
    [
      'a partner that she is no member of',
      async ({ slug }: Hers) => (await aPartner(server, slug, { organization: `x-${slug}` }), `x-${slug}`),
    ],
    [
      'an organization of hers that is no partner',
      async ({ slug, her }: Hers) => {
        await anOrganizer(server, { organization: `own-${slug}` })
        await join(her, `own-${slug}`, 'owner')
        return `own-${slug}`
      },
    ],
    ['the host of which she is no member', async () => 'mijente'],
    ['no organization at all', async () => ''],
    ['what is no slug', async () => "' or slug <> '"],
  ])('%s', async (_, named) => {
    const hers = await aMemberOfTwo()

    const answer = await hers.callFor(await named(hers), 'GET', `campaigns/${hers.slug}/coalition`)

    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found'])
  })

  test('a partner on a page that is the host’s alone', async () => {
    const { slug, one, callFor } = await aMemberOfTwo()

    expect((await callFor(one, 'GET', `campaigns/${slug}/settings`)).statusCode).toBe(404)
  })
})

test('a member of the host works for it, unless she says that she works for a partner', async () => {
  const slug = await anOpenCampaign(server)
  const her = await anOrganizer(server)
  await aPartner(server, slug, { organization: `baji-${slug}` })
  await join(her, `baji-${slug}`, 'owner')
  await registered(server, her, slug, 'of-the-host')

  const host = (await her.call('GET', `campaigns/${slug}/coalition`)).json()
  const partner = (await callsFor(her)(`baji-${slug}`, 'GET', `campaigns/${slug}/coalition`)).json()

  expect([host.isPartner, host.shares.length]).toEqual([false, 2])
  expect([partner.isPartner, partner.shares.length]).toEqual([true, 1])
})
