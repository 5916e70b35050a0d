import { AsyncLocalStorage } from 'node:async_hooks'
import { sql } from 'drizzle-orm'
import type { PoolClient } from 'pg'
import { describe, expect, test } from 'vitest'
import { mailboxDigest, suppress } from '../../server/mail/suppressions.ts'
import {
  anOpenCampaign,
  asSigner,
  confirm,
  keyOf,
  letterTo,
  pledgesOf,
  rowOf,
  sign,
  tryCode,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

/** Brings the pledge of Ada into a state, before somebody asks about her. */
const cases: Record<string, (slug: string) => Promise<unknown>> = {
  new: async () => {},
  pending: (slug) => sign(server, slug),
  confirmed: (slug) => confirmed(slug),
  withdrawn: async (slug) => {
    await confirmed(slug)
    await (
      await asSigner(server, slug)
    )('POST', '/withdrawal')
  },
  excluded: async (slug) => {
    await confirmed(slug)
    await exclude(slug)
  },
  'excluded while waiting': async (slug) => {
    await sign(server, slug)
    await exclude(slug)
  },
}

describe('signing shows no difference between new, pending, confirmed, withdrawn and excluded', () => {
  test('in body, headers and the statements of the database', async () => {
    const seen = await inEveryCase((slug) => sign(server, slug, { campus: 'gatech.edu' }))

    expect(seen[0]).toMatchObject({
      status: 202,
      body: '{"status":"check-your-email","receipt":"random","campus":"gatech.edu"}',
    })
    expect(seen[0]?.statements).toContain('insert into pledges')
    for (const one of seen) expect(one).toEqual(seen[0])
  })

  test('in the letters that are written down', async () => {
    const shapes = []
    for (const bring of Object.values(cases)) {
      const slug = await anOpenCampaign(server)
      await bring(slug)
      await server.deps.db.execute(sql`delete from letters`)
      await sign(server, slug)
      const { rows } = await server.deps.db.execute(sql`
        select template, state, locale, attempts, asked_at = due_at as "isDue" from letters`)
      shapes.push(rows)
    }

    expect(shapes[0]).toMatchObject([{ template: 'confirm', state: 'queued', isDue: true }])
    for (const shape of shapes) expect(shape).toEqual(shapes[0])
  })
})

test('asking for a link is the same 202 in every case', async () => {
  const seen = await inEveryCase((campaign) =>
    server.app.inject({
      method: 'POST',
      url: '/api/v1/my-pledge-links',
      payload: { campaign, email: 'ada@example.edu' },
    }),
  )

  expect(seen[0]).toMatchObject({
    status: 202,
    body: '{"status":"check-your-email"}',
    statements: expect.stringContaining('insert into "letters"'),
  })
  for (const one of seen) expect(one).toEqual(seen[0])
})

test('a wrong code is the same refusal in every case', async () => {
  const seen = await inEveryCase((slug) => tryCode(server, slug, '000000'))

  expect(seen[0]).toMatchObject({
    status: 422,
    body: expect.stringContaining('"code-wrong"'),
    statements: expect.stringContaining('insert into code_tries'),
  })
  for (const one of seen) expect(one).toEqual(seen[0])
})

test('only the mailbox learns that it has pledged, and a stranger’s mailbox gets nothing', async () => {
  await server.work()
  const slug = await anOpenCampaign(server)
  await confirmed(slug)
  await sign(server, slug)
  const known = await letterTo(server, 'ada@example.edu')
  await server.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-links',
    payload: { campaign: slug, email: 'stranger@example.edu' },
  })
  const stranger = await letterTo(server, 'stranger@example.edu')

  expect(known?.text).toContain('already signed')
  expect(known?.text).not.toContain('/confirm/')
  expect(stranger).toBeUndefined()
})

test('a counted pledge is not changed by signing it again with other choices', async () => {
  const slug = await anOpenCampaign(server)
  await confirmed(slug)
  const before = await pledgesOf(server, slug)

  await sign(server, slug, { campus: 'mit.edu', name: 'Eve', display: true, updates: true, source: 'poster' })

  expect(before).toMatchObject([{ state: 'confirmed' }])
  expect(await pledgesOf(server, slug)).toEqual(before)
})

