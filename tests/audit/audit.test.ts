import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { writeDown } from '../../server/audit/audit.ts'
import type { AuditAction, AuditPage } from '../../server/audit/contract.ts'
import { type AnOrganizer, anOpenCampaign, anOrganizer, campaignId, times } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

afterEach(() => {
  delete server.clock.now
})

const aSlug = () => `org-${randomBytes(5).toString('hex')}`

async function log(by: AnOrganizer, path: string): Promise<AuditPage> {
  return (await by.call('GET', path)).json()
}

async function organizationId(slug: string): Promise<number> {
  const { rows } = await server.deps.db.execute<{ id: number }>(
    sql`select id from organizations where slug = ${slug}`,
  )
  return rows[0]?.id ?? 0
}

async function sessionIdOf({ id }: AnOrganizer): Promise<number> {
  const { rows } = await server.deps.db.execute<{ id: number }>(
    sql`select id from organizer_sessions where organizer_id = ${id}`,
  )
  return rows[0]?.id ?? 0
}

async function aHost() {
  const slug = aSlug()
  const owner = await anOrganizer(server, { organization: slug })
  const campaign = await anOpenCampaign(server, { organization: { slug, name: 'Host' } })
  return { slug, owner, campaign }
}

/** As another noun of the server writes it. */
async function written(
  action: AuditAction,
  { by, campaign, organization }: { by: AnOrganizer | null; campaign?: string; organization?: string },
): Promise<void> {
  await writeDown(server.deps.db, {
    at: server.deps.now(),
    by: by && { organizerId: by.id, sessionId: await sessionIdOf(by) },
    action,
    ...(campaign && { campaignId: await campaignId(server, campaign) }),
    ...(organization && { organizationId: await organizationId(organization) }),
    details: { of: action },
  })
}

async function aPartnerOf(campaign: string): Promise<AnOrganizer & { slug: string }> {
  const slug = aSlug()
  const partner = await anOrganizer(server, { organization: slug })
  await server.deps.db.execute(sql`
    insert into campaign_partners (campaign_id, organization_id, joined_at)
    values (${await campaignId(server, campaign)}, ${await organizationId(slug)}, now())`)
  return { ...partner, slug }
}

describe('the log of an organization', () => {
  test('says who did what to whom, when, and from which session', async () => {
    const { slug, owner } = await aHost()
    const other = await anOrganizer(server, { organization: slug, role: 'viewer' })
    server.clock.now = new Date('2026-11-20T10:00:00.000Z')
    await server.deps.db.execute(sql`
      update organizer_sessions set started_at = ${'2026-11-20T09:55:00Z'}, used_at = ${'2026-11-20T09:55:00Z'},
        passkey_at = ${'2026-11-20T09:55:00Z'} where organizer_id = ${owner.id}`)

    await owner.call('PATCH', `organizations/${slug}/members/${other.id}`, { role: 'editor' })

    expect((await log(owner, `organizations/${slug}/audit`)).entries).toEqual([
      {
        id: expect.any(Number),
        at: '2026-11-20T10:00:00+00:00',
        action: 'member.change-role',
        who: { is: 'member', name: owner.email },
        session: { id: await sessionIdOf(owner), device: 'a test' },
        whom: { is: 'member', name: other.email },
        details: { was: 'viewer', role: 'editor' },
      },
    ])
  })

  test('names nobody who is no longer here, and tells of a session that ended only its number', async () => {
    const { slug, owner } = await aHost()
    const gone = await anOrganizer(server, { organization: slug, role: 'owner' })
    const session = await sessionIdOf(gone)
    const { revision } = (await gone.call('GET', `organizations/${slug}`)).json()
    await gone.call('PATCH', `organizations/${slug}`, { name: 'Changed', revision })
    await gone.call('DELETE', 'session')
    await owner.call('DELETE', `organizations/${slug}/members/${gone.id}`)

    const { entries } = await log(owner, `organizations/${slug}/audit`)

    expect(entries).toMatchObject([
      { action: 'member.remove', whom: { is: 'gone', id: gone.id } },
      { action: 'organization.change', who: { is: 'gone', id: gone.id }, session: { id: session } },
    ])
    expect(JSON.stringify(entries)).not.toContain(gone.email)
    expect(entries[1]?.session).not.toHaveProperty('device')
  })

  test('shows what was done to the passkeys of its members, and not when they sign in', async () => {
    const { slug, owner } = await aHost()
    const stranger = await anOrganizer(server, { organization: aSlug() })
    for (const action of ['organizer.sign-in', 'passkey.add'] as const) {
      await written(action, { by: owner })
      await written(action, { by: stranger })
    }

    await writeDown(server.deps.db, {
      at: server.deps.now(),
      by: null,
      action: 'passkey-reset.ask',
      details: { organizer: owner.id },
    })

    const { entries } = await log(owner, `organizations/${slug}/audit`)

    const she = { is: 'member', name: owner.email }
    expect(entries).toMatchObject([
      { action: 'passkey-reset.ask', who: { is: 'server' }, whom: she },
      { action: 'passkey.add', who: she },
    ])
  })

  test('holds nothing of any other organization', async () => {
    const { slug, owner } = await aHost()
    const other = await aHost()
    await written('export.make', { by: other.owner, campaign: other.campaign })
    await written('organization.change', { by: other.owner, organization: other.slug })
    await written('export.make', { by: owner })

    expect((await log(owner, `organizations/${slug}/audit`)).entries).toEqual([])
    expect((await log(owner, `organizations/${slug}/audit?campaign=${other.campaign}`)).entries).toEqual([])
    expect((await log(other.owner, `organizations/${other.slug}/audit`)).entries).toHaveLength(2)
  })

  test('keeps what was done to a campaign that is no more', async () => {
    const { slug, owner, campaign } = await aHost()
    await written('campaign.change', { by: owner, campaign })
    await server.deps.db.execute(sql`delete from campaigns where slug = ${campaign}`)

    expect((await log(owner, `organizations/${slug}/audit`)).entries).toMatchObject([
      { action: 'campaign.change' },
    ])
  })

  test('is read page by page, newest first, each entry once, while others are written', async () => {
    const { slug, owner, campaign } = await aHost()
    for (const n of times(120, (n) => n))
      await written(n % 2 ? 'campaign.change' : 'export.make', { by: owner, campaign })
    const seen: number[] = []

    let next: number | undefined
    do {
      const page = await log(owner, `organizations/${slug}/audit${next ? `?before=${next}` : ''}`)
      seen.push(...page.entries.map(({ id }) => id))
      next = page.next
      await written('campaign.close', { by: owner, campaign })
    } while (next)

    expect(seen).toHaveLength(120)
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => b - a))
  })

  test('is filtered by action, by noun, and by campaign', async () => {
    const { slug, owner, campaign } = await aHost()
    const another = await anOpenCampaign(server, { organization: { slug, name: 'Host' } })
    await written('campaign.open', { by: owner, campaign })
    await written('campaign.close', { by: owner, campaign: another })
    await written('export.make', { by: null, campaign })
    const actions = async (query: string) =>
      (await log(owner, `organizations/${slug}/audit?${query}`)).entries.map(({ action }) => action)

    expect(await actions('action=campaign')).toEqual(['campaign.close', 'campaign.open'])
    expect(await actions('action=campaign.open')).toEqual(['campaign.open'])
    expect(await actions('action=camp')).toEqual([])
    expect(await actions(`campaign=${campaign}`)).toEqual(['export.make', 'campaign.open'])
  })

  test.each(['before=0', 'before=x', "action='", 'action=%25', 'campaign=A%20B', 'organizer=1'])(
    'a question such as ?%s is refused',
    async (query) => {
      const { slug, owner } = await aHost()

      const answer = await owner.call('GET', `organizations/${slug}/audit?${query}`)

      expect(answer.json()).toMatchObject({ code: 'invalid-request' })
    },
  )
})

