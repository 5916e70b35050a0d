import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { onTestFinished } from 'vitest'
import { type App, buildApp } from '../server/app.ts'
import { type NewCampaign, createCampaign } from '../server/campaigns/opening.ts'
import { addSources } from '../server/coalitions/sources.ts'
import { openDeps } from '../server/deps.ts'
import type { Role } from '../server/organizers/access.ts'
import { organizerOf } from '../server/organizers/organizer.ts'
import { startSession } from '../server/organizers/sessions.ts'
import { checkedAddress } from '../server/pledges/address.ts'
import { sixDigitCode } from '../server/pledges/code.ts'
import type { PledgeRequest } from '../server/pledges/contract.ts'
import { addressIn } from '../server/pledges/contact.ts'
import { keyName, type PledgeKey, pledgeKey } from '../server/pledges/mailbox.ts'
import { NO_SIGNING, signToken, type TokenPurpose } from '../server/pledges/token.ts'
import { findWaiting, openSigning } from '../server/pledges/waiting-signing.ts'
import { aProof } from './captcha/proofs.ts'
import type { Estamos } from './estamos.ts'

/** Registered in every campaign that a test opens. */
const SOURCES = ['ydsa-gt', 'poster', 'sample']

/** An open campaign in which nothing is special but what a test says. @returns its slug */
export async function anOpenCampaign(server: Estamos, settings: Partial<NewCampaign> = {}): Promise<string> {
  const slug = `drive-${randomBytes(5).toString('hex')}`
  const { db, keys, now } = server.deps
  const campaignId = await createCampaign(db, keys, {
    slug,
    state: 'open',
    contactMode: 'contactable',
    organization: { slug: 'mijente', name: 'Mijente' },
    texts: [
      { locale: 'en', title: 'No tech for cages', body: 'I will not work for it.', reason: 'Because.' },
      {
        locale: 'es',
        title: 'Sin tecnología para jaulas',
        body: 'No trabajaré para ella.',
        reason: 'Porque.',
      },
    ],
    ...settings,
  })
  const { rows } = await db.execute<{ organization_id: number }>(
    sql`select organization_id from campaigns where id = ${campaignId}`,
  )
  await addSources(
    db,
    { campaignId, organizationId: rows[0]?.organization_id ?? 0, at: now() },
    SOURCES.map((code) => ({ code, name: code })),
  )
  return slug
}

/** One that offers two clauses and asks two questions. @returns its slug and their ids */
export async function aCampaignThatAsks(server: Estamos, settings: Partial<NewCampaign> = {}) {
  const slug = await anOpenCampaign(server, {
    clauses: [
      { en: 'I also ask my school.', es: 'También se lo pido a mi escuela.' },
      { en: 'I also tell recruiters why.', es: 'También les digo por qué.' },
    ],
    questions: [
      { words: { en: 'When do you graduate?' }, options: [{ en: '2027' }, { en: '2028' }, { en: 'Later' }] },
      { words: { en: 'Do you study technology?' }, options: [{ en: 'Yes' }, { en: 'No' }] },
    ],
    ...settings,
  })
  const { clauses, questions } = await server.deps.campaigns.bySlug(slug)
  return { slug, clauses: clauses.map(({ id }) => id), questions: questions.map(({ id }) => id) } as {
    slug: string
    clauses: [number, number]
    questions: [number, number]
  }
}

/** How often each option of a question was given, by its number. */
export async function answersTo(server: Estamos, question: number): Promise<Record<number, number>> {
  const { rows } = await server.deps.db.execute<{ option: number; confirmed: number }>(
    sql`select option, confirmed from answer_tallies where question_id = ${question}`,
  )
  return Object.fromEntries(rows.map(({ option, confirmed }) => [option, confirmed]))
}

export interface AnOrganizer {
  id: number
  email: string
  /** The cookie of her session. */
  session: string
  /** Calls the console's part of the API as her, from a page of ours. */
  call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, payload?: object): Promise<Response>
}

type Response = Awaited<ReturnType<App['inject']>>

interface OrganizerSettings {
  /** The slug of her organization; the host of `anOpenCampaign` unless a test says otherwise. */
  organization?: string
  /** Null: signed in, and a member of nothing. */
  role?: Role | null
  /** Whether she has just used a passkey. */
  isFresh?: boolean
}

/** Somebody who is signed in to the console. */
export async function anOrganizer(
  server: Estamos,
  { organization = 'mijente', role = 'owner', isFresh = true }: OrganizerSettings = {},
): Promise<AnOrganizer> {
  const { db, keys, now } = server.deps
  const email = `organizer-${randomBytes(5).toString('hex')}@example.org`
  const id = await organizerOf(db, keys, { email }, now())
  if (role) {
    await db.execute(sql`
      with organization as (
        insert into organizations (slug, name) values (${organization}, ${organization})
        on conflict (slug) do update set slug = excluded.slug returning id)
      insert into memberships (organization_id, organizer_id, role, since, owner_since)
      select id, ${id}, ${role}, at, case when ${role} = 'owner' then at end
      from organization, (values (${now().toISOString()}::timestamptz)) as joined (at)`)
  }
  const way = isFresh ? 'passkey' : 'link'
  const { token } = await startSession(db, { organizerId: id, way, device: 'a test', now: now() })
  return { id, email, session: token, call: callAs(server, token) }
}

