import { expect, test } from 'vitest'
import type { Exclusion } from '../../server/exclusions/contract.ts'
import { anOpenCampaign, anOrganizer, tallyDifferences } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf, sums, watching } from '../exclusions/flood.ts'
import { undo } from '../exclusions/rules.ts'
import { lookForFakes } from './farm.ts'
import { reached } from './reached.ts'

const server = estamos()

test('B10: 5,000 fakes among 20,000 are out before anybody can publish "fake", and at every moment tallies equal the rows', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server, { role: 'editor' })
  const at = new Date(Date.now() - 2 * 3_600_000)
  await aCrowdOf(server, slug, { people: 9_000, domain: 'gatech.edu', at, minutes: 6_000 })
  await aCrowdOf(server, slug, { people: 6_000, domain: 'gmail.com', campus: 'mit.edu', at, minutes: 6_000 })
  await aCrowdOf(server, slug, { people: 5_000, domain: 'rival.example', campus: 'mit.edu', minutes: 8 })
  const poisoned = await sums(server, slug)
  const watched = watching(server, slug)

  const began = performance.now()
  await lookForFakes(server)
  const tookMs = performance.now() - began
  const held = await sums(server, slug)
  const [hold] = (await organizer.call('GET', `campaigns/${slug}/exclusions`)).json()
    .exclusions as Exclusion[]
  await organizer.call('POST', `campaigns/${slug}/exclusions/${hold!.id}/keeping`)
  await lookForFakes(server)
  const kept = await sums(server, slug)
  await undo(server, organizer, slug, hold!.id)
  const undone = await sums(server, slug)
  const seen = await watched.end()

  expect([poisoned, held, kept, undone]).toEqual(
    [20_000, 15_000, 15_000, 20_000].map((count) => ({ tallies: count, rows: count })),
  )
  expect(hold).toMatchObject({
    moved: 5_000,
    held: { reason: 'domain', now: { pledges: 5_000, of: 5_000 }, before: { pledges: 0, of: 15_000 } },
  })
  expect(seen.filter(({ tallies, rows }) => tallies !== rows)).toEqual([])
  expect(new Set(seen.map(({ rows }) => rows)).size).toBeGreaterThan(3)
  expect(await tallyDifferences(server)).toEqual([])
  reached(
    'B10',
    `5,000 fakes of one domain for a rival campus among 15,000: out again in ${Math.round(tookMs)} ms, in steps; tallies and rows were equal in all of ${seen.length} looks`,
  )
})
