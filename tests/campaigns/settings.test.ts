import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { anOrganizer, campaignId, pledge, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aDraft, anOpenedDraft, pledgeInEnglish } from './drafts.ts'

const server = estamos()

describe('two organizers at once', () => {
  test('the second is told who came first, and nothing of the first is overwritten', async () => {
    const { slug, organizer: ada, settings } = await aDraft(server, { texts: [pledgeInEnglish] })
    const bea = await anOrganizer(server, { role: 'editor' })
    const { revision } = await settings()
    await ada.call('PATCH', `campaigns/${slug}/settings`, { revision, goal: 1200 })

    const answers = [
      await bea.call('PATCH', `campaigns/${slug}/settings`, { revision, goal: 9 }),
      await bea.call('PUT', `campaigns/${slug}/texts`, { revision, texts: [pledgeInEnglish] }),
      await bea.call('PUT', `campaigns/${slug}/targets`, { revision, targets: [] }),
      await bea.call('PUT', `campaigns/${slug}/clauses`, { revision, clauses: [] }),
      await bea.call('PUT', `campaigns/${slug}/questions`, { revision, questions: [] }),
      await bea.call('DELETE', `campaigns/${slug}/logo?revision=${revision}`),
      await bea.call('POST', `campaigns/${slug}/opening`, { revision }),
    ]

    expect(new Set(answers.map((answer) => `${answer.statusCode} ${answer.json().code}`))).toEqual(
      new Set(['409 changed-meanwhile']),
    )
    expect(answers[0]?.json().detail).toContain(`${ada.email} changed this campaign a moment ago`)
    expect(await settings()).toMatchObject({ goal: 1200, revision: revision + 1, stage: 'draft' })
  })

  test('of twenty changes at the same moment, one is made', async () => {
    const { slug, organizer, settings } = await aDraft(server)
    const { revision } = await settings()

    const answers = await Promise.all(
      times(20, (n) => organizer.call('PATCH', `campaigns/${slug}/settings`, { revision, goal: n + 1 })),
    )

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
    expect(answers.filter(({ statusCode }) => statusCode === 409)).toHaveLength(19)
    expect((await settings()).revision).toBe(revision + 1)
  })

  test('whoever was quicker in another window of her own is told that it was herself', async () => {
    const { slug, organizer, settings, change } = await aDraft(server)
    const { revision } = await settings()
    await change('PATCH', 'settings', { goal: 5 })

    const answer = await organizer.call('PATCH', `campaigns/${slug}/settings`, { revision, goal: 6 })

    expect(answer.json().detail).toMatch(/^You yourself, in another window, changed this campaign/)
  })
})

test('only what is named changes, null takes away, and all of it is written down', async () => {
  const { slug, change, settings } = await aDraft(server)
  const before = await settings()
  await change('PATCH', 'settings', { goal: 100, accent: '#B4231A', eligibility: 'campus-email' })

  await change('PATCH', 'settings', { goal: null, contactMode: 'contactable' })

  expect(await settings()).toEqual({
    ...before,
    revision: before.revision + 2,
    accent: '#b4231a',
    eligibility: 'campus-email',
    contactMode: 'contactable',
  })
  const { rows } = await server.deps.db.execute(sql`
    select details from audit_log where action = 'campaign.change'
      and campaign_id = ${await campaignId(server, slug)} order by id`)
  expect(rows.at(-1)).toEqual({
    details: { goal: { from: 100, to: null }, contactMode: { from: 'count-only', to: 'contactable' } },
  })
})

describe('what cannot be', () => {
  const soon = new Date(Date.now() + 86_400_000).toISOString()
  const later = new Date(Date.now() + 2 * 86_400_000).toISOString()

  test.each([
    ['a goal of nothing', { goal: 0 }, 'goal'],
    ['a goal beyond all people', { goal: 1e12 }, 'goal'],
    ['a smallest campus of one', { smallestShown: 1 }, 'smallestShown'],
    ['names before their campus', { smallestShown: 20, namesShownAfter: 10 }, 'namesShownAfter'],
    ['closing before opening', { opensAt: later, closesAt: soon }, 'closesAt'],
    ['closing in the past', { closesAt: '2020-01-01T00:00:00Z' }, 'closesAt'],
    ['a colour that is none', { accent: 'red; }' }, 'accent'],
    ['an address with a slash', { slug: 'a/b' }, 'slug'],
  ])('%s is refused by a sentence at its field', async (_, wrong, field) => {
    const { change, settings } = await aDraft(server)
    const before = await settings()

    const answer = await change('PATCH', 'settings', wrong)

    expect([answer.statusCode, answer.json().field]).toEqual([422, field])
    expect(answer.json().detail.length).toBeGreaterThan(20)
    expect(await settings()).toEqual(before)
  })
})

describe('what signers were told', () => {
  test('the smallest campus shown and the count for names can be raised, not lowered', async () => {
    const { change } = await anOpenedDraft(server)

    const answers = [
      await change('PATCH', 'settings', { smallestShown: 10, namesShownAfter: 60 }),
      await change('PATCH', 'settings', { smallestShown: 9 }),
      await change('PATCH', 'settings', { namesShownAfter: 50 }),
    ]

    expect(answers.map((answer) => answer.json().code)).toEqual([undefined, 'setting-fixed', 'setting-fixed'])
  })

  test('the count may be made to move in steps, and then does not go back to live', async () => {
    const { change, settings } = await anOpenedDraft(server)

    const slower = await change('PATCH', 'settings', { pace: 'steps' })
    const faster = await change('PATCH', 'settings', { pace: 'live' })

    expect([slower.statusCode, faster.json().code, faster.json().field]).toEqual([
      200,
      'setting-fixed',
      'pace',
    ])
    expect(await settings()).toMatchObject({ pace: 'steps' })
  })

  test('the address stays, and so does the day on which it opened', async () => {
    const { change } = await anOpenedDraft(server)
    const opensAt = new Date(Date.now() + 86_400_000).toISOString()

    const answers = [
      await change('PATCH', 'settings', { slug: 'another-address' }),
      await change('PATCH', 'settings', { opensAt }),
    ]

    expect(answers.map((answer) => [answer.json().code, answer.json().field])).toEqual([
      ['setting-fixed', 'slug'],
      ['setting-fixed', 'opensAt'],
    ])
  })

  test('the address of a draft moves with its key: people can sign there', async () => {
    const { organizer, change } = await aDraft(server, { texts: [pledgeInEnglish] })
    const taken = await aDraft(server)
    const slug = `moved-${Date.now()}`

    const refused = await change('PATCH', 'settings', { slug: taken.slug })
    const moved = await change('PATCH', 'settings', { slug })
    await organizer.call('POST', `campaigns/${slug}/opening`, { revision: moved.json().revision })

    expect([refused.statusCode, refused.json().code]).toEqual([409, 'slug-taken'])
    expect((await pledge(server, slug)).statusCode).toBe(200)
  })
})

test('a viewer reads the settings and changes nothing', async () => {
  const { slug } = await aDraft(server)
  const viewer = await anOrganizer(server, { role: 'viewer' })

  const read = await viewer.call('GET', `campaigns/${slug}/settings`)
  const changed = await viewer.call('PATCH', `campaigns/${slug}/settings`, { revision: 1, goal: 5 })

  expect([read.statusCode, changed.json().code]).toEqual([200, 'role-too-low'])
})
