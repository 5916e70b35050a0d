import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, campaignId } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { bulk } from './bulk.ts'

const server = estamos()
const files = ['totals/csv?by=day', 'exact-totals/csv?by=day', 'pledges/csv']

test('a viewer has what may be published; an editor the exact figures and the list too', async () => {
  const slug = await anOpenCampaign(server)
  const viewer = await anOrganizer(server, { role: 'viewer' })
  const editor = await anOrganizer(server, { role: 'editor' })

  expect(await answersTo(viewer, slug)).toEqual([200, 'role-too-low', 'role-too-low'])
  expect(await answersTo(editor, slug)).toEqual([200, 200, 200])
})

test('a partner has none of them, and neither has a stranger', async () => {
  const slug = await anOpenCampaign(server)
  const partner = await anOrganizer(server, { organization: 'glahr' })
  await server.deps.db.execute(sql`
    insert into campaign_partners (campaign_id, organization_id, joined_at)
    select ${await campaignId(server, slug)}, id, now() from organizations where slug = 'glahr'`)
  const stranger = await anOrganizer(server, { role: null })

  for (const organizer of [partner, stranger]) {
    expect(await answersTo(organizer, slug)).toEqual(['not-found', 'not-found', 'not-found'])
  }
})

test('each of them needs a passkey that was just used', async () => {
  const slug = await anOpenCampaign(server)
  const owner = await anOrganizer(server, { isFresh: false })

  expect(await answersTo(owner, slug)).toEqual(['passkey-needed', 'passkey-needed', 'passkey-needed'])
})

test('what is asked in another form, or by something else, is refused', async () => {
  const slug = await anOpenCampaign(server)
  const owner = await anOrganizer(server)
  const paths = ['totals/pdf?by=day', 'totals/csv', 'totals/csv?by=name', 'totals/csv?by=day&by=source']

  for (const path of [...paths, 'pledges/json', 'exact-totals/csv?by=day&campus=mit.edu']) {
    const answer = await owner.call('GET', `campaigns/${slug}/exports/${path}`)
    expect([path, answer.json().code]).toEqual([path, 'invalid-request'])
  }
})

test('every export is written down: by whom, of what, how many rows, and nobody’s name', async () => {
  const slug = await anOpenCampaign(server)
  const owner = await anOrganizer(server)
  await bulk(server, slug, [{ campus: 'mit.edu', people: 9 }])

  await owner.call('GET', `campaigns/${slug}/exports/pledges/xlsx`)
  await owner.call('GET', `campaigns/${slug}/exports/exact-totals/json?by=day`)

  const { rows } = await server.deps.db.execute(sql`
    select organizer_id, action, details, session_id is not null as in_session from audit_log
    where campaign_id = ${await campaignId(server, slug)} order by id`)
  expect(rows).toEqual([
    {
      organizer_id: owner.id,
      action: 'export.make',
      details: { kind: 'pledges', form: 'xlsx', rows: 9 },
      in_session: true,
    },
    {
      organizer_id: owner.id,
      action: 'export.make',
      details: { kind: 'exact-totals', form: 'json', by: 'day', rows: 1 },
      in_session: true,
    },
  ])
})

async function answersTo(organizer: Awaited<ReturnType<typeof anOrganizer>>, slug: string) {
  const answers = await Promise.all(
    files.slice(0, 2).map((file) => organizer.call('GET', `campaigns/${slug}/exports/${file}`)),
  )
  answers.push(await organizer.call('GET', `campaigns/${slug}/exports/${files[2]}`))
  return answers.map((answer) => (answer.statusCode === 200 ? 200 : answer.json().code))
}
