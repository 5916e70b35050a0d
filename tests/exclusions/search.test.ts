import { afterEach, expect, test } from 'vitest'
import type { FoundPledges } from '../../server/exclusions/contract.ts'
import {
  type AnOrganizer,
  anOpenCampaign,
  anOrganizer,
  asSigner,
  confirm,
  sign,
  times,
  told,
} from '../builders.ts'
import { tasks } from '../../server/jobs.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf } from './flood.ts'
import { exclude, preview } from './rules.ts'

const server = estamos()

afterEach(() => delete server.clock.now)

test('pledges are found by campus, source, state, time, signal and mail domain', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server, { role: 'viewer' })
  await aCrowdOf(server, slug, {
    people: 12,
    domain: 'gatech.edu',
    source: 'ydsa-gt',
    at: new Date('2026-03-01T10:10:00Z'),
  })
  await aCrowdOf(server, slug, {
    people: 10,
    domain: 'fakes.example',
    signals: ['no-mail-exchange'],
    at: new Date('2026-03-02T10:10:00Z'),
  })
  await aCrowdOf(server, slug, {
    people: 7,
    domain: 'mail.example',
    state: 'pending',
    at: new Date('2026-03-03T10:10:00Z'),
  })
  const count = async (query: string) => (await search(organizer, slug, query)).count

  const counts = [
    await count(''),
    await count('campus=gatech.edu'),
    await count('campus='),
    await count('source=ydsa-gt'),
    await count('source='),
    await count('state=pending'),
    await count('signal=no-mail-exchange'),
    await count('domain=fakes.example'),
    await count('from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z'),
    await count('campus=&state=confirmed&signal=no-mail-exchange&domain=fakes.example'),
  ]

  expect(counts).toEqual([29, 12, 17, 12, 17, 7, 10, 10, 10, 10])
})

test('a pledge is shown without anything that says whose it is, and its time only for 48 hours', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  server.clock.now = new Date('2026-03-01T10:20:30Z')
  const request = {
    email: 'ada@gatech.edu',
    name: 'Ada Lovelace',
    display: true,
    updates: true,
    source: 'poster',
    affiliation: 'student' as const,
  }
  await sign(server, slug, request)
  await confirm(server, slug, request.email)
  const session = await anOrganizer(server)

  const { pledges } = await search(session, slug)
  server.clock.now = new Date('2026-03-03T10:20:31Z')
  const later = await search(await anOrganizer(server), slug)

  const shown = {
    state: 'confirmed',
    signed: '2026-03-01T10:00Z',
    campus: { campus: 'gatech.edu', name: expect.any(String), proven: true },
    source: 'poster',
    displayName: 'Ada L.',
    affiliation: 'student',
    locale: 'en',
    textVersion: 1,
    signals: [],
  }
  expect(pledges).toEqual([shown])
  expect(later.pledges).toEqual([{ ...shown, signed: '2026-03-01' }])
  void organizer
})

test('page after page shows every pledge once, also while others sign', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, {
    people: 65,
    domain: 'mail.example',
    minutes: 300,
    state: 'pending',
    name: (n) => `Ada ${n}`,
  })
  const first = await search(organizer, slug, 'source=')
  await sign(server, slug, { email: 'late@mail.example' })

  const second = await search(organizer, slug, `source=&after=${first.next}`)
  const third = await search(organizer, slug, `source=&after=${second.next}`)

  const signed = [first, second, third].flatMap(({ pledges }) => pledges.map((pledge) => pledge.signed))
  expect([first, second, third].map(({ pledges }) => pledges.length)).toEqual([25, 25, 15])
  expect(third.next).toBeUndefined()
  expect(signed).toEqual(signed.toSorted().toReversed())
})

test('the place of a page tells nothing, and serves for no other campaign', async () => {
  const slug = await anOpenCampaign(server)
  const other = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 60, domain: 'mail.example' })
  const { next = '' } = await search(organizer, slug)

  const answers = [
    await organizer.call('GET', `campaigns/${other}/pledges?after=${next}`),
    await organizer.call('GET', `campaigns/${slug}/pledges?after=${next.slice(0, -2)}`),
    await organizer.call('GET', `campaigns/${slug}/pledges?after=abc`),
  ]

  expect(Buffer.from(next, 'base64url').toString()).not.toMatch(/\d{4}-\d\d-\d\dT/)
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400])
})

test('past ten thousand it says that there are more', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 10_001, domain: 'mail.example' })

  const all = await search(organizer, slug)

  expect(all).toMatchObject({ count: 10_000, isExact: false })
})

