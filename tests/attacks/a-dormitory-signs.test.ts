import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { anOpenCampaign, campaignId, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { reached } from './reached.ts'

const server = estamos()
const people = times(3_000, (n) => `resident${n}@dorm.example.edu`)
const AT_ONCE = 250

beforeAll(() => {
  // In the middle of a window: nobody is helped by its turn.
  server.clock.now = new Date('2026-11-26T20:01:00Z')
})

test('A13: a dormitory of 3,000 behind one address signs within ten minutes, and nobody is refused', async () => {
  const slug = await anOpenCampaign(server)
  const statuses = new Set<number>()

  for (let first = 0; first < people.length; first += AT_ONCE) {
    const answers = await Promise.all(
      people.slice(first, first + AT_ONCE).map((email) =>
        server.app.inject({
          method: 'POST',
          url: `/api/v1/campaigns/${slug}/pledges`,
          remoteAddress: '203.0.113.9',
          payload: { email },
        }),
      ),
    )
    for (const { statusCode } of answers) statuses.add(statusCode)
  }

  const { rows } = await server.deps.db.execute(
    sql`select count(*)::int as signed from pledges where campaign_id = ${await campaignId(server, slug)}`,
  )
  expect([...statuses]).toEqual([202])
  expect(rows).toEqual([{ signed: people.length }])
  reached(
    'A13',
    `${people.length} people of one address signed in one window of ten minutes; none was refused`,
  )
})
