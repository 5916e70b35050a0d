import { afterEach, expect, test } from 'vitest'
import type { FoundPledges } from '../../server/exclusions/contract.ts'
import { type AnOrganizer, anOpenCampaign, anOrganizer, asSigner, confirm, sign, told } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf } from './flood.ts'
import { exclude } from './rules.ts'

const server = estamos()

afterEach(() => delete server.clock.now)

test('pledges are found by campus, source, state, time, signal and mail domain', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server, { role: 'viewer' })
  await aCrowdOf(server, slug, {
    people: 9,
    domain: 'gatech.edu',
    source: 'ydsa-gt',
    at: new Date('2026-03-01T10:10:00Z'),
  })
  await aCrowdOf(server, slug, {
    people: 8,
    domain: 'fakes.example',
    signals: ['burst'],
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
    await count('signal=burst'),
    await count('domain=fakes.example'),
    await count('from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z'),
    await count('campus=&state=confirmed&signal=burst&domain=fakes.example'),
  ]

  expect(counts).toEqual([24, 9, 15, 9, 15, 7, 8, 8, 8, 8])
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

test('a mail domain that few share cannot be asked for', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 5 })
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 4, domain: 'lovelace.example' })

  const few = await organizer.call('GET', `campaigns/${slug}/pledges?domain=lovelace.example`)
  const none = await organizer.call('GET', `campaigns/${slug}/pledges?domain=nobody.example`)
  await aCrowdOf(server, slug, { people: 1, domain: 'lovelace.example' })
  const enough = await search(organizer, slug, 'domain=mail.lovelace.example')

  expect([few.json().code, none.json().code]).toEqual(['too-few', 'too-few'])
  expect(few.json().detail).toBe(none.json().detail)
  expect(enough.count).toBe(5)
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
