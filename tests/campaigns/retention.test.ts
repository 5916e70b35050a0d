import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import type { NewCampaign } from '../../server/campaigns/opening.ts'
import { beginHold } from '../../server/exclusions/holds.ts'
import { domainDigest } from '../../server/pledges/mailbox.ts'
import { forgetSigners } from '../../server/retention.ts'
import {
  anOpenCampaign,
  anOrganizer,
  asSigner,
  campaignId,
  confirmByToken,
  keyOf,
  letterTo,
  pledge,
  pledgesOf,
  sign,
  tallyDifferences,
  tokenFor,
  tokenIn,
  tryCode,
} from '../builders.ts'
import { aKeyOf, offeredBy } from '../contacts/keys.ts'
import { estamos } from '../estamos.ts'

const server = estamos({ env: () => ({ RETENTION_DAYS: '30' }) })
const START = new Date('2026-03-01T12:00:00Z')

afterEach(() => delete server.clock.now)

describe('who signed is forgotten thirty days after the last closing, and not before', () => {
  const opened = { opensAt: at(-10) }
  const steps: [
    string,
    Partial<NewCampaign>,
    [day: number, step: 'POST' | 'DELETE'][],
    number | undefined,
  ][] = [
    ['a draft never', { state: 'draft', closesAt: at(1) }, [], undefined],
    ['one that has no end never', opened, [], undefined],
    ['one that was closed by hand', opened, [[0, 'POST']], 30],
    ['one that closed by its date', { ...opened, closesAt: at(5) }, [], 35],
    ['one that was closed by hand before its date', { ...opened, closesAt: at(50) }, [[2, 'POST']], 32],
    ['one that was closed by hand after its date', { ...opened, closesAt: at(5) }, [[20, 'POST']], 35],
    ['one that was opened again never', opened, [[0, 'POST'], [10, 'DELETE']], undefined], // prettier-ignore
    [
      'one that was opened again after its date never',
      { ...opened, closesAt: at(5) },
      [[10, 'DELETE']],
      undefined,
    ],
    ['one that was closed again counts from then', opened, [[0, 'POST'], [10, 'DELETE'], [25, 'POST']], 55], // prettier-ignore
  ]

  test.each(steps)('%s', async (_, settings, changes, day) => {
    server.clock.now = START
    const slug = await anOpenCampaign(server, settings)
    for (const [when, method] of changes) {
      server.clock.now = at(when)
      const organizer = await anOrganizer(server)
      expect((await organizer.call(method, `campaigns/${slug}/closure`)).statusCode).toBeLessThan(300)
    }

    const said = await shownDay(slug)
    const [before, after] = day === undefined ? [at(700), at(700)] : [minuteBefore(at(day)), at(day)]
    const wasForgotten = await isForgottenAt(slug, before)
    const isForgotten = await isForgottenAt(slug, after)

    expect(said).toBe(day === undefined ? null : at(day).toISOString())
    expect({ wasForgotten, isForgotten }).toEqual({ wasForgotten: false, isForgotten: day !== undefined })
  })
})

