import { describe, expect, test } from 'vitest'
import type { Rule } from '../../server/exclusions/contract.ts'
import { anOpenCampaign, anOrganizer, campaignId, pledgesOf, rowOf, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf, sums } from './flood.ts'
import { apply, exclude, exclusion, preview, undo } from './rules.ts'

const server = estamos()
const noon = new Date('2026-03-01T12:00:00Z')
const hour = (n: number) => new Date(noon.getTime() + n * 3_600_000)

/** Ten for each of what rules tell apart. */
async function aDrive(): Promise<string> {
  const slug = await anOpenCampaign(server)
  const crowds = [
    { domain: 'gatech.edu', source: 'ydsa-gt', at: noon },
    { domain: 'mail.example', campus: 'mit.edu', source: 'poster', at: hour(1) },
    { domain: 'fakes.example', source: 'poster', at: hour(2), signals: ['disposable-domain'] },
    {
      domain: 'x.fakes.example',
      at: hour(3),
      state: 'pending' as const,
      name: (n: number) => `Eve Fake${'abcdefghij'[n]}`,
    },
  ]
  for (const crowd of crowds) await aCrowdOf(server, slug, { people: 10, ...crowd })
  return slug
}

describe('a rule goes by all that it names', () => {
  const cases: [Rule, number][] = [
    [{ domain: 'gatech.edu' }, 10],
    [{ domain: '@Fakes.Example' }, 20],
    [{ domain: 'y.fakes.example', state: 'pending' }, 10],
    [{ source: 'poster' }, 20],
    [{ source: '' }, 10],
    [{ campus: 'mit.edu' }, 10],
    [{ campus: '' }, 20],
    [{ campus: '', source: 'poster' }, 10],
    [{ signal: 'disposable-domain' }, 10],
    [{ from: hour(1).toISOString(), to: hour(3).toISOString() }, 20],
    [{ state: 'confirmed' }, 30],
    [{ name: 'eve' }, 10],
    [{ name: 'Éve F*' }, 10],
    [{ name: '*faked', campus: '' }, 0],
    [{ name: 'lovelace' }, 0],
    [{ name: 'eve', state: 'confirmed' }, 0],
    [{ source: 'nobody' }, 0],
  ]

  test.each(cases)('%o: %i', async (rule, count) => {
    const slug = await aDrive()
    const organizer = await anOrganizer(server)

    const shown = await organizer.call('POST', `campaigns/${slug}/exclusion-previews`, { rule })
    const isLookUp = rule.name === '*faked'

    expect(shown.json()).toMatchObject(isLookUp ? { code: 'too-few', field: 'name' } : { count })
    if (count === 0) return
    expect(await exclude(server, organizer, slug, rule)).toMatchObject({ state: 'applied', moved: count })
    expect((await pledgesOf(server, slug)).filter((row) => row.exclusion_id !== null)).toHaveLength(count)
  })
})

test.each([
  [{}, 'rule-empty'],
  [{ name: '**' }, 'rule-empty'],
  [{ domain: 'not a domain' }, 'domain-invalid'],
  [{ campus: 'nowhere.example' }, 'campus-not-known'],
  [{ domain: 'ada-lovelace.example' }, 'too-few'],
  [{ from: 'yesterday' }, 'invalid-request'],
  [{ signal: 'handsome' }, 'invalid-request'],
  [{ state: 'withdrawn' }, 'invalid-request'],
  [{ everything: true }, 'invalid-request'],
])('%o is refused as %s, in preview and when it is applied', async (rule, code) => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await sign(server, slug, { email: 'ada@ada-lovelace.example' })
  const previewed = { at: new Date().toISOString(), count: 10 }

  const shown = await organizer.call('POST', `campaigns/${slug}/exclusion-previews`, { rule })
  const applied = await organizer.call('POST', `campaigns/${slug}/exclusions`, { rule, previewed })

  expect([shown.json().code, applied.json().code]).toEqual([code, code])
  expect(await rowOf(server, slug, 'ada@ada-lovelace.example')).toMatchObject({ exclusion_id: null })
})

test('only what the preview showed is taken out: nothing that was signed since', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 10, domain: 'fakes.example' })
  const { at, count } = await preview(organizer, slug, { domain: 'fakes.example' })
  await aCrowdOf(server, slug, { people: 7, domain: 'fakes.example', at: new Date(Date.parse(at) + 1) })

  const rule = { domain: 'fakes.example' }
  const answer = await organizer.call('POST', `campaigns/${slug}/exclusions`, {
    rule,
    previewed: { at, count },
  })
  await server.work()

  expect(answer.json()).toMatchObject({ found: 10 })
  expect(await sums(server, slug)).toEqual({ tallies: 7, rows: 7 })
})

test('where more match than the preview showed, nothing is taken out and the organizer is told', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 10, domain: 'fakes.example' })

  const answer = await apply(
    organizer,
    slug,
    { domain: 'fakes.example' },
    { previewed: { at: new Date().toISOString(), count: 9 } },
  )
  const nothing = await apply(organizer, slug, { source: 'nobody' })

  expect(answer.statusCode).toBe(409)
  expect(answer.json()).toMatchObject({
    code: 'preview-outdated',
    detail: expect.stringContaining('showed 9'),
  })
  expect(nothing.json()).toMatchObject({ code: 'nothing-matches' })
  expect(await sums(server, slug)).toEqual({ tallies: 10, rows: 10 })
})

