import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import type { Organization } from '../../server/organizations/contract.ts'
import { type AnOrganizer, anOpenCampaign, anOrganizer, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { lettersTo, TestBrowser } from '../organizers/browser.ts'

const server = estamos()

const aSlug = () => `org-${randomBytes(5).toString('hex')}`

async function organization(by: AnOrganizer, slug: string): Promise<Organization> {
  return (await by.call('GET', `organizations/${slug}`)).json()
}

async function rolesIn(slug: string): Promise<Record<number, string>> {
  const { rows } = await server.deps.db.execute<{ organizer_id: number; role: string }>(sql`
    select organizer_id, role from memberships join organizations on id = organization_id where slug = ${slug}`)
  return Object.fromEntries(rows.map(({ organizer_id, role }) => [organizer_id, role]))
}

describe('the list of members', () => {
  test('shows each with address, role and since when, owners first', async () => {
    const slug = aSlug()
    const viewer = await anOrganizer(server, { organization: slug, role: 'viewer' })
    const owner = await anOrganizer(server, { organization: slug, role: 'owner' })

    const seen = await organization(viewer, slug)

    expect(seen.members.map(({ email, role, isYou }) => ({ email, role, isYou }))).toEqual([
      { email: owner.email, role: 'owner', isYou: false },
      { email: viewer.email, role: 'viewer', isYou: true },
    ])
  })

  test('is not shown to the members of a partner', async () => {
    const host = aSlug()
    const campaign = await anOpenCampaign(server, { organization: { slug: host, name: 'Host' } })
    const partner = await anOrganizer(server, { organization: aSlug() })
    await server.deps.db.execute(sql`
      insert into campaign_partners (campaign_id, organization_id, joined_at)
      select campaigns.id, memberships.organization_id, now() from campaigns, memberships
      where campaigns.slug = ${campaign} and organizer_id = ${partner.id}`)

    const answer = await partner.call('GET', `organizations/${host}`)

    expect(answer.json()).toMatchObject({ code: 'not-found' })
  })
})

describe('roles', () => {
  test('an owner changes a role, and it holds from the next request on', async () => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    const other = await anOrganizer(server, { organization: slug, role: 'viewer' })

    const answer = await owner.call('PATCH', `organizations/${slug}/members/${other.id}`, { role: 'owner' })

    expect(answer.statusCode).toBe(200)
    const { revision } = await organization(other, slug)
    const change = await other.call('PATCH', `organizations/${slug}`, { name: 'Renamed', revision })
    expect(change.json()).toMatchObject({ name: 'Renamed' })
  })

  test('the last owner can neither step down, nor leave, nor be removed', async () => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    await anOrganizer(server, { organization: slug, role: 'editor' })

    const answers = [
      await owner.call('PATCH', `organizations/${slug}/members/${owner.id}`, { role: 'viewer' }),
      await owner.call('DELETE', `organizations/${slug}/members/${owner.id}`),
      await owner.call('DELETE', `organizations/${slug}/membership`),
    ]

    expect(answers.map((answer) => answer.json().code)).toEqual(times(3, () => 'last-owner'))
    expect((await rolesIn(slug))[owner.id]).toBe('owner')
  })

  test('two owners who take each other’s role at the same moment leave one, twenty times', async () => {
    const outcomes = await Promise.all(
      times(20, async (n) => {
        const slug = aSlug()
        const [one, two] = await Promise.all(times(2, () => anOrganizer(server, { organization: slug })))
        if (!one || !two) throw new Error('no owners')
        const at = (whom: AnOrganizer) => `organizations/${slug}/members/${whom.id}`
        const answers = await Promise.all([
          n % 2 ? one.call('DELETE', at(two)) : one.call('PATCH', at(two), { role: 'editor' }),
          n % 3 ? two.call('DELETE', at(one)) : two.call('PATCH', at(one), { role: 'viewer' }),
        ])
        const owners = Object.values(await rolesIn(slug)).filter((role) => role === 'owner')
        return { done: answers.filter(({ statusCode }) => statusCode < 300).length, owners: owners.length }
      }),
    )

    expect(outcomes).toEqual(times(20, () => ({ done: 1, owners: 1 })))
  })

  test('all owners who leave at the same moment leave one behind', async () => {
    const slug = aSlug()
    const owners = await Promise.all(times(8, () => anOrganizer(server, { organization: slug })))

    const answers = await Promise.all(
      owners.map((owner) => owner.call('DELETE', `organizations/${slug}/membership`)),
    )

    expect(answers.filter(({ statusCode }) => statusCode === 204)).toHaveLength(7)
    expect(Object.values(await rolesIn(slug))).toEqual(['owner'])
  })

  test('an organizer of another organization is not a member to change', async () => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    const stranger = await anOrganizer(server, { organization: aSlug(), role: 'viewer' })

    const change = await owner.call('PATCH', `organizations/${slug}/members/${stranger.id}`, {
      role: 'owner',
    })
    const removal = await owner.call('DELETE', `organizations/${slug}/members/${stranger.id}`)

    expect([change.json().code, removal.json().code]).toEqual(['no-member', 'no-member'])
    expect(await rolesIn(slug)).toEqual({ [owner.id]: 'owner' })
  })
})