describe('once it is forgotten', () => {
  test('no row of the database leads to anybody who signed, and every tally stays', async () => {
    server.clock.now = START
    await aKeyOf(await anOrganizer(server), 'mijente')
    const slug = await aDriveWithSigners()
    await expect.poll(() => offeredBy(server, slug)).toHaveLength(1)
    const campaign = await server.deps.campaigns.bySlug(slug)
    const keys = await Promise.all(emails.map((email) => keyOf(server, slug, email)))
    const domain = domainDigest(campaign, { registrableDomain: 'gatech.edu' })
    const digests = [domain, ...keys.flatMap((key) => [key.emailDigest, key.addressDigest])]
    const signer = await asSigner(server, slug, 'listed@gatech.edu')
    await signer('PATCH', '', { shareWith: ['mijente'], email: 'listed@gatech.edu' })
    const before = await placesHolding(digests)
    const tallies = await talliesOf(campaign.id)

    const forgotten = await closeAndForget(slug)

    expect(before).toEqual(
      expect.arrayContaining(
        ['pledges', 'sealed_contacts', 'letters'].map((table) => `${table}.address_digest`),
      ),
    )
    expect(before).toEqual(
      expect.arrayContaining([
        'milestones.after_address',
        'mail_exchanges.host_digest',
        'exclusions.subject',
      ]),
    )
    expect(forgotten).toEqual([said(campaign.id, { pledges: 3, remaining: 0 })])
    const left = await pledgesOf(server, slug)
    expect(left.map(({ state }) => state)).toEqual(['confirmed', 'confirmed'])
    for (const row of left)
      expect(row).toMatchObject({
        contact: null,
        display_name: null,
        wants_updates: false,
        lists_name: false,
      })
    // By the key as it was: a copy that somebody kept fits nothing that is still here.
    expect(await placesHolding(digests)).toEqual([])
    expect(await tallyDifferences(server)).toEqual([])
    expect(await talliesOf(campaign.id)).toEqual(tallies)
    expect(tallies.map(({ confirmed }) => confirmed)).toEqual([1, 1])
    expect(await countOf(sql`campaign_keys where campaign_id = ${campaign.id}`)).toBe(0)
    expect(
      await countOf(sql`audit_log where campaign_id = ${campaign.id} and action = 'campaign.forget'`),
    ).toBe(1)
  })

  test('links, codes and questions are told politely that the drive is over and nothing is held', async () => {
    server.clock.now = START
    const slug = await aDriveWithSigners()
    await sign(server, slug, { email: 'late@example.edu' })
    const confirm = tokenIn((await letterTo(server, 'late@example.edu'))?.text ?? '', 'confirm')
    const unsubscribe = await tokenFor(server, slug, { email: 'kept@example.edu', purpose: 'unsubscribe' })
    const old = await tokenFor(server, slug, { email: 'kept@example.edu', purpose: 'my-pledge' })
    await closeAndForget(slug)
    const link = await tokenFor(server, slug, { email: 'kept@example.edu', purpose: 'my-pledge' })
    const signer = await asSigner(server, slug, 'kept@example.edu')

    const answers = [
      await confirmByToken(server, confirm),
      await post('/api/v1/my-pledge-sessions', { token: old }),
      await post('/api/v1/my-pledge-sessions', { token: link }),
      await post('/api/v1/my-pledge-links', { campaign: slug, email: 'kept@example.edu' }),
      await tryCode(server, slug, '123456', 'kept@example.edu'),
      await signer('GET'),
      await signer('PATCH', '', { updates: true, email: 'kept@example.edu' }),
      await signer('DELETE'),
    ]
    const pages = await Promise.all([
      post(`/confirm/${confirm}`, {}),
      post(`/my-pledge/${link}`, {}),
      post(`/c/${slug}/my-pledge-links`, { email: 'kept@example.edu' }),
    ])
    const ended = await post(`/unsubscribe/${unsubscribe}`, {})

    expect(answers.map((answer) => `${answer.statusCode} ${answer.json().code}`)).toEqual(
      answers.map(() => '410 campaign-forgotten'),
    )
    expect(pages.map(({ statusCode }) => statusCode)).toEqual([410, 410, 410])
    for (const { body } of pages) expect(body).toContain('Who signed is forgotten')
    expect(ended.statusCode).toBe(200)
    expect((await sign(server, slug)).json().code).toBe('campaign-closed')
  })

  test('the worker has done it, with what it may do in the database', async () => {
    server.clock.now = START
    const slug = await aDriveWithSigners()
    await close(slug)
    server.clock.now = at(365)

    await server.deps.db.execute(sql`select graphile_worker.add_job('forget-signers')`)
    await server.doJobs()

    expect(await shownReport(slug)).toMatchObject({ pledges: 3, remaining: 0, failures: [], isDone: true })
  })

  test('nobody opens it again, and organizers are told why', async () => {
    server.clock.now = START
    const slug = await aDriveWithSigners()
    await closeAndForget(slug)
    const organizer = await anOrganizer(server)

    const opened = await organizer.call('DELETE', `campaigns/${slug}/closure`)
    const settings = await organizer.call('GET', `campaigns/${slug}/settings`)

    expect(opened.json()).toMatchObject({ code: 'wrong-stage' })
    expect(settings.json()).toMatchObject({
      stage: 'closed',
      forgotten: { at: at(365).toISOString(), pledges: 3, isDone: true },
    })
  })
})