test('excluded is what an exclusion holds, confirmed or waiting; what was taken back is withdrawn', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  for (const name of ['ada', 'bea', 'cleo'])
    await sign(server, slug, { email: `${name}@mail.example`, source: 'sample' })
  for (const name of ['ada', 'bea']) await confirm(server, slug, `${name}@mail.example`)
  const { id } = await exclude(server, organizer, slug, { source: 'sample' })
  await (
    await asSigner(server, slug, 'bea@mail.example')
  )('POST', '/withdrawal')

  const found = await search(organizer, slug, 'state=excluded')

  expect(found).toMatchObject({
    count: 2,
    pledges: [{ state: 'excluded', exclusion: id }, { state: 'excluded' }],
  })
  expect((await search(organizer, slug, 'state=withdrawn')).count).toBe(1)
  expect((await search(organizer, slug, 'state=pending')).count).toBe(0)
})

test('a mail domain can be asked for once twice the smallest number shown confirmed a day ago, and no fakes help', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 5 })
  const organizer = await anOrganizer(server)
  const yesterday = new Date(Date.now() - 25 * 3_600_000)
  await aCrowdOf(server, slug, { people: 9, domain: 'lovelace.example', at: yesterday })
  await aCrowdOf(server, slug, { people: 50, domain: 'lovelace.example', state: 'pending', at: yesterday })

  const few = await organizer.call('GET', `campaigns/${slug}/pledges?domain=lovelace.example`)
  const none = await organizer.call('GET', `campaigns/${slug}/pledges?domain=nobody.example`)
  await aCrowdOf(server, slug, { people: 1, domain: 'lovelace.example', at: yesterday })
  const enough = await search(organizer, slug, 'domain=mail.lovelace.example')

  expect([few.json().code, none.json().code]).toEqual(['too-few', 'too-few'])
  expect(few.json().detail).toBe(none.json().detail)
  expect(enough).toMatchObject({ count: 60, isExact: true })
})

test('a mail domain beside other criteria needs as many mailboxes that match all of them', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 5 })
  const organizer = await anOrganizer(server)
  const yesterday = new Date(Date.now() - 25 * 3_600_000)
  const crowd = { domain: 'lovelace.example', at: yesterday }
  await aCrowdOf(server, slug, { ...crowd, people: 10, campus: 'mit.edu' })
  await aCrowdOf(server, slug, { ...crowd, people: 9, campus: 'gatech.edu' })
  const asked = async (campus: string) => {
    const answer = await organizer.call(
      'GET',
      `campaigns/${slug}/pledges?domain=lovelace.example&campus=${campus}`,
    )
    return answer.json().code ?? answer.json().count
  }

  expect([await asked('mit.edu'), await asked('gatech.edu'), await asked('berkeley.edu')]).toEqual([
    10,
    'too-few',
    'too-few',
  ])
})

test('while its mailboxes are new, a mail domain gives a rounded count alone, and can be taken out as a whole', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 5 })
  const organizer = await anOrganizer(server)
  const rule = { domain: 'fakes.example' }
  await aCrowdOf(server, slug, { people: 13, domain: 'fakes.example' })

  const found = await search(organizer, slug, 'domain=fakes.example')
  const shown = await preview(organizer, slug, rule)
  const applied = await exclude(server, organizer, slug, rule)

  expect(found).toEqual({ count: 10, isExact: false, isCountOnly: true, pledges: [] })
  expect(shown).toEqual({ at: shown.at, preview: shown.preview, count: 10, counted: 'at-least' })
  expect(applied).toMatchObject({ state: 'applied', moved: 13 })
})

test('times are compared as they are shown: by the hour, and after two days by the day', async () => {
  const slug = await anOpenCampaign(server)
  await aCrowdOf(server, slug, { people: 1, domain: 'a.example', at: new Date('2026-03-04T07:39:25.039Z') })
  await aCrowdOf(server, slug, { people: 1, domain: 'b.example', at: new Date('2026-03-01T07:39:25.039Z') })
  server.clock.now = new Date('2026-03-04T12:00:00Z')
  const asker = await anOrganizer(server, { role: 'viewer' })
  const counts = async (queries: string[]) =>
    await Promise.all(queries.map(async (query) => (await search(asker, slug, query)).count))
  const minutes = ['07:00:00.000', '07:39:25.039', '07:39:25.040', '07:59:59.999']

  const newer = await counts(minutes.map((minute) => `from=2026-03-04T${minute}Z&to=2026-03-04T${minute}Z`))
  const older = await counts(minutes.map((minute) => `from=2026-03-01T${minute}Z&to=2026-03-01T${minute}Z`))
  const outside = await counts([
    'from=2026-03-04T08:00:00Z',
    'from=2026-03-02T00:00:00Z&to=2026-03-04T07:00:00Z',
    'to=2026-03-01T00:00:00Z',
  ])

  expect(newer).toEqual([0, 1, 1, 1])
  expect(older).toEqual([1, 1, 1, 1])
  expect(outside).toEqual([0, 0, 0])
})

