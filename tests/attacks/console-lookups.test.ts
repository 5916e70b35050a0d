import { sql } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import type { FoundPledges, PledgeQuery, Preview, Rule } from '../../server/exclusions/contract.ts'
import { tasks } from '../../server/jobs.ts'
import { domainDigest } from '../../server/pledges/mailbox.ts'
import { markPledges } from '../../server/pledges/marking.ts'
import type { UpdatePreview } from '../../server/updates/contract.ts'
import { type AnOrganizer, anOpenCampaign, anOrganizer, confirm, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf } from '../exclusions/flood.ts'
import { aReader, writingFor } from '../updates/writing.ts'
import { reached } from './reached.ts'

const server = estamos()
afterEach(() => delete server.clock.now)

const SMALLEST = 5
const HOUR_MS = 3_600_000
const at = (time: string) => new Date(`2026-03-20T${time}Z`)

/** All that tells one person from another, and that no page shows: the rest is the same in both worlds. */
const persons = [
  { email: 'me@victim.example', name: 'Zelda Quux', signed: at('07:39:25.039') },
  { email: 'me@elsewhere.example', name: 'Robert Roe', signed: at('07:31:10.500') },
]

interface Scene {
  /** Whether the person has confirmed. */
  state: 'pending' | 'confirmed'
  /** When the watcher's own mailboxes confirmed: one fewer than the smallest number shown. */
  own: Date
  /** Unconfirmed signatures in the person's name and mail domain. */
  fakes: number
}

const long = at('00:00:00')
const fresh = at('07:20:00')
const scenes: Scene[] = [
  { state: 'confirmed', own: new Date(long.getTime() - 48 * HOUR_MS), fakes: 0 },
  { state: 'confirmed', own: new Date(long.getTime() - 48 * HOUR_MS), fakes: SMALLEST },
  { state: 'confirmed', own: fresh, fakes: 45 },
  { state: 'pending', own: new Date(long.getTime() - 48 * HOUR_MS), fakes: 29 },
  { state: 'pending', own: fresh, fakes: 45 },
]

test.each(scenes)(
  'B13: a viewer and an editor with four mailboxes and any number of fakes get the same answers whoever signed: %o',
  async (scene) => {
    const [first, second] = await Promise.all(persons.map(async (person) => await aWorld(scene, person)))
    server.clock.now = at('07:45:00')
    await lookAround()
    const viewer = await anOrganizer(server, { role: 'viewer' })
    const editor = await anOrganizer(server, { role: 'editor' })

    const differing: object[] = []
    let asked = 0
    for (const rule of pairs()) {
      const answers = [
        await askedBoth(viewer, editor, first!, rule),
        await askedBoth(viewer, editor, second!, rule),
      ]
      asked += 1
      if (answers[0] !== answers[1]) differing.push({ rule, answers })
    }
    const known = await askedBoth(viewer, editor, first!, { domain: 'gmail.com' })
    const looked = await askedBoth(viewer, editor, first!, { domain: 'victim.example' })
    const pages = [await pagesOf(viewer, first!), await pagesOf(viewer, second!)]

    expect(differing).toEqual([])
    expect(known).toMatch(/"count":200.*"counted":"exactly"/)
    expect(looked).toMatch(/too-few.*too-few/)
    expect(pages[0]).toEqual(pages[1])
    expect(JSON.stringify(pages)).not.toMatch(/victim|elsewhere\.example|quux/i)
    reached(
      'B13',
      `${SMALLEST - 1} mailboxes and ${scene.fakes} fakes: ${asked} searches and previews tell nothing of whether one ${scene.state} pledge has a mail domain, a name or a minute`,
    )
  },
)

/** Which campuses an update is for: the watcher's four mailboxes and perhaps the person at one, ten others at the next. */
const audiences = [
  ['mit.edu'],
  ['gatech.edu'],
  ['mit.edu', 'gatech.edu'],
  ['mit.edu', 'berkeley.edu'],
  undefined,
]

test('B13: an editor with four mailboxes at a campus is not told whether one more person there reads updates, nor writes to the five', async () => {
  const both = [await aReadersWorld('mit.edu'), await aReadersWorld(undefined)]
  const answers = await Promise.all(
    both.map(async (slug) => {
      const editor = await anOrganizer(server, { role: 'editor' })
      const writing = await writingFor(server, slug)
      const shown = await Promise.all(
        audiences.map(async (campuses) => {
          const { id } = await writing.draft({ ...(campuses && { campuses }) })
          return (await editor.call('GET', `${writing.at}/${id}/preview`)).json<UpdatePreview>().readers
        }),
      )
      const sent = await writing.send({ campuses: ['mit.edu'] })
      return { readers: await ask(editor, 'GET', `${slug}/update-readers`), shown, sent }
    }),
  )

  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]).toMatchObject({
    readers: { all: 15, campuses: [{ campus: 'gatech.edu', readers: 10 }] },
    shown: [undefined, 10, 10, undefined, 15],
    sent: { code: 'too-few' },
  })
})

/** @returns the slug */
async function aReadersWorld(campusOfPerson: string | undefined): Promise<string> {
  const slug = await anOpenCampaign(server, { smallestShown: SMALLEST })
  for (const email of times(SMALLEST - 1, (n) => `own${n}@mail.example`))
    await aReader(server, slug, email, { campus: 'mit.edu' })
  for (const email of times(2 * SMALLEST, (n) => `other${n}@mail.example`))
    await aReader(server, slug, email, { campus: 'gatech.edu' })
  await aReader(server, slug, 'me@victim.example', { ...(campusOfPerson && { campus: campusOfPerson }) })
  return slug
}