test('applying the same preview ten times at once makes one exclusion', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, {
    people: 10,
    domain: 'fakes.example',
    name: () => 'Eve Fake',
    state: 'pending',
  })
  const rule = { domain: 'fakes.example', name: 'eve' }
  const { at, count } = await preview(organizer, slug, rule)

  const answers = await Promise.all(
    times(10, () =>
      organizer.call('POST', `campaigns/${slug}/exclusions`, { rule, previewed: { at, count } }),
    ),
  )
  await server.work()

  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
  expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1)
})

test('a name that was looked for is kept nowhere: not in the rule, not in the log, and sealed while it is at work', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, {
    people: 10,
    domain: 'fakes.example',
    name: () => 'Eve Fake',
    state: 'pending',
  })

  const { id } = (await apply(organizer, slug, { name: 'Eve Fake', campus: '' })).json()
  const during = await everything()
  await server.work()
  const afterwards = await everything()
  const { rule } = await exclusion(organizer, slug, id)
  await undo(server, organizer, slug, id)

  expect(during).toContain('sealedName')
  expect(during).not.toMatch(/eve fake/i)
  expect(afterwards).not.toMatch(/eve fake|sealedName/i)
  expect(rule).toEqual({ campus: '', hasName: true, before: expect.any(String) })
  expect(await exclusion(organizer, slug, id)).toMatchObject({ state: 'undone', moved: 10 })
})

test('a pledge belongs to the first exclusion that took it; undoing that one does not let the other catch it', async () => {
  const slug = await aDrive()
  const organizer = await anOrganizer(server)

  const first = await exclude(server, organizer, slug, { domain: 'fakes.example', state: 'confirmed' })
  const second = await exclude(server, organizer, slug, { source: 'poster' })
  const both = await sums(server, slug)
  await undo(server, organizer, slug, first.id)

  expect([first.moved, second.moved]).toEqual([10, 10])
  expect(both).toEqual({ tallies: 10, rows: 10 })
  expect(await sums(server, slug)).toEqual({ tallies: 20, rows: 20 })
  await undo(server, organizer, slug, second.id)
  expect(await sums(server, slug)).toEqual({ tallies: 30, rows: 30 })
})

test('undo is asked for once: twice at the same time is the same, and later it is refused', async () => {
  const slug = await aDrive()
  const organizer = await anOrganizer(server)
  const { id } = await exclude(server, organizer, slug, { source: 'poster' })
  const ask = () => organizer.call('POST', `campaigns/${slug}/exclusions/${id}/undo`)

  const answers = await Promise.all(times(5, ask))
  await server.work()
  const late = await ask()

  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
  expect(late.json()).toMatchObject({ code: 'already-undone' })
  expect(await sums(server, slug)).toEqual({ tallies: 30, rows: 30 })
})

test('viewers may look; they and organizers of others cannot preview, apply or undo', async () => {
  const slug = await aDrive()
  const owner = await anOrganizer(server)
  const viewer = await anOrganizer(server, { role: 'viewer' })
  const stranger = await anOrganizer(server, { organization: 'baji' })
  const elsewhere = await anOpenCampaign(server, {
    organization: { slug: 'baji', name: 'BAJI' },
  })
  const { id } = await exclude(server, owner, slug, { source: 'poster' })
  const rule = { source: 'poster' }
  const previewed = { at: new Date().toISOString(), count: 30 }

  const asked = async (who: typeof viewer, campaign = slug) => [
    (await who.call('GET', `campaigns/${campaign}/pledges`)).statusCode,
    (await who.call('GET', `campaigns/${campaign}/exclusions`)).statusCode,
    (await who.call('POST', `campaigns/${campaign}/exclusion-previews`, { rule })).statusCode,
    (await who.call('POST', `campaigns/${campaign}/exclusions`, { rule, previewed })).statusCode,
    (await who.call('POST', `campaigns/${campaign}/exclusions/${id}/undo`)).statusCode,
  ]

  expect(await asked(viewer)).toEqual([200, 200, 403, 403, 403])
  expect(await asked(stranger)).toEqual([404, 404, 404, 404, 404])
  expect(await asked(stranger, elsewhere)).toEqual([200, 200, 200, 409, 404])
  expect(await exclusion(owner, slug, id)).toMatchObject({ state: 'applied' })
})

test('what was done stands in the audit log, by whom and with which figures', async () => {
  const slug = await aDrive()
  const organizer = await anOrganizer(server)

  const { id } = await exclude(server, organizer, slug, { source: 'poster' })
  await undo(server, organizer, slug, id)

  const { rows } = await server.deps.db.execute(
    `select action, organizer_id, details from audit_log where campaign_id = ${await campaignId(server, slug)} order by id`,
  )
  expect(rows).toEqual([
    {
      action: 'exclusion.apply',
      organizer_id: organizer.id,
      details: { exclusion: id, found: 20, rule: { source: 'poster', before: expect.any(String) } },
    },
    { action: 'exclusion.undo', organizer_id: organizer.id, details: { exclusion: id, held: 20 } },
  ])
})

/** All that tables of rules, jobs and the log hold, as text. */
async function everything(): Promise<string> {
  const { rows } = await server.deps.db.execute<{ all: string }>(`
    select coalesce(string_agg(one, '|'), '') as all from (
      select exclusions::text from exclusions union all select audit_log::text from audit_log
      union all select job::text from graphile_worker._private_jobs job) said (one)`)
  return rows[0]?.all ?? ''
}