function callAs({ app }: Pick<Estamos, 'app'>, session?: string): AnOrganizer['call'] {
  return (method, path, payload) =>
    app.inject({
      method,
      url: `/api/v1/console/${path}`,
      ...(session && { cookies: { organizer: session } }),
      ...(payload && { payload }),
    })
}

export async function campaignId(server: Estamos, slug: string): Promise<number> {
  const { rows } = await server.deps.db.execute<{ id: number }>(
    sql`select id from campaigns where slug = ${slug}`,
  )
  return rows[0]?.id ?? 0
}

/** Signs through the public API. */
export async function sign(server: Pick<Estamos, 'app'>, slug: string, request: Partial<PledgeRequest> = {}) {
  return await server.app.inject({
    method: 'POST',
    url: `/api/v1/campaigns/${slug}/pledges`,
    payload: { email: 'ada@example.edu', ...request },
  })
}

/** What an answer tells, with the random part taken out: the receipt of whoever signs. */
export function told({ statusCode, body }: { statusCode: number; body: string }): string {
  return `${statusCode} ${withoutReceipt(body)}`
}

export function withoutReceipt(body: string): string {
  return body.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, 'random')
}

/** The newest letter to an address, after all waiting mail went out to the mailbox page. */
export async function letterTo(
  server: Estamos,
  to: string,
): Promise<{ subject: string; text: string } | undefined> {
  const { lettersIn } = await import('../server/mail/mailbox.ts')
  await server.work()
  return (await lettersIn(server.deps.mailboxFolder)).find((letter) => letter.to === to)
}

export function tokenIn(text: string, page: 'confirm' | 'my-pledge'): string {
  const found = new RegExp(`/${page}/([\\w-]+)`).exec(text)?.[1]
  if (!found) throw new Error(`no ${page} link in the letter`)
  return found
}

export function codeIn(text: string): string {
  const found = /\b(\d{3}) ?(\d{3})\b/.exec(text)
  if (!found) throw new Error('no code in the letter')
  return `${found[1]}${found[2]}`
}

export async function confirmByToken(server: Pick<Estamos, 'app'>, token: string) {
  return await server.app.inject({ method: 'POST', url: '/api/v1/confirmations', payload: { token } })
}

/** Signs and confirms by the emailed link. */
export async function pledge(server: Estamos, slug: string, request: Partial<PledgeRequest> = {}) {
  await sign(server, slug, request)
  const letter = await letterTo(server, (request.email ?? 'ada@example.edu').toLowerCase())
  return await confirmByToken(server, tokenIn(letter?.text ?? '', 'confirm'))
}

/** Many people of one campus, signed and confirmed by the real verbs, without the mail between. */
export async function crowd(
  server: Estamos,
  slug: string,
  { campus, people, source }: { campus?: string; people: number; source?: string },
) {
  const { confirmToken } = await import('../server/pledges/letters.ts')
  const id = await campaignId(server, slug)
  const name = randomBytes(4).toString('hex')
  const emails = times(people, (n) => `${name}${n}@mail.example`)
  const request = { ...(campus && { campus }), ...(source && { source }) }
  const isAsked = server.config.captcha.kind === 'altcha'
  const proof = async () => (isAsked ? { captcha: await aProof(server, slug) } : {})
  await Promise.all(
    emails.map(async (email) => sign(server, slug, { email, ...request, ...(await proof()) })),
  )
  const { rows } = await server.deps.db.execute<Record<string, unknown>>(sql`
    select email_digest, address_digest, signing_id from pledges where campaign_id = ${id} and state = 'pending'`)
  const tokens = rows.map((row) =>
    confirmToken(server.deps, {
      campaignId: id,
      emailDigest: row.email_digest as Buffer,
      addressDigest: row.address_digest as Buffer,
      signingId: row.signing_id as string,
    }),
  )
  return await Promise.all(tokens.map((token) => confirmByToken(server, token)))
}

export function times<Made>(count: number, make: (n: number) => Made): Made[] {
  return Array.from({ length: count }, (_, n) => make(n))
}

/** Every pledge of a campaign as the database has it. */
export async function pledgesOf(server: Estamos, slug: string): Promise<Record<string, unknown>[]> {
  const { rows } = await server.deps.db.execute(sql`
    select * from pledges where campaign_id = ${await campaignId(server, slug)}`)
  return rows
}

/** The differences between tallies and rows: none, whenever nothing is under way. */
export async function tallyDifferences(server: Estamos): Promise<unknown[]> {
  const { recountTallies } = await import('../server/leaderboards/recount.ts')
  return await recountTallies(server.deps.db, { mends: false })
}