describe('what cannot be forgotten now stops nothing else, is told, and the next run does it', () => {
  test('a row that the database refuses to give up', async () => {
    server.clock.now = START
    const slug = await aDriveWithSigners()
    const id = await campaignId(server, slug)
    const { emailDigest } = await keyOf(server, slug, 'kept@example.edu')
    await server.deps.db.execute(
      sql.raw(`
      create function refuse() returns trigger language plpgsql as $$ begin
        if old.email_digest = '\\x${emailDigest.toString('hex')}' then raise 'not this one'; end if; return old; end $$;
      create trigger refuse before delete on pledges for each row execute function refuse()`),
    )
    onTestFinished(async () => {
      await server.deps.db.execute(sql`drop function if exists refuse cascade`)
    })

    const first = await closeAndForget(slug)
    const seen = await shownReport(slug)
    await server.deps.db.execute(sql`drop function refuse cascade`)
    const second = await run()
    const third = await run()

    expect(first).toEqual([said(id, { pledges: 2, remaining: 1 })])
    expect(seen).toMatchObject({ pledges: 2, remaining: 1, failures: [], isDone: false })
    expect(second).toEqual([said(id, { pledges: 1, remaining: 0 })])
    expect(await shownReport(slug)).toMatchObject({ pledges: 3, remaining: 0, failures: [], isDone: true })
    expect(third).toEqual([])
  })

  test('a campaign that an organizer has in hand, beside one of whose pledges a signer has', async () => {
    server.clock.now = START
    const drives = [await aDriveWithSigners(), await aDriveWithSigners(), await aDriveWithSigners()]
    const [held = 0, halting = 0, free = 0] = await Promise.all(
      drives.map((slug) => campaignId(server, slug)),
    )
    for (const slug of drives) await close(slug)
    server.clock.now = at(365)
    const hand = await server.deps.db.$client.connect()
    await hand.query('begin')
    await hand.query('update campaigns set revision = revision + 1 where id = $1', [held])
    await hand.query("select from pledges where campaign_id = $1 and display_name = 'Ada L.' for update", [
      halting,
    ])

    const first = await run()
    await hand.query('rollback')
    hand.release()
    const second = await run()

    expect(first).toEqual([
      said(held, { pledges: 0, remaining: 0, also: '; not forgotten yet: its key: busy' }),
      said(halting, { pledges: 2, remaining: 1 }),
      said(free, { pledges: 3, remaining: 0 }),
    ])
    expect(second).toEqual([
      said(held, { pledges: 3, remaining: 0 }),
      said(halting, { pledges: 1, remaining: 0 }),
    ])
  })
})

const emails = ['kept@example.edu', 'listed@gatech.edu', 'withdrawn@example.edu']

/** Three who signed: one who is written to, one who is listed, and one who took it back. */
async function aDriveWithSigners(): Promise<string> {
  const slug = await anOpenCampaign(server)
  await pledge(server, slug, { email: 'kept@example.edu', updates: true })
  await pledge(server, slug, { email: 'listed@gatech.edu', name: 'Ada Lovelace', display: true })
  await pledge(server, slug, { email: 'withdrawn@example.edu' })
  await (
    await asSigner(server, slug, 'withdrawn@example.edu')
  )('POST', '/withdrawal')
  await server.deps.db.execute(sql`
    insert into milestones (campaign_id, campus_id, step, what, state, after_email, after_address)
    select campaign_id, 0, 10, 'step', 'sending', email_digest, address_digest from pledges where display_name is not null
      and campaign_id = ${await campaignId(server, slug)}`)
  await holdDomains(slug)
  return slug
}