test('an excluded signer sees a confirmed pledge', async () => {
  const slug = await anOpenCampaign(server)
  await confirmed(slug)
  await exclude(slug)

  const held = await (await asSigner(server, slug))('GET')
  const again = await confirm(server, slug)

  expect(held.json()).toMatchObject({ state: 'confirmed' })
  expect(again.statusCode).toBe(200)
  expect(await rowOf(server, slug)).toMatchObject({ state: 'excluded' })
})

test('A7: an address that bounced, complained or wants no mail is signed by the same answer and the same statements', async () => {
  const { db, keys, now } = server.deps
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: 'first@mail.example' })
  const emails = ['reads', 'bounced', 'complained', 'asked'].map((name) => `${name}@mail.example`)
  for (const reason of ['bounced', 'complained', 'asked'] as const)
    await suppress(db, { digests: [mailboxDigest(keys, `${reason}@mail.example`)], reason, at: now() })

  const seen = []
  for (const email of emails) {
    const { answer, statements } = await listening(() => sign(server, slug, { email }))
    seen.push({ status: answer.statusCode, body: withoutNames(answer.body, slug), statements })
  }

  expect(seen[0]).toMatchObject({ status: 202, statements: expect.stringContaining('insert into pledges') })
  for (const one of seen) expect(one).toEqual(seen[0])
})

interface Seen {
  status: number
  body: string
  headers: object
  statements: string
}

/** What a stranger sees of the same request in each case, and what the database was asked. */
async function inEveryCase(
  ask: (slug: string) => Promise<Awaited<ReturnType<typeof sign>>>,
): Promise<Seen[]> {
  const seen: Seen[] = []
  for (const bring of Object.values(cases)) {
    const slug = await anOpenCampaign(server)
    await bring(slug)
    await keyOf(server, slug, 'ada@example.edu')
    const { answer, statements } = await listening(() => ask(slug))
    const { date: _, ...headers } = answer.headers
    seen.push({ status: answer.statusCode, body: withoutNames(answer.body, slug), headers, statements })
  }
  return seen
}

/** But for what is another's each time. */
function withoutNames(body: string, slug: string): string {
  return body.replaceAll(slug, 'slug').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, 'random')
}

/** Where the texts of statements go that are sent on behalf of what is listened to: not those that come round by the clock. */
const listeners = new AsyncLocalStorage<string[]>()
const listenedTo = new WeakSet<PoolClient>()

/** Notes the text of every statement that the server sends for this work. */
async function listening<Answer>(
  work: () => Promise<Answer>,
): Promise<{ answer: Answer; statements: string }> {
  const pool = server.appDb.$client
  if (pool.listenerCount('acquire') === 0) pool.on('acquire', listenTo)
  const heard: string[] = []
  const answer = await listeners.run(heard, async () => await work())
  // Campaigns are read anew by the clock, and keys of hours and days are made, whoever asks.
  const statements = heard.filter(
    (text) =>
      !/from "(campaigns|pledge_texts|campaign_(targets|clauses|questions|logos)|sources|organization_keys|switches)"|"(address|contact)_keys"/.test(
        text,
      ),
  )
  return { answer, statements: statements.join('\n') }
}

function listenTo(client: PoolClient): void {
  if (listenedTo.has(client)) return
  listenedTo.add(client)
  const query = client.query.bind(client) as (...asked: unknown[]) => unknown
  const noting = (...asked: unknown[]) => {
    listeners.getStore()?.push(String((asked[0] as { text?: string }).text ?? asked[0]).replace(/\s+/g, ' '))
    return query(...asked)
  }
  Object.assign(client, { query: noting })
}

async function confirmed(slug: string): Promise<void> {
  await sign(server, slug)
  await confirm(server, slug)
}

async function exclude(slug: string): Promise<void> {
  await server.deps.db.execute(sql`
    update pledges pledge set exclusion_id = 1,
      state = case pledge.state when 'confirmed' then 'excluded' else pledge.state end
    from campaigns where campaigns.id = campaign_id and slug = ${slug}`)
  await server.deps.db.execute(sql`update tallies set confirmed = 0 from campaigns
    where campaigns.id = campaign_id and slug = ${slug}`)
}