test('the hour of a pledge becomes a day at a full hour, whatever its minute', async () => {
  const slug = await anOpenCampaign(server)
  await aCrowdOf(server, slug, { people: 1, domain: 'a.example', at: new Date('2026-03-01T07:00:01Z') })
  await aCrowdOf(server, slug, { people: 1, domain: 'b.example', at: new Date('2026-03-01T07:59:59Z') })
  const shownAt = async (time: string) => {
    server.clock.now = new Date(time)
    const { pledges } = await search(await anOrganizer(server), slug)
    return pledges.map(({ signed }) => signed)
  }

  expect(await shownAt('2026-03-03T06:59:59Z')).toEqual(['2026-03-01T07:00Z', '2026-03-01T07:00Z'])
  expect(await shownAt('2026-03-03T07:00:00Z')).toEqual(['2026-03-01', '2026-03-01'])
})

test('other spellings of an address do not stand beside its row', async () => {
  const slug = await anOpenCampaign(server)
  server.clock.now = new Date('2026-03-01T10:20:00Z')
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 12, domain: 'mail.example', state: 'pending' })
  for (const n of times(12, (n) => n))
    await sign(server, slug, { email: `ada+${n}@lovelace.example`, affiliation: 'staff' })

  const { pledges } = await search(organizer, slug)
  const places = pledges.flatMap(({ affiliation }, place) => (affiliation ? [place] : []))

  expect(pledges).toHaveLength(24)
  expect(places.at(-1)! - places[0]!).toBeGreaterThan(11)
})

test('that a name or a mail domain is one of many shows on no row', async () => {
  server.clock.now = new Date('2026-03-04T12:00:00Z')
  const slug = await anOpenCampaign(server, { smallestShown: 5 })
  const organizer = await anOrganizer(server, { role: 'viewer' })
  const signals = ['burst', 'same-name', 'random-name']
  await aCrowdOf(server, slug, { people: 9, domain: 'few.example', signals })
  await aCrowdOf(server, slug, { people: 9, domain: 'few.example', signals, state: 'pending' })
  await aCrowdOf(server, slug, { people: 10, domain: 'many.example', signals, campus: 'mit.edu' })
  await aCrowdOf(server, slug, {
    people: 1,
    domain: 'many.example',
    signals,
    campus: 'mit.edu',
    state: 'pending',
  })
  await tasks(server.deps)['name-mail-domains']?.({}, {} as never)

  const few = await search(organizer, slug, 'campus=')
  const many = await search(organizer, slug, 'campus=mit.edu')

  expect(new Set(few.pledges.map((row) => row.signals.join()))).toEqual(new Set(['random-name']))
  expect(new Set(many.pledges.map((row) => row.signals.join()))).toEqual(new Set(['burst,random-name']))
  expect((await search(organizer, slug, 'signal=burst')).count).toBe(11)
})

test('an address of a throw-away service is noted while signing, and the signer sees nothing of it', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)

  const answers = [
    await sign(server, slug, { email: 'eve@mailinator.com' }),
    await sign(server, slug, { email: 'eve@x.y.mailinator.com' }),
    await sign(server, slug, { email: 'ada@mailinator.example' }),
  ]

  expect(new Set(answers.map(told)).size).toBe(1)
  const noted = await search(organizer, slug, 'signal=disposable-domain')
  expect(noted.pledges.map(({ signals }) => signals)).toEqual([['disposable-domain'], ['disposable-domain']])
  expect((await search(organizer, slug)).count).toBe(3)
})

test('the form suggests campuses and mail domains that occur', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server, { role: 'viewer' })
  await aCrowdOf(server, slug, { people: 3, domain: 'gatech.edu' })

  const { campuses, sources, domains } = (
    await organizer.call('GET', `campaigns/${slug}/pledge-suggestions`)
  ).json()

  expect(campuses).toMatchObject([{ campus: 'gatech.edu' }])
  expect([sources, domains]).toEqual([['poster', 'sample', 'ydsa-gt'], []])
})

async function search(organizer: AnOrganizer, slug: string, query = ''): Promise<FoundPledges> {
  return (await organizer.call('GET', `campaigns/${slug}/pledges?${query}`)).json()
}
