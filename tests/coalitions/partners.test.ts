import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { forgetUnanswered } from '../../server/coalitions/forgetting.ts'
import type { Coalition } from '../../server/coalitions/contract.ts'
import {
  type AnOrganizer,
  anOpenCampaign,
  anOrganizer,
  campaignId,
  crowd,
  letterTo,
  times,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aPartner, registered } from './coalition.ts'

const server = estamos()
const DAY_MS = 24 * 3_600_000

afterEach(() => delete server.clock.now)

describe('a partner’s invitation', () => {
  test('makes an organization, its owner and a partner of it, with a source to begin with, once', async () => {
    const { slug, host } = await aDrive()
    const { email, token } = await invited(host, slug, 'YDSA at Georgia Tech')

    const seen = await post('partner-invitation-previews', { token })
    const answers = await Promise.all(
      times(6, () => post('partner-invitation-acceptances', { token, name: 'Ada Lovelace' })),
    )

    expect(seen.json()).toEqual({
      campaign: { title: 'No tech for cages' },
      host: { name: 'Mijente' },
      organizationName: 'YDSA at Georgia Tech',
      email,
      isNew: true,
      owned: [],
    })
    const good = answers.filter(({ statusCode }) => statusCode === 200)
    expect(good).toHaveLength(1)
    expect(answers.filter((answer) => answer.json().code === 'token-invalid')).toHaveLength(5)
    const { organization, ...joined } = good[0]!.json()
    expect(joined).toEqual({ campaign: slug, isSignedIn: true })
    const owner = signedInBy(good[0]!)
    expect((await owner('GET', 'session')).json()).toMatchObject({
      organizer: { email, name: 'Ada Lovelace' },
      organizations: [{ ...organization, role: 'owner', campaigns: [{ slug, isPartner: true }] }],
    })
    expect((await owner('GET', `campaigns/${slug}/sources`)).json().sources).toMatchObject([
      { code: organization.slug, name: 'YDSA at Georgia Tech', isOwn: true },
    ])
  })

  test('waits sealed: neither address nor link stands in the database', async () => {
    const { slug, host } = await aDrive()
    const email = anAddress()
    await host.call('POST', `campaigns/${slug}/partner-invitations`, { organizationName: 'BAJI', email })

    const { rows } = await server.deps.db.execute(sql`
      select (select string_agg(row::text, '') from letters row) as letters,
        (select string_agg(row::text, '') from partner_invitations row) as invitations`)
    const { text = '' } = (await letterTo(server, email)) ?? {}

    const token = /#([\w-]{43})/.exec(text)?.[1] ?? 'none'
    expect(text).toContain('/console/partner-invitation#')
    expect(JSON.stringify(rows)).toContain('partner-invitation')
    for (const secret of [email, token, Buffer.from(email).toString('hex')])
      expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test('brings an organization that she owns, and no other', async () => {
    const { slug, host } = await aDrive()
    const owner = await anOrganizer(server, { organization: `baji-${slug}` })
    const editor = await anOrganizer(server, { organization: `baji-${slug}`, role: 'editor' })
    const { token } = await invited(host, slug, 'BAJI')
    const join = (by: AnOrganizer | undefined, organization: string) =>
      post('partner-invitation-acceptances', { token, organization }, by)

    const seen = await post('partner-invitation-previews', { token }, owner)
    const refused = [
      await join(undefined, `baji-${slug}`),
      await join(editor, `baji-${slug}`),
      await join(owner, 'mijente'),
      await join(host, 'mijente'),
    ]
    const joined = await join(owner, `baji-${slug}`)

    expect(seen.json().owned).toEqual([{ slug: `baji-${slug}`, name: `baji-${slug}` }])
    expect(refused.map((answer) => answer.json().code)).toEqual([
      'signed-out',
      'not-found',
      'not-found',
      'not-found',
    ])
    expect(joined.json()).toMatchObject({ organization: { slug: `baji-${slug}` }, isSignedIn: true })
    expect((await coalition(owner, slug)).isPartner).toBe(true)
  })

  test('brings an existing organization only with a fresh passkey of its owner; a new one needs none', async () => {
    const { slug, host } = await aDrive()
    const stale = await anOrganizer(server, { organization: `victim-${slug}`, isFresh: false })
    const { token } = await invited(host, slug, 'Trap')

    const brought = await post(
      'partner-invitation-acceptances',
      { token, organization: `victim-${slug}` },
      stale,
    )
    const forOneself = await post('partner-invitation-acceptances', { token }, stale)

    expect(brought.json()).toMatchObject({ status: 403, code: 'passkey-needed' })
    expect(forOneself.json()).toMatchObject({ organization: { name: 'Trap' } })
    expect((await coalition(host, slug)).shares.map(({ name }) => name)).toEqual(['Mijente', 'Trap'])
  })

  test('shows its address to owners and editors of the host, and not to viewers', async () => {
    const { slug, host } = await aDrive()
    const { email } = await invited(host, slug, 'BAJI')
    const editor = await anOrganizer(server, { role: 'editor' })
    const viewer = await anOrganizer(server, { role: 'viewer' })

    const seen = await Promise.all([host, editor, viewer].map((one) => coalition(one, slug)))

    expect(seen.map(({ invitations }) => invitations?.map((one) => one.email))).toEqual([
      [email],
      [email],
      [undefined],
    ])
    expect(seen[2]?.invitations).toMatchObject([{ organizationName: 'BAJI' }])
  })

  test('is good for seven days, and while whoever sent it is an owner of the host', async () => {
    const { slug, host } = await aDrive()
    const sent = Date.now()
    server.clock.now = new Date(sent)
    const late = await invited(host, slug, 'Late')
    const other = await anOrganizer(server)
    const orphaned = await invited(other, slug, 'Orphaned')
    await server.deps.db.execute(sql`delete from memberships where organizer_id = ${other.id}`)

    const ofNobody = await post('partner-invitation-acceptances', { token: orphaned.token })
    server.clock.now = new Date(sent + 7 * DAY_MS - 1000)
    const inTime = await post('partner-invitation-previews', { token: late.token })
    server.clock.now = new Date(sent + 7 * DAY_MS + 1000)
    const tooLate = await post('partner-invitation-acceptances', { token: late.token })
    server.clock.now = new Date(sent + 38 * DAY_MS)
    await forgetUnanswered(server.deps)

    expect(ofNobody.json().code).toBe('token-expired')
    expect(inTime.statusCode).toBe(200)
    expect(tooLate.json().code).toBe('token-expired')
    delete server.clock.now
    expect((await coalition(host, slug)).invitations).toEqual([])
  })

  test('is sent again with a new link, and cancelled; the old links are void', async () => {
    const { slug, host } = await aDrive()
    const first = await invited(host, slug, 'BAJI')
    const twice = await host.call('POST', `campaigns/${slug}/partner-invitations`, {
      organizationName: 'BAJI',
      email: first.email.toUpperCase(),
    })
    const [{ id } = { id: 0 }] = (await coalition(host, slug)).invitations ?? []

    await host.call('POST', `campaigns/${slug}/partner-invitations/${id}/letters`)
    const second = await linkTo(first.email, first.token)
    const old = await post('partner-invitation-previews', { token: first.token })
    const fresh = await post('partner-invitation-previews', { token: second })
    await host.call('DELETE', `campaigns/${slug}/partner-invitations/${id}`)
    const cancelled = await post('partner-invitation-acceptances', { token: second })

    expect(twice.json()).toMatchObject({ code: 'already-invited', field: 'email' })
    expect([old.json().code, fresh.statusCode, cancelled.json().code]).toEqual([
      'token-invalid',
      200,
      'token-invalid',
    ])
    expect((await coalition(host, slug)).invitations).toEqual([])
  })

  test('of another campaign is not to be had by its number', async () => {
    const { slug, host } = await aDrive()
    const { slug: other } = await aDrive()
    await invited(host, other, 'BAJI')
    const [{ id } = { id: 0 }] = (await coalition(host, other)).invitations ?? []

    const answers = [
      await host.call('DELETE', `campaigns/${slug}/partner-invitations/${id}`),
      await host.call('POST', `campaigns/${slug}/partner-invitations/${id}/letters`),
    ]

    expect(answers.map((answer) => answer.json().code)).toEqual(['no-invitation', 'no-invitation'])
    expect((await coalition(host, other)).invitations).toHaveLength(1)
  })

  test('leaves a campaign at most fifty times a day', async () => {
    const { slug, host } = await aDrive()
    await server.deps.db.execute(sql`
      insert into audit_log (at, action, campaign_id, organizer_id)
      select now(), 'partner.invite', ${await campaignId(server, slug)}, ${host.id} from generate_series(1, 48)`)

    const answers = []
    for (const n of times(4, (n) => n))
      answers.push(
        await host.call('POST', `campaigns/${slug}/partner-invitations`, {
          organizationName: `P${n}`,
          email: anAddress(),
        }),
      )

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429, 429])
  })

  test.each([
    ['no organization', { email: 'a@example.org' }],
    ['an empty name', { organizationName: '  ', email: 'a@example.org' }],
    ['a name of two lines', { organizationName: 'a\nb', email: 'a@example.org' }],
    ['a name too long', { organizationName: 'x'.repeat(121), email: 'a@example.org' }],
  ])('is refused with %s', async (_, request) => {
    const { slug, host } = await aDrive()

    const answer = await host.call('POST', `campaigns/${slug}/partner-invitations`, request)

    expect(answer.json().code).toBe('invalid-request')
  })
})