/** The key of an address in a campaign, as the server makes it. */
export async function keyOf(server: Estamos, slug: string, email: string): Promise<PledgeKey> {
  return pledgeKey(await server.deps.campaigns.bySlug(slug), checkedAddress(email))
}

/** The one row of an exact address. */
/** The address that a pledge keeps for updates. */
export async function addressKept(
  server: Estamos,
  slug: string,
  contact: unknown,
  email = 'ada@example.edu',
): Promise<string> {
  const campaign = await server.deps.campaigns.bySlug(slug)
  return addressIn(server.deps.keys, campaign, await keyOf(server, slug, email), contact as Buffer)
}

export async function rowOf(
  server: Estamos,
  slug: string,
  email = 'ada@example.edu',
): Promise<Record<string, unknown> | undefined> {
  const { addressDigest } = await keyOf(server, slug, email)
  return (await pledgesOf(server, slug)).find((row) => addressDigest.equals(row.address_digest as Buffer))
}

/** The code of the newest email to an address that waits, without the email. */
export async function codeFor(server: Estamos, slug: string, email = 'ada@example.edu'): Promise<string> {
  const row = await rowOf(server, slug, email)
  const key = await keyOf(server, slug, email)
  return sixDigitCode(server.deps.keys, key, row?.signing_id as string)
}

/** All that an address signed and has not confirmed, the newest last. */
export async function signingsOf(server: Estamos, slug: string, email = 'ada@example.edu') {
  const key = await keyOf(server, slug, email)
  const rows = (await findWaiting(server.deps.db, [key])).get(keyName(key)) ?? []
  return rows
    .reverse()
    .map(({ signingId, sealed }) => openSigning(server.deps.keys, { key, signingId }, sealed))
}

/** A token as an email or cookie holds it, without the email. */
export async function tokenFor(
  server: Estamos,
  slug: string,
  { email = 'ada@example.edu', purpose }: { email?: string; purpose: TokenPurpose },
): Promise<string> {
  const key = await keyOf(server, slug, email)
  const signingId = ((await rowOf(server, slug, email))?.signing_id ?? NO_SIGNING) as string
  return signToken(server.deps, { purpose, key, signingId, now: server.deps.now() })
}

/** Confirms an address that waits, by the link of its newest email. */
export async function confirm(server: Estamos, slug: string, email = 'ada@example.edu') {
  return await confirmByToken(server, await tokenFor(server, slug, { email, purpose: 'confirm' }))
}

export async function tryCode(
  server: Pick<Estamos, 'app'>,
  campaign: string,
  code: string,
  email = 'ada@example.edu',
) {
  return await server.app.inject({
    method: 'POST',
    url: '/api/v1/confirmations',
    payload: { campaign, email, code },
  })
}

/** Calls the signer's own part of the API from one browser, which keeps the cookies that it gets. */
export async function asSigner(server: Estamos, slug: string, email = 'ada@example.edu') {
  let session = await tokenFor(server, slug, { email, purpose: 'session' })
  return async (method: 'GET' | 'PATCH' | 'POST' | 'DELETE', path = '', payload?: object) => {
    const answer = await server.app.inject({
      method,
      url: `/api/v1/my-pledge${path}`,
      cookies: { 'my-pledge': session },
      ...(payload && { payload }),
    })
    session = answer.cookies.find(({ value }) => value)?.value ?? session
    return answer
  }
}

/** The same server on the same database, reached by another address. */
export async function serverAt(server: Estamos, publicUrl: string): Promise<Estamos> {
  const config = { ...server.config, publicUrl }
  const deps = await openDeps({ config, databaseUrl: server.databaseUrl, now: server.deps.now })
  const app = await buildApp(deps, config)
  onTestFinished(async () => {
    await app.close()
    await deps.close()
  })
  return { ...server, app, deps, config }
}

/**
 * How much is asked for is counted by the way; the published figures follow from the rest a moment later; of the directory
 * of schools nobody's doings change a row.
 */
const LEFT_OUT = [
  'address_keys',
  'request_counts',
  'leaderboards',
  'campuses',
  'campus_domains',
  'campus_directory',
  'migrations',
]

/** Everything that people left in the database, as one short text: equal before and after what changes nothing. */
export async function checksum(server: Estamos, { but = [] as string[] } = {}): Promise<string> {
  const { db } = server.deps
  const leftOut = JSON.stringify([...LEFT_OUT, ...but])
  const { rows: tables } = await db.execute<{ name: string }>(sql`
    select tablename as name from pg_tables
    where schemaname = 'public' and not ${leftOut}::jsonb ? tablename order by 1`)
  const sums = tables.map(
    ({ name }) =>
      `select '${name}' as part, md5(string_agg(one::text, '|' order by one::text)) from ${name} one`,
  )
  // Postgres may look at several tables at once, and then answers in whatever order they are done.
  const { rows } = await db.execute(sql.raw(`${sums.join(' union all ')} order by part`))
  return JSON.stringify(rows)
}

/** A random number from 0 to below 1, the same series for the same seed, so that a failing history comes back. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
