import { describe, expect, test } from 'vitest'
import type { OfflineCounts } from '../../server/imports/contract.ts'
import { type AnOrganizer, anOpenCampaign, anOrganizer, checksum } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

const sheet = { campus: 'gatech.edu', count: 40, note: 'Table at the student center, 3 sheets' }

test('sheets are listed, summed by campus and in all, and removed', async () => {
  const { slug, editor } = await aDrive()
  await add(editor, slug, sheet)
  await add(editor, slug, { ...sheet, campus: 'GATECH.EDU', count: 2, note: ' A forgotten sheet ' })
  await add(editor, slug, { count: 7, note: 'March' })

  const shown = await listed(editor, slug)

  expect(shown.counts.map(({ campus, count, note }) => [campus?.campus, count, note])).toEqual([
    [undefined, 7, 'March'],
    ['gatech.edu', 2, 'A forgotten sheet'],
    ['gatech.edu', 40, sheet.note],
  ])
  expect(shown.byCampus.map(({ campus, count }) => [campus?.name, count])).toEqual([
    ['Georgia Institute of Technology', 42],
    [undefined, 7],
  ])
  expect(shown.all).toBe(49)
  const removal = await editor.call('DELETE', `campaigns/${slug}/offline-counts/${shown.counts[2]?.id}`)
  expect(removal.statusCode).toBe(204)
  expect((await listed(editor, slug)).all).toBe(9)
})

test('they are part of no tally, no rank and no public answer', async () => {
  const { slug, editor } = await aDrive()
  const before = [await allElse(), await leaderboard(slug)]

  await add(editor, slug, { ...sheet, count: 100_000 })

  expect([await allElse(), await leaderboard(slug)]).toEqual(before)
})

test('both are written down with counts alone', async () => {
  const { slug, editor } = await aDrive()
  await add(editor, slug, sheet)
  const [entry] = (await listed(editor, slug)).counts
  await editor.call('DELETE', `campaigns/${slug}/offline-counts/${entry?.id}`)

  const { entries } = (await editor.call('GET', `campaigns/${slug}/audit`)).json()

  expect(entries.map(({ action }: { action: string }) => action).slice(0, 2)).toEqual([
    'offline-count.remove',
    'offline-count.add',
  ])
  expect(JSON.stringify(entries)).not.toContain('student center')
})

describe('refused', () => {
  test.each([
    ['none', { ...sheet, count: 0 }],
    ['fewer than none', { ...sheet, count: -5 }],
    ['a part of one', { ...sheet, count: 1.5 }],
    ['too many', { ...sheet, count: 100_001 }],
    ['no note', { ...sheet, note: ' ' }],
    ['a note too long', { ...sheet, note: 'x'.repeat(201) }],
    ['somebody else’s campaign', { ...sheet, campaign: 1 }],
  ])('%s', async (_, payload) => {
    const { slug, editor } = await aDrive()

    expect((await add(editor, slug, payload)).json().code).toBe('invalid-request')
  })

  test('a campus that is not in the directory', async () => {
    const { slug, editor } = await aDrive()

    const answer = await add(editor, slug, { ...sheet, campus: 'nowhere.example' })

    expect(answer.json()).toMatchObject({ code: 'campus-not-known', field: 'campus' })
  })

  test('a viewer, who may look', async () => {
    const { slug, editor } = await aDrive()
    await add(editor, slug, sheet)
    const viewer = await anOrganizer(server, { role: 'viewer' })

    expect((await add(viewer, slug, sheet)).json().code).toBe('role-too-low')
    expect((await listed(viewer, slug)).all).toBe(40)
  })

  test('a count of another campaign, by its id', async () => {
    const { slug, editor } = await aDrive()
    await add(editor, slug, sheet)
    const { counts } = await listed(editor, slug)
    const other = await anOpenCampaign(server)

    const answer = await editor.call('DELETE', `campaigns/${other}/offline-counts/${counts[0]?.id}`)

    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found'])
    expect((await listed(editor, slug)).all).toBe(40)
  })
})

function allElse(): Promise<string> {
  return checksum(server, { but: ['offline_counts', 'audit_log'] })
}

async function aDrive() {
  return { slug: await anOpenCampaign(server), editor: await anOrganizer(server, { role: 'editor' }) }
}

async function add(organizer: AnOrganizer, slug: string, payload: object) {
  return await organizer.call('POST', `campaigns/${slug}/offline-counts`, payload)
}

async function listed(organizer: AnOrganizer, slug: string): Promise<OfflineCounts> {
  return (await organizer.call('GET', `campaigns/${slug}/offline-counts`)).json()
}

async function leaderboard(slug: string): Promise<unknown> {
  const answer = await server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)
  const { campuses, confirmed, others, elsewhere } = answer.json()
  return { campuses, confirmed, others, elsewhere }
}