describe('leaving a coalition', () => {
  test('takes a partner’s access at its next request, to everything', async () => {
    const { slug, host } = await aDrive()
    const partner = await aPartner(server, slug)
    await registered(server, partner, slug, 'quad')
    const paths = ['coalition', 'sources', 'embed', 'dashboard']
    const before = await Promise.all(paths.map((path) => partner.call('GET', `campaigns/${slug}/${path}`)))

    const left = await partner.call('DELETE', `campaigns/${slug}/partnership`)

    const after = await Promise.all([
      ...paths.map((path) => partner.call('GET', `campaigns/${slug}/${path}`)),
      partner.call('POST', `campaigns/${slug}/sources`, { code: 'more', name: 'More' }),
      partner.call('DELETE', `campaigns/${slug}/sources/quad`),
      partner.call('DELETE', `campaigns/${slug}/partnership`),
    ])
    expect(before.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200])
    expect(left.statusCode).toBe(204)
    expect(new Set(after.map(({ statusCode }) => statusCode))).toEqual(new Set([404]))
    expect((await partner.call('GET', 'session')).json().organizations[0].campaigns).toEqual([])
    expect((await coalition(host, slug)).shares).toMatchObject([{ is: 'host' }, { is: 'former', sources: 1 }])
  })

  test('is for its owners; the host removes a partner, and cannot leave', async () => {
    const { slug, host } = await aDrive()
    const owner = await aPartner(server, slug)
    const editor = await aPartner(server, slug, { role: 'editor' })

    const tooLow = await editor.call('DELETE', `campaigns/${slug}/partnership`)
    const ofPartner = await owner.call('DELETE', `campaigns/${slug}/partners/partner-${slug}`)
    const ofHost = await host.call('DELETE', `campaigns/${slug}/partnership`)
    const removed = await host.call('DELETE', `campaigns/${slug}/partners/partner-${slug}`)
    const again = await host.call('DELETE', `campaigns/${slug}/partners/partner-${slug}`)

    expect([tooLow, ofPartner, ofHost, again].map((answer) => answer.json().code)).toEqual([
      'role-too-low',
      'not-found',
      'not-a-partner',
      'not-a-partner',
    ])
    expect(removed.statusCode).toBe(200)
    expect((await owner.call('GET', `campaigns/${slug}/coalition`)).statusCode).toBe(404)
  })

  test('leaves its sources in the count, for the host to see; coming back brings them back', async () => {
    const { slug, host } = await aDrive()
    const partner = await aPartner(server, slug)
    await registered(server, partner, slug, 'quad')
    await crowd(server, slug, { people: 6, source: 'quad' })
    await partner.call('DELETE', `campaigns/${slug}/partnership`)
    await crowd(server, slug, { people: 1, source: 'quad' })

    await expect
      .poll(async () => (await coalition(host, slug)).shares)
      .toMatchObject([{ is: 'host' }, { is: 'former', slug: `partner-${slug}`, confirmed: 7 }])
    const { token } = await invited(host, slug, 'Back again')
    await post('partner-invitation-acceptances', { token, organization: `partner-${slug}` }, partner)

    expect((await coalition(partner, slug)).shares).toMatchObject([
      { is: 'partner', confirmed: 7, sources: 1 },
    ])
  })
})

