import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { textHash } from '../../server/campaigns/opening.ts'
import { anOpenCampaign, campaignId, confirm, letterTo, pledgesOf, rowOf, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('the version and locale of the text that was signed are recorded', async () => {
  const slug = await anOpenCampaign(server)
  const newer = { title: 'No tech', body: 'I will not.', reason: 'Because.' }
  await server.deps.db.execute(sql`
    insert into pledge_texts (campaign_id, locale, version, title, body, reason, text_hash)
    values (${await campaignId(server, slug)}, 'en', 2, ${newer.title}, ${newer.body}, ${newer.reason}, ${textHash(newer)})`)
  await server.deps.db.execute(sql`select pg_notify('campaigns', '')`)

  await expect
    .poll(async () => (await server.app.inject(`/api/v1/campaigns/${slug}`)).json().textVersion, {
      timeout: 5_000,
    })
    .toBe(2)
  await sign(server, slug, { email: 'ada@example.edu' })
  await sign(server, slug, { email: 'bea@example.edu', locale: 'es' })

  expect(await rowOf(server, slug, 'ada@example.edu')).toMatchObject({ text_version: 2, locale: 'en' })
  expect(await rowOf(server, slug, 'bea@example.edu')).toMatchObject({ text_version: 1, locale: 'es' })
  expect((await letterTo(server, 'ada@example.edu'))?.text).toContain('I will not.')
})

describe('the locale of a signature', () => {
  test.each([
    ['what the form says', { locale: 'es' }, 'en', 'es'],
    ['a region of a language', { locale: 'es-MX' }, 'en', 'es'],
    ['what the browser reads', {}, 'fr-CA, es-MX;q=0.8, en;q=0.5', 'es'],
    ['the campaign’s own where nothing fits', { locale: 'fr' }, 'de', 'en'],
  ])('is %s', async (_, request, language, locale) => {
    const slug = await anOpenCampaign(server)

    await server.app.inject({
      method: 'POST',
      url: `/api/v1/campaigns/${slug}/pledges`,
      headers: { 'accept-language': language },
      payload: { email: 'ada@example.edu', ...request },
    })

    expect(await pledgesOf(server, slug)).toMatchObject([{ locale }])
  })
})

describe('the campus of a signature', () => {
  test.each([
    ['the address shows it', 'ada@cc.gatech.edu', undefined, 'gatech.edu', true],
    ['the address overrides the chosen one', 'ada@gatech.edu', 'mit.edu', 'gatech.edu', true],
    ['a part of it may be chosen', 'ada@psu.edu', 'abington.psu.edu', 'abington.psu.edu', true],
    ['elsewhere the chosen one counts', 'ada@gmail.com', 'mit.edu', 'mit.edu', false],
    ['however it is spelled', 'ada@gmail.com', ' MIT.edu ', 'mit.edu', false],
    ['none', 'ada@gmail.com', '', undefined, false],
  ])('%s', async (_, email, campus, domain, isProven) => {
    const slug = await anOpenCampaign(server)

    const answer = await sign(server, slug, { email, ...(campus !== undefined && { campus }) })

    expect(answer.json().campus).toBe(domain)
    expect(await pledgesOf(server, slug)).toMatchObject([{ campus_proven: isProven }])
  })
})

test('a newer signature of an address that waits takes its place', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { campus: 'mit.edu', affiliation: 'staff' })

  await sign(server, slug, { campus: 'gatech.edu', affiliation: 'student', source: 'poster' })

  const [row, ...others] = await pledgesOf(server, slug)
  expect(others).toEqual([])
  expect(row).toMatchObject({ affiliation: 'student', source: 'poster', state: 'pending' })
})

test('a letter that cannot be written down takes its signature with it', async () => {
  const slug = await anOpenCampaign(server)
  await server.deps.db.execute(sql`
    create function refuse_letter() returns trigger language plpgsql as $$ begin raise 'no more letters'; end $$`)
  await server.deps.db.execute(sql`
    create trigger refusing before insert on letters execute function refuse_letter()`)

  const answer = await sign(server, slug)
  await server.deps.db.execute(sql`drop trigger refusing on letters`)

  expect([answer.statusCode, answer.json().code]).toEqual([500, 'internal'])
  expect(answer.body).not.toContain('no more letters')
  expect(await pledgesOf(server, slug)).toEqual([])
  expect((await sign(server, slug)).statusCode).toBe(202)
})

test('a confirmation whose tally cannot be written is not half-done', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: 'ada@gatech.edu' })
  await server.deps.db.execute(sql`
    create function refuse_tally() returns trigger language plpgsql as $$ begin raise 'no more tallies'; end $$`)
  await server.deps.db.execute(
    sql`create trigger refusing before insert on tallies execute function refuse_tally()`,
  )

  const refused = await confirm(server, slug, 'ada@gatech.edu')
  const between = await rowOf(server, slug, 'ada@gatech.edu')
  await server.deps.db.execute(sql`drop trigger refusing on tallies`)
  const granted = await confirm(server, slug, 'ada@gatech.edu')

  expect(refused.statusCode).toBe(500)
  expect(between).toMatchObject({ state: 'pending', contact: expect.any(Buffer) })
  expect(granted.statusCode).toBe(200)
})

test('three hundred people who sign at once are three hundred pledges and as many emails asked for', async () => {
  const slug = await anOpenCampaign(server)
  const { rows: before } = await server.deps.db.execute<{ count: number }>(letters)

  const answers = await Promise.all(times(300, (n) => sign(server, slug, { email: `ada${n}@example.edu` })))

  const { rows: after } = await server.deps.db.execute<{ count: number }>(letters)
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
  expect(await pledgesOf(server, slug)).toHaveLength(300)
  expect((after[0]?.count ?? 0) - (before[0]?.count ?? 0)).toBe(300)
})

const letters = sql`select count(*)::int as count from letters where template = 'confirm'`