describe('handing over', () => {
  test('makes another the owner, and oneself an editor', async () => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    const heir = await anOrganizer(server, { organization: slug, role: 'viewer' })

    const answer = await owner.call('POST', `organizations/${slug}/hand-over`, { to: heir.id })

    expect(answer.statusCode).toBe(200)
    expect(await rolesIn(slug)).toEqual({ [owner.id]: 'editor', [heir.id]: 'owner' })
  })

  test('voids the invitations that the former owner sent', async () => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    const heir = await anOrganizer(server, { organization: slug, role: 'viewer' })
    const email = `second-${slug}@example.org`
    await owner.call('POST', `organizations/${slug}/invitations`, { email, role: 'owner' })
    const [letter] = await lettersTo(server, email)
    const token = /\/console\/invitation#([\w-]+)/.exec(letter?.text ?? '')?.[1]

    await owner.call('POST', `organizations/${slug}/hand-over`, { to: heir.id })
    const accepted = await new TestBrowser(server).call('POST', 'invitation-acceptances', { token })

    expect(accepted.json().code).toBe('token-invalid')
    expect((await organization(heir, slug)).invitations).toEqual([])
    expect(await rolesIn(slug)).toEqual({ [owner.id]: 'editor', [heir.id]: 'owner' })
  })

  test('to nobody, or to oneself, changes nothing', async () => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })

    const answers = await Promise.all(
      [999_999, owner.id].map((to) => owner.call('POST', `organizations/${slug}/hand-over`, { to })),
    )

    expect(answers.map((answer) => answer.json().code)).toEqual(['no-member', 'no-member'])
    expect(await rolesIn(slug)).toEqual({ [owner.id]: 'owner' })
  })
})

describe('whoever is removed', () => {
  test('sees nothing of it at her next request, and keeps her session for her other organizations', async () => {
    const [slug, another] = [aSlug(), aSlug()]
    const owner = await anOrganizer(server, { organization: slug })
    const editor = await anOrganizer(server, { organization: slug, role: 'editor' })
    const campaign = await anOpenCampaign(server, { organization: { slug, name: 'Host' } })
    await server.deps.db.execute(sql`
      with made as (insert into organizations (slug, name) values (${another}, 'Another') returning id)
      insert into memberships select id, ${editor.id}, 'viewer', now() from made`)
    const before = await editor.call('GET', `campaigns/${campaign}/audit`)

    await owner.call('DELETE', `organizations/${slug}/members/${editor.id}`)

    const paths = [`organizations/${slug}`, `campaigns/${campaign}/audit`]
    const after = await Promise.all(paths.map((path) => editor.call('GET', path)))
    expect(before.statusCode).toBe(200)
    expect(after.map((answer) => answer.json().code)).toEqual(['not-found', 'not-found'])
    expect((await editor.call('GET', 'session')).json().organizations).toMatchObject([{ slug: another }])
  })

  test('leaves no door open: whom she had asked in and had not come yet is not asked any more', async () => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    const leaving = await anOrganizer(server, { organization: slug })
    await leaving.call('POST', `organizations/${slug}/invitations`, {
      email: 'friend@example.org',
      role: 'owner',
    })
    await owner.call('POST', `organizations/${slug}/invitations`, {
      email: 'ours@example.org',
      role: 'viewer',
    })

    await owner.call('DELETE', `organizations/${slug}/members/${leaving.id}`)

    expect((await organization(owner, slug)).invitations.map(({ email }) => email)).toEqual([
      'ours@example.org',
    ])
  })
})

describe('name and website', () => {
  test('are changed by an owner, and signers see them at once', async () => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    const campaign = await anOpenCampaign(server, { organization: { slug, name: 'Old name' } })
    const { revision } = await organization(owner, slug)

    const answer = await owner.call('PATCH', `organizations/${slug}`, {
      name: 'New name ',
      url: 'https://example.org/us',
      revision,
    })

    expect(answer.json()).toMatchObject({ name: 'New name', url: 'https://example.org/us' })
    const seen = await server.app.inject({ url: `/api/v1/campaigns/${campaign}` })
    expect(seen.json().organization).toEqual({ name: 'New name', url: 'https://example.org/us' })
  })

  test('of two who change them at once the second is told, and overwrites nothing', async () => {
    const slug = aSlug()
    const [one, two] = await Promise.all(times(2, () => anOrganizer(server, { organization: slug })))
    const { revision } = await organization(one as AnOrganizer, slug)

    const answers = await Promise.all(
      [one, two].map((owner, n) =>
        owner?.call('PATCH', `organizations/${slug}`, { name: `Name ${n}`, revision }),
      ),
    )

    const codes = answers.map((answer) => answer?.json().code ?? 'done').toSorted()
    expect(codes).toEqual(['changed-meanwhile', 'done'])
  })

  test.each([
    ['javascript:alert(1)', 'link-invalid'],
    ['http://example.org', 'link-invalid'],
    ['https://user:password@example.org', 'link-invalid'],
    ['example.org', 'link-invalid'],
  ])('a website such as %s is refused', async (url, code) => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    const { revision } = await organization(owner, slug)

    const answer = await owner.call('PATCH', `organizations/${slug}`, { name: 'Name', url, revision })

    expect(answer.json()).toMatchObject({ code, field: 'url' })
  })

  test.each(['', '   ', 'two\nlines', 'x'.repeat(121)])('a name such as %j is refused', async (name) => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    const { revision } = await organization(owner, slug)

    const answer = await owner.call('PATCH', `organizations/${slug}`, { name, revision })

    expect(answer.json()).toMatchObject({ code: 'invalid-request', field: 'name' })
  })
})