test('the host sees every share exactly; a partner sees itself alone, and nobody’s contact', async () => {
  const { slug, host } = await aDrive()
  const [one, other] = [
    await aPartner(server, slug),
    await aPartner(server, slug, { organization: `o-${slug}` }),
  ]
  for (const code of ['few', 'enough']) await registered(server, one, slug, code)
  await registered(server, other, slug, 'other')
  await invited(host, slug, 'BAJI')
  await crowd(server, slug, { people: 3, source: 'few' })
  await crowd(server, slug, { people: 6, source: 'enough' })
  await crowd(server, slug, { people: 7, source: 'other' })
  await crowd(server, slug, { people: 2 })

  await expect.poll(async () => (await coalition(host, slug)).without).toBe(2)
  const exact = await coalition(host, slug)
  const seen = await one.call('GET', `campaigns/${slug}/coalition`)

  expect(exact.shares.map(({ is, confirmed }) => [is, confirmed])).toEqual([
    ['host', 0],
    ['partner', 7],
    ['partner', 9],
  ])
  expect(seen.json()).toEqual({
    isPartner: true,
    host: { name: 'Mijente' },
    you: { slug: `partner-${slug}`, name: `partner-${slug}` },
    shares: [{ slug: `partner-${slug}`, name: `partner-${slug}`, is: 'partner', sources: 2, confirmed: 6 }],
    smallestShown: 5,
    asOf: expect.any(String),
  })
})

