import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { anOpenCampaign, anOrganizer, confirm, rowOf, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('names are shown only past `namesShownAfter`, five at most, and never of those who are out', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2, namesShownAfter: 6 })
  await listed(slug, 6)
  await expect.poll(async () => (await campus(slug)).confirmed).toBe(6)
  tomorrow()
  const atThreshold = (await campus(slug)).names
  delete server.clock.now
  await listed(slug, 8, 6)

  await expect.poll(async () => (await campus(slug)).confirmed).toBe(8)
  tomorrow()

  const { names } = await campus(slug)
  expect(atThreshold).toEqual([])
  expect(names).toHaveLength(5)
  expect(names).toEqual([...names].sort())
  for (const name of names) expect(name).toMatch(/^Ada[a-h] L\.$/)
})

test('a name that was excluded is shown no more', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2, namesShownAfter: 2 })
  await listed(slug, 4)
  await expect.poll(async () => (await campus(slug)).confirmed).toBe(4)
  tomorrow()
  expect((await campus(slug)).names).toHaveLength(4)

  await server.deps.db.execute(
    sql`update pledges set state = 'excluded', exclusion_id = 1 where display_name = 'Adaa L.'`,
  )

  expect(await rowOf(server, slug, 'ada0@gatech.edu')).toMatchObject({ state: 'excluded' })
  expect((await campus(slug)).names).toEqual(['Adab L.', 'Adac L.', 'Adad L.'])
})

test('who looks all day long sees the same five names, and none of that day', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2, namesShownAfter: 2 })
  await listed(slug, 6)
  await expect.poll(async () => (await campus(slug)).confirmed).toBe(6)
  const onTheDay = (await campus(slug)).names
  tomorrow()
  const seen = new Set((await campus(slug)).names)

  for (const n of [6, 7]) {
    await listed(slug, n + 1, n)
    for (const name of (await campus(slug)).names) seen.add(name)
  }

  expect(onTheDay).toEqual([])
  expect(seen.size).toBe(5)
  expect(await rowOf(server, slug, 'ada7@gatech.edu')).toMatchObject({ display_name: 'Adah L.' })
})

test('an organizer hides a name, the pledge counts on, and what is written down names nobody', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2, namesShownAfter: 2 })
  await listed(slug, 4)
  await expect.poll(async () => (await campus(slug)).confirmed).toBe(4)
  const [editor, viewer] = [
    await anOrganizer(server, { role: 'editor' }),
    await anOrganizer(server, { role: 'viewer' }),
  ]
  const adaa = { campus: 'gatech.edu', name: 'Adaa L.' }

  const refused = await viewer.call('POST', `campaigns/${slug}/hidden-names`, adaa)
  const hidden = await editor.call('POST', `campaigns/${slug}/hidden-names`, adaa)
  const elsewhere = await editor.call('POST', `campaigns/${slug}/hidden-names`, {
    ...adaa,
    campus: 'mit.edu',
    name: 'Adab L.',
  })
  const { body: log } = await editor.call('GET', 'organizations/mijente/audit?action=name')
  tomorrow()

  expect([refused.statusCode, hidden.json(), elsewhere.json()]).toEqual([403, { hidden: 1 }, { hidden: 0 }])
  expect((await campus(slug)).names).toEqual(['Adab L.', 'Adac L.', 'Adad L.'])
  expect(await rowOf(server, slug, 'ada0@gatech.edu')).toMatchObject({
    state: 'confirmed',
    display_name: null,
  })
  expect(log).toContain('name.hide')
  expect(log).not.toContain('Adaa')
})

/** Names come out with the day after. */
function tomorrow(): void {
  server.clock.now = new Date(Date.now() + 24 * 3_600_000)
  onTestFinished(() => void delete server.clock.now)
}

async function listed(slug: string, to: number, from = 0): Promise<void> {
  for (const n of times(to - from, (one) => one + from)) {
    const email = `ada${n}@gatech.edu`
    await sign(server, slug, { email, display: true, name: `Ada${'abcdefgh'[n]} Lovelace` })
    await confirm(server, slug, email)
  }
}

async function campus(slug: string): Promise<{ confirmed?: number; names: string[] }> {
  return (await server.app.inject(`/api/v1/campaigns/${slug}/campuses/gatech.edu`)).json()
}
