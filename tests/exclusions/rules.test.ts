import { describe, expect, test } from 'vitest'
import type { Rule } from '../../server/exclusions/contract.ts'
import {
  anOpenCampaign,
  anOrganizer,
  asSigner,
  campaignId,
  confirm,
  pledgesOf,
  rowOf,
  sign,
  times,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf, sums } from './flood.ts'
import { apply, exclude, exclusion, preview, undo } from './rules.ts'

const server = estamos()
const noon = new Date('2026-03-01T12:00:00Z')
const day = (n: number) => new Date(noon.getTime() + n * 24 * 3_600_000)

/** Ten for each of what rules tell apart. */
async function aDrive(): Promise<string> {
  const slug = await anOpenCampaign(server)
  const crowds = [
    { domain: 'gatech.edu', source: 'ydsa-gt', at: noon },
    { domain: 'mail.example', campus: 'mit.edu', source: 'poster', at: day(1) },
    { domain: 'fakes.example', source: 'poster', at: day(2), signals: ['disposable-domain'] },
    {
      domain: 'x.fakes.example',
      at: day(3),
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
    [{ from: '2026-03-02T00:00:00Z', to: '2026-03-04T00:00:00Z' }, 20],
    [{ state: 'confirmed' }, 30],
    [{ source: 'nobody' }, 0],
  ]

  test.each(cases)('%o: %i', async (rule, count) => {
    const slug = await aDrive()
    const organizer = await anOrganizer(server)

    expect(await preview(organizer, slug, rule)).toMatchObject({ count, counted: 'exactly' })
    if (count === 0) return
    expect(await exclude(server, organizer, slug, rule)).toMatchObject({ state: 'applied', moved: count })
    expect((await pledgesOf(server, slug)).filter((row) => row.exclusion_id !== null)).toHaveLength(count)
  })
})

test.each<[Rule, number]>([
  [{ name: 'eve' }, 10],
  [{ name: 'Éve F*' }, 10],
  [{ name: '*faked', campus: '' }, 1],
  [{ name: 'lovelace' }, 0],
  [{ name: 'eve', state: 'confirmed' }, 0],
])('a rule with a name takes out those who have it, and tells nobody how many: %o', async (rule, taken) => {
  const slug = await aDrive()
  const organizer = await anOrganizer(server)

  const shown = await preview(organizer, slug, rule)
  const applied = await exclude(server, organizer, slug, rule)

  const waiting = rule.state === 'confirmed' ? 0 : 10
  expect(shown).toEqual({ at: shown.at, preview: shown.preview, count: waiting, counted: 'at-most' })
  expect((await pledgesOf(server, slug)).filter((row) => row.exclusion_id !== null)).toHaveLength(taken)
  expect(applied).toMatchObject({ state: 'applied' })
  expect(Object.keys(applied)).not.toContain('found')
  expect(Object.keys(applied)).not.toContain('moved')
})

test.each([
  [{}, 'rule-empty'],
  [{ name: '**' }, 'rule-empty'],
  [{ domain: 'not a domain' }, 'domain-invalid'],
  [{ campus: 'nowhere.example' }, 'campus-not-known'],
  [{ domain: 'ada-lovelace.example' }, 'too-few'],
  [{ from: 'yesterday' }, 'invalid-request'],
  [{ signal: 'handsome' }, 'invalid-request'],
  [{ signal: 'same-name' }, 'invalid-request'],
  [{ state: 'withdrawn' }, 'invalid-request'],
  [{ everything: true }, 'invalid-request'],
])('%o is refused as %s in a preview, and cannot be applied without one', async (rule, code) => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await sign(server, slug, { email: 'ada@ada-lovelace.example' })
  const other = await preview(organizer, slug, { state: 'pending' })

  const shown = await organizer.call('POST', `campaigns/${slug}/exclusion-previews`, { rule })
  const applied = await organizer.call('POST', `campaigns/${slug}/exclusions`, {
    rule,
    preview: other.preview,
  })

  expect([shown.json().code, applied.json().code]).toEqual([code, 'invalid-request'])
  expect(await rowOf(server, slug, 'ada@ada-lovelace.example')).toMatchObject({ exclusion_id: null })
})