describe('the log of a campaign', () => {
  test('names of a partner’s people only the partner, to the host alone', async () => {
    const { owner, campaign } = await aHost()
    const partner = await aPartnerOf(campaign)
    await written('source.register', { by: partner, campaign, organization: partner.slug })

    const page = await log(owner, `campaigns/${campaign}/audit`)

    expect(page.entries).toMatchObject([
      {
        action: 'source.register',
        who: { is: 'partner', organization: partner.slug },
        campaign: { slug: campaign },
      },
    ])
    expect(JSON.stringify(page)).not.toContain(partner.email)
    expect(page.entries[0]?.session).not.toHaveProperty('device')
    expect((await partner.call('GET', `campaigns/${campaign}/audit`)).json()).toMatchObject({
      code: 'not-found',
    })
    expect((await log(partner, `organizations/${partner.slug}/audit`)).entries).toMatchObject([
      { action: 'source.register', who: { is: 'member', name: partner.email } },
    ])
  })

  test('says where the server did it by itself', async () => {
    const { owner, campaign } = await aHost()
    await written('campaign.close', { by: null, campaign })

    const [entry] = (await log(owner, `campaigns/${campaign}/audit`)).entries

    expect(entry).toMatchObject({ who: { is: 'server' } })
    expect(entry).not.toHaveProperty('session')
  })
})

describe('what was written down stays', () => {
  test.each([
    ['changed', sql`update audit_log set details = '{}'`],
    [
      'changed row by row',
      sql`update audit_log set organizer_id = null where id = (select max(id) from audit_log)`,
    ],
    ['deleted', sql`delete from audit_log`],
    ['deleted by a condition that no row meets', sql`delete from audit_log where false`],
    ['emptied', sql`truncate audit_log`],
    ['emptied along with others', sql`truncate audit_log, code_tries`],
    [
      'replaced on conflict',
      sql`
      insert into audit_log (id, at, action) overriding system value select id, at, 'campaign.open' from audit_log
      on conflict (id) do update set action = excluded.action`,
    ],
    ['merged over', sql`merge into audit_log using (select 1) one on true when matched then delete`],
  ])('it cannot be %s by the role that the server uses', async (_, statement) => {
    const { slug, owner } = await aHost()
    await written('organization.change', { by: owner, organization: slug })
    const before = await everything()

    const outcome = await server.deps.db.execute(statement).then(
      () => 'done',
      (error: { cause?: { code?: string } }) => error.cause?.code,
    )

    expect(outcome).toBe('42501')
    expect(await everything()).toEqual(before)
  })

  test('even when the organizer, her organization and her campaign are deleted', async () => {
    const { slug, owner, campaign } = await aHost()
    await written('campaign.change', { by: owner, campaign })
    const before = await everything()

    await server.deps.db.execute(sql`delete from campaigns where slug = ${campaign}`)
    await server.deps.db.execute(sql`delete from organizations where slug = ${slug}`)
    await server.deps.db.execute(sql`delete from organizers where id = ${owner.id}`)

    expect(await everything()).toEqual(before)
  })
})

async function everything(): Promise<unknown> {
  const { rows } = await server.deps.db.execute(sql`select * from audit_log order by id`)
  return rows
}
