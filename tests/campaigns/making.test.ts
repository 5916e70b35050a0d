import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, campaignId, pledge, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aDraft, anOpenedDraft, pledgeInEnglish, pledgeInSpanish } from './drafts.ts'

const server = estamos()
const call = 'organizations/mijente/campaigns'

describe('making a campaign', () => {
  test('an editor makes a draft, which nobody outside sees', async () => {
    const { slug, organizer, settings } = await aDraft(server, { role: 'editor' })

    expect(await settings()).toMatchObject({
      slug,
      stage: 'draft',
      revision: 1,
      texts: [{ locale: 'en', title: 'No tech for cages', body: '', version: 1 }],
      contactMode: 'count-only',
      smallestShown: 5,
    })
    for (const url of [`/api/v1/campaigns/${slug}`, `/c/${slug}`, `/embed/${slug}`])
      expect((await server.app.inject(url)).statusCode).toBe(404)
    const stranger = await anOrganizer(server, { organization: 'elsewhere' })
    expect((await stranger.call('GET', `campaigns/${slug}/settings`)).statusCode).toBe(404)
    expect(await auditOf(slug)).toEqual(['campaign.make'])
    expect((await organizer.call('GET', 'session')).json().organizations[0].campaigns[0]).toMatchObject({
      slug,
      state: 'draft',
    })
  })

  test('of many who want the same address at once, one gets it', async () => {
    const organizer = await anOrganizer(server)
    const request = { slug: 'wanted-by-all', title: 'Wanted', locale: 'en' }

    const answers = await Promise.all(times(8, () => organizer.call('POST', call, request)))

    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, ...times(7, () => 409)])
    expect(answers.find(({ statusCode }) => statusCode === 409)?.json()).toMatchObject({
      code: 'slug-taken',
      field: 'slug',
    })
  })

  test.each([
    ['an address in capitals', { slug: 'No-Tech' }, 'slug'],
    ['an address that is a path', { slug: '../settings' }, 'slug'],
    ['an address without end', { slug: 'a'.repeat(61) }, 'slug'],
    ['no title', { title: ' \n ' }, 'title'],
    ['a title without end', { title: 'x'.repeat(121) }, 'title'],
    ['a title that turns its letters around', { title: 'No \u202etech' }, 'title'],
    ['a title with half a letter', { title: 'No \ud800 tech' }, 'title'],
  ])('%s is refused with what to do', async (_, wrong, field) => {
    const organizer = await anOrganizer(server)

    const answer = await organizer.call('POST', call, {
      slug: 'never-made',
      title: 'Never',
      locale: 'en',
      ...wrong,
    })

    expect([answer.statusCode, answer.json().code, answer.json().field]).toEqual([
      422,
      'setting-invalid',
      field,
    ])
  })
})