/** Two hundred other people of other domains; the watcher's own, and fakes; and the person. @returns the slug */
async function aWorld({ state, own, fakes }: Scene, person: (typeof persons)[number]): Promise<string> {
  const slug = await anOpenCampaign(server, { smallestShown: SMALLEST })
  const before = { at: new Date(long.getTime() - 24 * HOUR_MS) }
  await aCrowdOf(server, slug, {
    ...before,
    people: 200,
    domain: 'gmail.com',
    campus: 'gatech.edu',
    source: 'ydsa-gt',
  })
  const victims = { domain: 'victim.example', campus: 'mit.edu', source: 'poster' }
  await aCrowdOf(server, slug, { ...victims, people: SMALLEST - 1, at: own })
  await aCrowdOf(server, slug, {
    ...victims,
    people: fakes,
    state: 'pending',
    name: () => 'Zelda Quux',
    at: at('07:44:00'),
    minutes: 3,
  })
  server.clock.now = person.signed
  const { email, name } = person
  const choices = { campus: 'gatech.edu', source: 'sample', affiliation: 'student' as const }
  await sign(server, slug, { email, ...choices, ...(state === 'pending' && { name, display: true }) })
  if (state === 'confirmed') await confirm(server, slug, email)
  await mark(slug)
  return slug
}

/** What is noticed of pledges beside others, as if the fakes had caused it. */
async function mark(slug: string): Promise<void> {
  const campaign = await server.deps.campaigns.bySlug(slug)
  const digest = domainDigest(campaign, { registrableDomain: 'victim.example' })
  for (const signal of ['burst', 'same-name'] as const) {
    const where = sql`pledge.domain_digest = ${digest}`
    await markPledges(server.deps.db, { campaignId: campaign.id, signal, where })
  }
}

const criteria: Rule[] = [
  ...['victim.example', 'elsewhere.example', 'gmail.com'].map((domain) => ({ domain })),
  ...['gatech.edu', 'mit.edu', ''].map((campus) => ({ campus })),
  ...['sample', 'poster', ''].map((source) => ({ source })),
  ...(['burst', 'same-name', 'no-mail-exchange'] as Rule['signal'][]).map((signal) => ({ signal })),
  ...['07:35:00', '07:39:25.040', '08:00:00'].map((time) => ({ from: at(time).toISOString() })),
  ...['07:35:00', '07:39:25.039'].map((time) => ({ to: at(time).toISOString() })),
  ...(['pending', 'confirmed'] as const).map((state) => ({ state })),
  ...['zelda quux', 'robert', 'z*x'].map((name) => ({ name })),
]

/** Each criterion alone, and each with each other. */
function pairs(): Rule[] {
  const merged = criteria.flatMap((one, n) => criteria.slice(n).map((other) => ({ ...other, ...one })))
  return [...new Map(merged.map((rule) => [JSON.stringify(Object.entries(rule).sort()), rule])).values()]
}

/** The search by a viewer and the preview by an editor, without what is random in them: which rows a sample has. */
async function askedBoth(
  viewer: AnOrganizer,
  editor: AnOrganizer,
  slug: string,
  rule: Rule,
): Promise<string> {
  const { name, ...query } = rule
  const found = name === undefined ? await allFound(viewer, slug, query) : undefined
  const { preview: _, ...previewed } = await ask<Preview>(editor, 'POST', `${slug}/exclusion-previews`, {
    rule,
  })
  const { details } = previewed
  const isWhole = previewed.count === details?.sample.length
  const sample = isWhole && details?.sample.map((row) => JSON.stringify(row)).sort()
  return JSON.stringify({ found, ...previewed, ...(details && { details: { ...details, sample } }) })
}

/** Enough for all that came on the person's day. */
const PAGES = 3

/** The first pages of a search; within an hour its rows have no order that means anything. */
async function allFound(viewer: AnOrganizer, slug: string, query: PledgeQuery): Promise<unknown> {
  const search = new URLSearchParams(Object.entries(query))
  const rows: string[] = []
  let next: string | undefined
  let pages = 0
  let rest: object
  do {
    const page: Partial<FoundPledges> = await ask(viewer, 'GET', `${slug}/pledges?${search}`)
    const { pledges = [], next: after, ...told } = page
    rows.push(...pledges.map((row) => JSON.stringify(row)))
    rest = told
    next = after
    if (next) search.set('after', next)
    pages += 1
  } while (next && pages < PAGES)
  return { ...rest, rows: rows.sort() }
}

/** What the console shows without being asked for anybody. */
async function pagesOf(viewer: AnOrganizer, slug: string): Promise<unknown[]> {
  const paths = [
    'pledge-suggestions',
    'suspicion',
    'exclusions',
    'dashboard',
    'update-readers',
    'audit',
    'sources',
  ]
  return await Promise.all(paths.map(async (path) => await ask(viewer, 'GET', `${slug}/${path}`)))
}

let requests = 0

/** From an address of its own each time: the watcher rents many. */
async function ask<Answer>(
  { session }: AnOrganizer,
  method: 'GET' | 'POST',
  path: string,
  payload?: object,
): Promise<Answer> {
  requests += 1
  const answer = await server.app.inject({
    method,
    url: `/api/v1/console/campaigns/${path}`,
    cookies: { organizer: session },
    remoteAddress: `10.${requests >> 16}.${(requests >> 8) & 255}.${requests & 255}`,
    ...(payload && { payload }),
  })
  return answer.json<Answer>()
}

async function lookAround(): Promise<void> {
  await tasks(server.deps)['name-mail-domains']?.({}, {} as never)
}