test('only what the preview showed is taken out: nothing that was signed since', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 10, domain: 'fakes.example' })
  const { at, preview: seen } = await preview(organizer, slug, { domain: 'fakes.example' })
  await aCrowdOf(server, slug, { people: 7, domain: 'fakes.example', at: new Date(Date.parse(at) + 1) })

  const rule = { domain: 'fakes.example' }
  const answer = await organizer.call('POST', `campaigns/${slug}/exclusions`, {
    rule,
    preview: seen,
  })
  await server.work()

  expect(answer.json()).toMatchObject({ found: 10 })
  expect(await sums(server, slug)).toEqual({ tallies: 7, rows: 7 })
})

test('where more match than the preview counted, nothing is taken out and the organizer is told', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  await aCrowdOf(server, slug, { people: 10, domain: 'fakes.example' })
  await sign(server, slug, { email: 'late@fakes.example' })
  const rule = { state: 'confirmed' } as const
  const { preview: seen } = await preview(organizer, slug, rule)
  await confirm(server, slug, 'late@fakes.example')

  const answer = await organizer.call('POST', `campaigns/${slug}/exclusions`, { rule, preview: seen })
  const nothing = await apply(organizer, slug, { source: 'nobody' })

  expect(answer.statusCode).toBe(409)
  expect(answer.json()).toMatchObject({
    code: 'preview-outdated',
    detail: expect.not.stringMatching(/\d/),
  })
  expect(nothing.json()).toMatchObject({ code: 'nothing-matches' })
  expect(await sums(server, slug)).toEqual({ tallies: 11, rows: 11 })
})

test('a preview cannot be made up, nor used for another rule or campaign', async () => {
  const [slug, other] = [await aDrive(), await aDrive()]
  const organizer = await anOrganizer(server)
  const rule = { source: 'poster' }
  const { preview: seen } = await preview(organizer, slug, rule)
  const asked = async (campaign: string, body: object) =>
    (await organizer.call('POST', `campaigns/${campaign}/exclusions`, body)).json().code

  const codes = [
    await asked(slug, { rule: { source: 'ydsa-gt' }, preview: seen }),
    await asked(other, { rule, preview: seen }),
    await asked(slug, { rule, preview: `${seen.slice(0, -4)}AAAA` }),
    await asked(slug, { rule, previewed: { at: noon.toISOString(), count: 0 } }),
  ]

  expect(codes).toEqual(times(4, () => 'invalid-request'))
  expect(await asked(slug, { rule, preview: seen })).toBeUndefined()
})

test('a rule is refused once its mail domain has too few mailboxes, also after a preview', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server)
  const [email = ''] = await aCrowdOf(server, slug, { people: 10, domain: 'fakes.example' })
  const rule = { domain: 'fakes.example' }
  const { preview: seen } = await preview(organizer, slug, rule)
  await (
    await asSigner(server, slug, email)
  )('DELETE')

  const answer = await organizer.call('POST', `campaigns/${slug}/exclusions`, { rule, preview: seen })

  expect(answer.json()).toMatchObject({ code: 'too-few', field: 'domain' })
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
  const rule = { campus: '', name: 'eve' }
  const { preview: seen } = await preview(organizer, slug, rule)

  const answers = await Promise.all(
    times(10, () => organizer.call('POST', `campaigns/${slug}/exclusions`, { rule, preview: seen })),
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
  expect(await exclusion(organizer, slug, id)).toMatchObject({ state: 'undone' })
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
  const { preview: seen } = await preview(owner, slug, rule)

  const asked = async (who: typeof viewer, campaign = slug) => [
    (await who.call('GET', `campaigns/${campaign}/pledges`)).statusCode,
    (await who.call('GET', `campaigns/${campaign}/exclusions`)).statusCode,
    (await who.call('POST', `campaigns/${campaign}/exclusion-previews`, { rule })).statusCode,
    (await who.call('POST', `campaigns/${campaign}/exclusions`, { rule, preview: seen })).statusCode,
    (await who.call('POST', `campaigns/${campaign}/exclusions/${id}/undo`)).statusCode,
  ]

  expect(await asked(viewer)).toEqual([200, 200, 403, 403, 403])
  expect(await asked(stranger)).toEqual([404, 404, 404, 404, 404])
  expect(await asked(stranger, elsewhere)).toEqual([200, 200, 200, 400, 404])
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
