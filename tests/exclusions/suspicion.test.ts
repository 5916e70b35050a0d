import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FoundPledges, Suspicion } from '../../server/exclusions/contract.ts'
import { tasks } from '../../server/jobs.ts'
import {
  type AnOrganizer,
  anOpenCampaign,
  anOrganizer,
  asSigner,
  campaignId,
  pledgesOf,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf } from './flood.ts'
import { exclude } from './rules.ts'

const server = estamos()
const now = new Date('2026-03-20T18:30:00Z')
const DAY_MINUTES = 24 * 60

beforeEach(() => void (server.clock.now = now))
afterEach(() => delete server.clock.now)

test('a healthy drive alarms nobody: neither its usual days, nor a table on the quad, nor a campus that wakes up', async () => {
  const slug = await anOpenCampaign(server)
  await aHistory(slug)
  await usual(slug, { at: now, minutes: 50, people: 40 })
  await aCrowdOf(server, slug, { people: 300, domain: 'mit.edu', source: 'poster', at: now, minutes: 8 })
  await aCrowdOf(server, slug, {
    people: 90,
    domain: 'gmail.com',
    campus: 'mit.edu',
    source: 'poster',
    at: now,
    minutes: 30,
  })

  await notice()

  const { findings, canCompare, lastHour } = await suspicion(slug)
  expect({ findings, canCompare, lastHour }).toEqual({ findings: [], canCompare: true, lastHour: 470 })
  expect(await marked(slug)).toEqual({})
})

test('a launch with everything in its first hour alarms nobody either, and says that it cannot compare yet', async () => {
  const slug = await anOpenCampaign(server)
  for (const domain of ['gmail.com', 'gatech.edu', 'outlook.com'])
    await aCrowdOf(server, slug, { people: 400, domain, source: 'ydsa-gt', at: now, minutes: 40 })

  await notice()

  expect(await suspicion(slug)).toMatchObject({
    findings: [],
    canCompare: false,
    lastHour: 1_200,
    perHour: 0,
  })
  expect(await marked(slug)).toEqual({})
})

test('a burst of one mail domain shows within minutes, is marked, and its rule finds it', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aHistory(slug)
  await usual(slug, { at: now, minutes: 50, people: 40 })
  const flood = { domain: 'mail.com', at: now, minutes: 5 }
  await aCrowdOf(server, slug, { ...flood, people: 51, state: 'pending' })

  const waiting = await suspicion(slug)
  await aCrowdOf(server, slug, { ...flood, people: 9 })
  const few = await suspicion(slug)
  await aCrowdOf(server, slug, { ...flood, people: 1 })
  const unnamed = await suspicion(slug)
  await tasks(server.deps)['name-mail-domains']?.({}, {} as never)
  const { findings } = await suspicion(slug)
  await notice()
  await notice()
  const applied = await exclude(server, organizer, slug, findings[0]!.look!)

  expect([waiting.findings, few.findings]).toEqual([[], []])
  expect(unnamed.findings).toMatchObject([{ kind: 'domain', minutes: 10 }])
  expect(unnamed.findings[0]).not.toHaveProperty('name')
  expect(unnamed.findings[0]).not.toHaveProperty('look')
  expect(findings).toMatchObject([
    {
      kind: 'domain',
      name: 'mail.com',
      minutes: 10,
      now: { pledges: 61 },
      before: { pledges: 0 },
      look: { signal: 'burst', from: '2026-03-20T18:00:00.000Z' },
    },
  ])
  expect(await marked(slug)).toEqual({ burst: 61 })
  expect(applied).toMatchObject({ moved: 61 })
  expect((await suspicion(slug)).findings).toEqual([])
})

test('a domain that grows slowly, but far beyond its share, shows within the hour', async () => {
  const slug = await anOpenCampaign(server)
  await aHistory(slug)
  await aCrowdOf(server, slug, { people: 60, domain: 'drip.example', at: now, minutes: 59 })
  await usual(slug, { at: now, minutes: 9, people: 60 })

  const { findings } = await suspicion(slug)

  expect(findings).toMatchObject([
    { kind: 'domain', minutes: 60, now: { pledges: 60 }, before: { pledges: 0 } },
  ])
})

test('a source far beyond its share shows, with its rule', async () => {
  const slug = await anOpenCampaign(server)
  await aHistory(slug)
  for (let n = 0; n < 8; n += 1)
    await aCrowdOf(server, slug, {
      people: 20,
      domain: `farm${n}.example`,
      source: 'sample',
      at: now,
      minutes: 30,
    })

  const { findings } = await suspicion(slug)

  expect(findings).toMatchObject([
    {
      kind: 'source',
      name: 'sample',
      now: { pledges: 160, of: 160 },
      look: { source: 'sample', from: expect.any(String) },
    },
  ])
})

