import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { anOpenCampaign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

afterEach(() => delete server.clock.now)

test('a campaign says what its form needs, and nothing of its keys', async () => {
  const slug = await anOpenCampaign(server, { goal: 3000, theme: { accent: '#aa2200' } })

  const answer = await get(slug)

  expect(answer.json()).toEqual({
    slug,
    state: 'open',
    organization: { name: 'Mijente' },
    locale: 'en',
    locales: ['en', 'es'],
    title: 'No tech for cages',
    text: 'I will not work for it.',
    textVersion: 1,
    textHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    reason: 'Because.',
    targets: [],
    clauses: [],
    questions: [],
    goal: 3000,
    confirmed: 0,
    eligibility: 'anyone',
    smallestShown: 5,
    namesShownAfter: 50,
    contactMode: 'contactable',
    shareWith: [],
    captcha: { kind: 'none' },
    theme: { accent: '#aa2200' },
    demo: false,
  })
  expect(answer.headers['cache-control']).toBe('public, max-age=5, stale-while-revalidate=60')
})

test('a campaign says whom it names, what it offers and what it asks, in the words of the reader', async () => {
  const slug = await anOpenCampaign(server, {
    targets: [
      { name: 'Palantir', reason: { en: 'Sells.', es: 'Vende.' }, sourceUrl: 'https://example.org/palantir' },
      { name: 'Other', reason: { en: 'Hosts.' }, sourceUrl: 'https://example.org/other' },
    ],
    clauses: [{ en: 'I tell recruiters.', es: 'Lo digo.' }],
    questions: [
      { words: { en: 'Year?', es: '¿Año?' }, options: [{ en: '2027' }, { en: 'Later', es: 'Después' }] },
    ],
    logo: { type: 'image/png', bytes: Buffer.from('a picture') },
  })

  const spanish = (await get(`${slug}?locale=es-MX`)).json()

  expect(spanish).toMatchObject({
    targets: [
      { name: 'Palantir', reason: 'Vende.', sourceUrl: 'https://example.org/palantir' },
      { name: 'Other', reason: 'Hosts.', sourceUrl: 'https://example.org/other' },
    ],
    clauses: [{ id: expect.any(Number), words: 'Lo digo.' }],
    questions: [
      {
        words: '¿Año?',
        options: [
          { number: 1, words: '2027' },
          { number: 2, words: 'Después' },
        ],
      },
    ],
  })
  const hash = createHash('sha256').update('a picture').digest('hex')
  expect(spanish.logoUrl).toBe(`${server.config.publicUrl}/api/v1/campaigns/${slug}/logo/${hash}`)
})

test('what an organizer has retired is neither offered nor asked', async () => {
  const slug = await anOpenCampaign(server, {
    clauses: [{ en: 'Old.' }, { en: 'New.' }],
    questions: [{ words: { en: 'Old?' }, options: [{ en: 'Yes' }, { en: 'No' }] }],
  })
  await server.deps.db.execute(
    sql`update campaign_clauses set retired_at = now() where words->>'en' = 'Old.'`,
  )
  await server.deps.db.execute(
    sql`update campaign_questions set retired_at = now() where words->>'en' = 'Old?'`,
  )
  await server.deps.db.execute(sql`select pg_notify('campaigns', '')`)

  await expect.poll(async () => (await get(slug)).json().clauses).toHaveLength(1)

  expect((await get(slug)).json()).toMatchObject({ clauses: [{ words: 'New.' }], questions: [] })
})

test('anybody can check the hash of the text that was signed', async () => {
  const { title, text, reason, textHash } = (await get(await anOpenCampaign(server))).json()

  const hash = createHash('sha256').update(`${title}\0${text}\0${reason}\0`).digest('hex')

  expect(hash).toBe(textHash)
})

describe('the locale of a campaign', () => {
  test.each([
    ['?locale=es', 'en', 'es'],
    ['?locale=es-MX', 'en', 'es'],
    ['?locale=fr', 'es', 'es'],
    ['', 'fr, es;q=0.5', 'es'],
    ['', '', 'en'],
    ['', '*;q=x,,,;', 'en'],
  ])('"%s" read by "%s" is %s', async (query, language, locale) => {
    const slug = await anOpenCampaign(server)

    const answer = await get(`${slug}${query}`, { 'accept-language': language })

    expect(answer.json().locale).toBe(locale)
    expect(answer.headers.vary).toContain('accept-language')
  })
})

test('it opens and closes by its dates, to the second', async () => {
  const slug = await anOpenCampaign(server, {
    opensAt: new Date('2026-03-01T10:00:00Z'),
    closesAt: new Date('2026-03-02T10:00:00Z'),
  })

  const states = []
  for (const now of [
    '2026-03-01T09:59:59.999Z',
    '2026-03-01T10:00:00Z',
    '2026-03-02T09:59:59.999Z',
    '2026-03-02T10:00:00Z',
  ]) {
    server.clock.now = new Date(now)
    states.push((await get(slug)).json().state)
  }

  expect(states).toEqual(['upcoming', 'open', 'open', 'closed'])
})

test('a campaign that was closed on one server is closed on every server', async () => {
  const slug = await anOpenCampaign(server)
  const other = await server.another()
  const stateThere = async () => (await other.app.inject(`/api/v1/campaigns/${slug}`)).json().state
  const before = await stateThere()

  await server.deps.db.execute(sql`update campaigns set state = 'closed' where slug = ${slug}`)
  await server.deps.db.execute(sql`select pg_notify('campaigns', '')`)

  expect(before).toBe('open')
  await expect.poll(stateThere, { timeout: 5_000 }).toBe('closed')
})

test('a draft is unknown, and so is a name that cannot be one', async () => {
  const slug = await anOpenCampaign(server, { state: 'draft' })

  const answers = await Promise.all(
    [slug, 'no-such-drive', 'UPPER', 'a--b', '..%2f', 'a'.repeat(81)].map((one) => get(one)),
  )

  expect(answers.map((answer) => answer.json().code)).toEqual([
    'unknown-campaign',
    'unknown-campaign',
    'invalid-request',
    'invalid-request',
    'invalid-request',
    'invalid-request',
  ])
})

test('a campus that is in no directory is unknown; one without pledges has no figures', async () => {
  const slug = await anOpenCampaign(server)

  const unknown = await get(`${slug}/campuses/no-such.example`)
  const quiet = await get(`${slug}/campuses/gatech.edu`)

  expect([unknown.statusCode, unknown.json().code]).toEqual([404, 'unknown-campus'])
  expect(quiet.json()).toMatchObject({ campus: 'gatech.edu', names: [], nextSteps: [] })
  expect(Object.keys(quiet.json())).not.toContain('confirmed')
})

function get(path: string, headers: Record<string, string> = {}) {
  return server.app.inject({ url: `/api/v1/campaigns/${path}`, headers })
}