test('what is done in a coalition is written down, with the host and with the partner', async () => {
  const { slug, host } = await aDrive()
  const { token } = await invited(host, slug, 'BAJI')
  const joined = await post('partner-invitation-acceptances', { token })
  const { organization } = joined.json()
  await host.call('DELETE', `campaigns/${slug}/partners/${organization.slug}`)

  const { rows } = await server.deps.db.execute<{ action: string; details: unknown; slug: string }>(sql`
    select action, details, slug from audit_log join organizations on organizations.id = organization_id
    where campaign_id = ${await campaignId(server, slug)} order by audit_log.id`)

  expect(rows.map(({ action, slug }) => [action, slug])).toEqual([
    ['partner.invite', 'mijente'],
    ['partner.join', organization.slug],
    ['partner.leave', organization.slug],
  ])
  expect(JSON.stringify(rows)).not.toContain('@')
  expect(rows[2]?.details).toEqual({ organization: organization.slug, removedByHost: true })
})

async function aDrive(): Promise<{ slug: string; host: AnOrganizer }> {
  return { slug: await anOpenCampaign(server), host: await anOrganizer(server) }
}

function anAddress(): string {
  return `partner-${Math.random().toString(36).slice(2)}@example.org`
}

async function invited(host: AnOrganizer, slug: string, organizationName: string) {
  const email = anAddress()
  const answer = await host.call('POST', `campaigns/${slug}/partner-invitations`, { organizationName, email })
  expect(answer.statusCode).toBe(200)
  return { email, token: await linkTo(email) }
}

/** The token of the newest letter to an address, as soon as it is another than this one. */
async function linkTo(email: string, before = ''): Promise<string> {
  const token = async () =>
    /partner-invitation#([\w-]{43})/.exec((await letterTo(server, email))?.text ?? '')?.[1]
  await expect.poll(token).not.toBe(before)
  return (await token()) ?? ''
}

async function post(path: string, payload: object, by?: AnOrganizer) {
  return await server.app.inject({
    method: 'POST',
    url: `/api/v1/console/${path}`,
    payload,
    ...(by && { cookies: { organizer: by.session } }),
  })
}

/** Calls the console with the cookie that an answer set. */
function signedInBy({ cookies }: Awaited<ReturnType<typeof post>>) {
  const organizer = cookies.find(({ name }) => name === 'organizer')?.value ?? ''
  return (method: 'GET', path: string) =>
    server.app.inject({ method, url: `/api/v1/console/${path}`, cookies: { organizer } })
}

async function coalition(organizer: AnOrganizer, slug: string): Promise<Coalition> {
  const answer = await organizer.call('GET', `campaigns/${slug}/coalition`)
  expect(answer.statusCode).toBe(200)
  return answer.json()
}