/** As after a flood: a mail domain is held, and who takes in its mail is known, and held too. */
async function holdDomains(slug: string): Promise<void> {
  const { db, campaigns, now } = server.deps
  const campaign = await campaigns.bySlug(slug)
  const digest = domainDigest(campaign, { registrableDomain: 'gatech.edu' })
  await db.execute(sql`
    insert into mail_exchanges (campaign_id, domain_digest, found, host_digest, is_listed, expires_at)
    values (${campaign.id}, ${digest}, 'exchange', ${digest}, false, '2027-01-01')`)
  for (const reason of ['domain', 'mail-host'] as const)
    await beginHold(db, { campaignId: campaign.id, reason, digest }, now())
}

async function close(slug: string): Promise<void> {
  await (await anOrganizer(server)).call('POST', `campaigns/${slug}/closure`)
}

/** The job was away for a year meanwhile. */
async function closeAndForget(slug: string) {
  await close(slug)
  server.clock.now = at(365)
  return await run()
}

/** @returns what the worker's log says, but of campaigns in which nobody ever signed */
async function run(): Promise<string[]> {
  const lines: string[] = []
  await forgetSigners(server.deps, (line) => lines.push(line))
  return lines.filter((line) => !line.endsWith('; 0 pledges lead to nobody any more, 0 are left'))
}

function said(
  id: number,
  { pledges, remaining, also = '' }: { pledges: number; remaining: number; also?: string },
) {
  return `campaign ${id}: its retention ended; ${pledges} pledges lead to nobody any more, ${remaining} are left${also}`
}

async function shownReport(slug: string) {
  return (await (await anOrganizer(server)).call('GET', `campaigns/${slug}/settings`)).json().forgotten
}

function at(day: number): Date {
  return new Date(START.getTime() + day * 24 * 3_600_000)
}

function minuteBefore(time: Date): Date {
  return new Date(time.getTime() - 60_000)
}

async function isForgottenAt(slug: string, now: Date): Promise<boolean> {
  server.clock.now = now
  await run()
  return (await countOf(sql`campaign_keys where campaign_id = ${await campaignId(server, slug)}`)) === 0
}

async function shownDay(slug: string) {
  return (await (await anOrganizer(server)).call('GET', `campaigns/${slug}/settings`)).json().forgetsAt
}

async function talliesOf(id: number) {
  const { rows } = await server.deps.db.execute<{ campus_id: number; confirmed: number }>(
    sql`select campus_id, confirmed from tallies where campaign_id = ${id} and confirmed <> 0 order by 1`,
  )
  return rows
}

async function post(url: string, payload: object) {
  return await server.app.inject({ method: 'POST', url, payload })
}

async function countOf(which: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await server.deps.db.execute<{ count: number }>(
    sql`select count(*)::int as count from ${which}`,
  )
  return rows[0]?.count ?? 0
}

/** Columns, of all that there are, in which one of these digests stands, be it as a part. */
async function placesHolding(digests: Buffer[]): Promise<string[]> {
  const { rows: columns } = await server.deps.db.execute<{ table: string; column: string }>(sql`
    select table_name as table, column_name as column from information_schema.columns
    where table_schema = 'public' and data_type = 'bytea'`)
  const places: string[] = []
  for (const { table, column } of columns) {
    const found = await countOf(
      sql`${sql.identifier(table)} where exists (
        select from unnest(${sql.param(digests)}::bytea[]) as digest where position(digest in ${sql.identifier(column)}) > 0)`,
    )
    if (found > 0) places.push(`${table}.${column}`)
  }
  return places
}