test('throw-away mailboxes show by their share, also in the first hour', async () => {
  const slug = await anOpenCampaign(server)
  await aCrowdOf(server, slug, { people: 60, domain: 'gmail.com', at: now, minutes: 30 })
  for (let n = 0; n < 4; n += 1)
    await aCrowdOf(server, slug, {
      people: 10,
      domain: `away${n}.example`,
      signals: ['disposable-domain'],
      at: now,
      minutes: 30,
    })

  const { findings, disposable } = await suspicion(slug)

  expect(disposable).toEqual({ pledges: 40, of: 100 })
  expect(findings).toMatchObject([
    { kind: 'disposable', now: { pledges: 40, of: 100 }, look: { signal: 'disposable-domain' } },
  ])
})

test('one name on many pledges that wait is marked, whatever its case and accents, and shows nowhere', async () => {
  const slug = await anOpenCampaign(server)
  const waiting = { state: 'pending' as const, at: now, minutes: 30 }
  await aCrowdOf(server, slug, {
    ...waiting,
    people: 20,
    domain: 'a.example',
    name: (n) => (n % 2 ? 'Mía Rey' : 'MIA REY'),
  })
  await aCrowdOf(server, slug, { ...waiting, people: 4, domain: 'b.example', name: () => 'Ana García' })
  await aCrowdOf(server, slug, {
    ...waiting,
    people: 60,
    domain: 'c.example',
    name: (n) => `Ada ${letters(n)}`,
  })

  await notice()

  expect(await marked(slug)).toEqual({ 'same-name': 20 })
  expect((await suspicion(slug)).findings).toEqual([])
})

test('a mail domain is named while enough confirmed mailboxes share it, and shown once they are a day old', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 5 })
  const organizer = await anOrganizer(server)
  const names = async () =>
    (await organizer.call('GET', `campaigns/${slug}/pledge-suggestions`)).json().domains as string[]
  const shown = async () => {
    const known = new Set<string>()
    let next: string | undefined
    do {
      const path = `campaigns/${slug}/pledges?campus=${next ? `&after=${next}` : ''}`
      const page = (await organizer.call('GET', path)).json<FoundPledges>()
      for (const { domain } of page.pledges) if (domain) known.add(domain)
      next = page.next
    } while (next)
    return [...known].sort()
  }
  const run = (task: string) => tasks(server.deps)[task]?.({}, {} as never)
  const yesterday = new Date(now.getTime() - 25 * 3_600_000)
  const waiting = { state: 'pending', at: now } as const
  await aCrowdOf(server, slug, { people: 50, domain: 'fakes.example', ...waiting })
  await aCrowdOf(server, slug, { people: 9, domain: 'few.example', at: yesterday })
  await aCrowdOf(server, slug, { people: 1, domain: 'few.example', ...waiting })
  const [first = ''] = await aCrowdOf(server, slug, {
    people: 10,
    domain: 'mail.many.example',
    at: yesterday,
  })
  await aCrowdOf(server, slug, { people: 1, domain: 'many.example', ...waiting })
  await aCrowdOf(server, slug, { people: 10, domain: 'fresh.example', at: now })
  await aCrowdOf(server, slug, { people: 1, domain: 'fresh.example', ...waiting })

  await run('name-mail-domains')
  const before = [await names(), await shown(), await storedNames(slug)]
  await (
    await asSigner(server, slug, first)
  )('DELETE')
  await run('review-mail-domains')

  expect(before).toEqual([['many.example'], ['many.example'], ['fresh.example', 'many.example']])
  expect([await names(), await shown(), await storedNames(slug)]).toEqual([[], [], ['fresh.example']])
})

async function storedNames(slug: string): Promise<string[]> {
  const { rows } = await server.deps.db.execute<{ domain: string }>(sql`
    select domain from mail_domains where campaign_id = ${await campaignId(server, slug)} order by domain`)
  return rows.map(({ domain }) => domain)
}

/** Twelve days like those of the demo: campuses of every size, three sources, some of no campus. */
async function aHistory(slug: string): Promise<void> {
  const at = new Date(now.getTime() - 90 * 60_000)
  await usual(slug, { at, minutes: 12 * DAY_MINUTES, people: 700 })
}

async function usual(slug: string, { at, minutes, people }: { at: Date; minutes: number; people: number }) {
  const parts: [string, string, number][] = [
    ['berkeley.edu', 'ydsa-gt', 0.3],
    ['gatech.edu', 'poster', 0.25],
    ['utexas.edu', 'ydsa-gt', 0.15],
    ['gmail.com', 'ydsa-gt', 0.2],
    ['outlook.com', 'poster', 0.1],
  ]
  for (const [domain, source, share] of parts)
    await aCrowdOf(server, slug, { people: Math.round(share * people) * 2, domain, source, at, minutes })
}

async function notice(): Promise<void> {
  await tasks(server.deps)['notice-fakes']?.({}, {} as never)
}

let organizer: AnOrganizer | undefined

async function suspicion(slug: string): Promise<Suspicion> {
  organizer ??= await anOrganizer(server, { role: 'viewer' })
  return (await organizer.call('GET', `campaigns/${slug}/suspicion`)).json()
}

async function marked(slug: string): Promise<Record<string, number>> {
  const signals = (await pledgesOf(server, slug)).flatMap((row) => row.signals as string[])
  return Object.fromEntries(
    [...Map.groupBy(signals, (signal) => signal)].map(([signal, all]) => [signal, all.length]),
  )
}

function letters(n: number): string {
  return [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
}