describe('opening', () => {
  test('what is missing is said, all at once, and nothing opens', async () => {
    const { slug, settings, change } = await aDraft(server)
    await change('PUT', 'texts', { texts: [{ ...pledgeInEnglish, body: '' }, pledgeInSpanish] })
    await change('PUT', 'targets', {
      targets: [{ name: 'Lodestar', reason: { en: 'Sells it.' }, sourceUrl: 'https://example.org/a' }],
    })

    const answer = await change('POST', 'opening')

    expect([answer.statusCode, answer.json().code]).toEqual([409, 'not-ready'])
    expect((await settings()).missing).toEqual([
      'Write the pledge in English.',
      'Say in Spanish why Lodestar is named.',
    ])
    expect(answer.json().detail).toBe('Write the pledge in English. Say in Spanish why Lodestar is named.')
    expect((await server.app.inject(`/c/${slug}`)).statusCode).toBe(404)
  })

  test('a complete draft opens, can be signed at once, closes, and opens again', async () => {
    const { slug, organizer, change, settings } = await anOpenedDraft(server)
    const opened = await pledge(server, slug)

    const closed = await organizer.call('POST', `campaigns/${slug}/closure`)
    const again = await organizer.call('POST', `campaigns/${slug}/closure`)
    const reopened = await change('DELETE', 'closure')

    expect(opened.statusCode).toBe(200)
    expect(closed.json()).toMatchObject({ stage: 'closed' })
    expect([again.statusCode, again.json().code]).toEqual([409, 'wrong-stage'])
    expect(reopened.json()).toMatchObject({ stage: 'open' })
    expect((await change('POST', 'opening')).json().code).toBe('wrong-stage')
    expect((await settings()).stage).toBe('open')
    expect(await auditOf(slug)).toEqual([
      'campaign.make',
      'pledge-text.change',
      'campaign.open',
      'campaign.close',
      'campaign.reopen',
    ])
  })

  test('with a day to open at, people see it coming; with a day to close at, it closes, and may open again', async () => {
    const { slug, change, settings } = await aDraft(server, { texts: [pledgeInEnglish] })
    const start = Date.now()
    const inHours = (hours: number) => new Date(start + hours * 3_600_000).toISOString()
    await change('PATCH', 'settings', { opensAt: inHours(1), closesAt: inHours(3) })

    await change('POST', 'opening')
    const stages = [(await settings()).stage]
    for (const hours of [2, 4]) {
      server.clock.now = new Date(start + hours * 3_600_000)
      stages.push((await settings()).stage)
    }
    const reopened = (await reopen(slug)).json()
    delete server.clock.now

    expect(stages).toEqual(['upcoming', 'open', 'closed'])
    expect(reopened).toMatchObject({ stage: 'open', closesAt: null })
  })

  test('a day to close at that has passed keeps a draft from opening', async () => {
    const { change, settings } = await aDraft(server, { texts: [pledgeInEnglish] })
    const soon = new Date(Date.now() + 3_600_000).toISOString()
    await change('PATCH', 'settings', { closesAt: soon })
    server.clock.now = new Date(Date.now() + 2 * 3_600_000)

    const { missing } = await settings()
    delete server.clock.now

    expect(missing).toEqual(['The day on which it closes has passed: choose a later one, or none.'])
  })
})

describe('deleting', () => {
  test('a draft goes with all that belongs to it, and its history stays', async () => {
    const { slug, organizer, settings } = await aDraft(server, { texts: [pledgeInEnglish] })
    const id = await campaignId(server, slug)
    const { revision } = await settings()

    const answer = await organizer.call('DELETE', `campaigns/${slug}?revision=${revision}`)

    expect(answer.statusCode).toBe(204)
    expect((await organizer.call('GET', `campaigns/${slug}/settings`)).statusCode).toBe(404)
    const { rows } = await server.deps.db.execute(
      sql`select action from audit_log where campaign_id = ${id} order by id`,
    )
    expect(rows.map(({ action }) => action)).toEqual([
      'campaign.make',
      'pledge-text.change',
      'campaign.delete',
    ])
  })

  test('what was opened is not deleted, nor a draft that somebody else goes on with', async () => {
    const opened = await anOpenedDraft(server)
    const draft = await aDraft(server)
    const { revision } = await draft.settings()
    await draft.change('PUT', 'texts', { texts: [pledgeInEnglish] })

    const answers = [
      await opened.organizer.call('DELETE', `campaigns/${opened.slug}?revision=3`),
      await draft.organizer.call('DELETE', `campaigns/${draft.slug}?revision=${revision}`),
    ]

    expect(answers.map((answer) => answer.json().code)).toEqual(['wrong-stage', 'changed-meanwhile'])
    expect((await draft.settings()).texts[0]?.body).toBe(pledgeInEnglish.body)
  })

  test('an owner needs a passkey that was just used, and an editor cannot', async () => {
    const slug = await anOpenCampaign(server, { state: 'draft' })
    const tired = await anOrganizer(server, { isFresh: false })
    const editor = await anOrganizer(server, { role: 'editor' })

    const answers = [
      await tired.call('DELETE', `campaigns/${slug}?revision=1`),
      await editor.call('DELETE', `campaigns/${slug}?revision=1`),
    ]

    expect(answers.map((answer) => answer.json().code)).toEqual(['passkey-needed', 'role-too-low'])
  })
})

async function reopen(slug: string) {
  const organizer = await anOrganizer(server)
  return await organizer.call('DELETE', `campaigns/${slug}/closure`)
}

async function auditOf(slug: string): Promise<unknown[]> {
  const { rows } = await server.deps.db.execute(sql`
    select action from audit_log where campaign_id = ${await campaignId(server, slug)} order by id`)
  return rows.map(({ action }) => action)
}
