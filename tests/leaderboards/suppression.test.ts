import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { anOpenCampaign, asSigner, confirm, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import type { Leaderboard } from '../../server/leaderboards/contract.ts'

const server = estamos()
const HIDDEN = 'reed.edu'

test('in no public answer of a journey is a campus of one to four pledges shown, or a figure of it', async () => {
  const slug = await anOpenCampaign(server)
  await people(slug, 'gatech.edu', 7)
  for (const n of [1, 2, 3, 4]) {
    const confirmation = await people(slug, HIDDEN, 1, `r${n}`)
    const leaderboard = await upToDate(slug, (one) => one.confirmed === 7)
    const answers = await publicAnswers(slug)

    expect(confirmation[0]?.json()).toEqual({
      campaign: slug,
      campus: { campus: HIDDEN, name: 'Reed College', shortName: 'Reed' },
      shareUrl: `${server.config.publicUrl}/c/${slug}/${HIDDEN}`,
    })
    expect(leaderboard).toEqual({
      version: expect.any(Number),
      confirmed: 7,
      campuses: [expect.objectContaining({ campus: 'gatech.edu', confirmed: 7, rank: 1 })],
      at: expect.any(String),
    })
    expect(answers.campus).toEqual({
      campus: HIDDEN,
      name: 'Reed College',
      shortName: 'Reed',
      city: 'Portland',
      region: 'OR',
      nextSteps: [],
      names: [],
    })
    expect(answers.campaign.confirmed).toBe(7)
    for (const body of answers.others) expect(body).not.toContain(HIDDEN)
  }
})

test('the fifth pledge shows the campus, and who takes one back leaves with the day', async () => {
  atTime('2026-11-26T12:01:00Z')
  const slug = await anOpenCampaign(server)
  const confirmations = await people(slug, HIDDEN, 5)
  const shown = await upToDate(slug, ({ campuses }) => campuses.length === 1)

  await (
    await asSigner(server, slug, `p0@${HIDDEN}`)
  )('POST', '/withdrawal')
  const sixth = await people(slug, 'gatech.edu', 5, 'later').then(() =>
    upToDate(slug, (one) => one.confirmed === 10),
  )
  atTime('2026-11-26T23:59:00Z')
  const inTheEvening = await standing(slug)
  atTime('2026-11-27T00:00:01Z')

  expect(confirmations[4]?.json()).not.toHaveProperty('confirmed')
  expect(shown).toMatchObject({ confirmed: 5, campuses: [{ campus: HIDDEN, confirmed: 5, rank: 1 }] })
  expect(sixth.campuses).toHaveLength(2)
  expect(inTheEvening).toMatchObject({ confirmed: 5 })
  expect(await upToDate(slug, ({ campuses }) => campuses.length === 1)).toMatchObject({ confirmed: 5 })
  expect(await standing(slug)).not.toHaveProperty('confirmed')
})

test('several hidden campuses are one sum, rounded down, at the next quarter of an hour', async () => {
  atTime('2026-11-26T12:01:00Z')
  const slug = await anOpenCampaign(server)
  await people(slug, 'reed.edu', 4)
  await people(slug, 'mit.edu', 4)
  await people(slug, 'ox.ac.uk', 3)
  const before = await upToDate(slug, () => true)
  atTime('2026-11-26T12:15:00Z')

  const leaderboard = await upToDate(slug, ({ others }) => others !== undefined)

  expect(before).toMatchObject({ confirmed: 0, campuses: [] })
  expect(leaderboard).toMatchObject({ confirmed: 5, campuses: [], others: { campuses: 2, confirmed: 5 } })
})

test('who confirms is told what everybody saw, and herself; asking again what everybody sees', async () => {
  const slug = await anOpenCampaign(server)
  await people(slug, 'gatech.edu', 7)
  await upToDate(slug, (one) => one.confirmed === 7)
  await server.deps.db.execute(sql`update tallies set confirmed = 5`)

  const [first] = await people(slug, 'gatech.edu', 1, 'eighth')
  const again = await confirm(server, slug, 'eighth0@gatech.edu')

  expect(first?.json()).toMatchObject({ confirmed: 8, rank: 1 })
  expect(again.json()).toMatchObject({ confirmed: 7, rank: 1 })
})

test('signers of no campus are shown once there are five of them', async () => {
  const slug = await anOpenCampaign(server)
  await people(slug, 'mail.example', 4)
  const four = await upToDate(slug, ({ confirmed }) => confirmed === 0)
  await people(slug, 'mail.example', 1, 'fifth')

  const five = await upToDate(slug, ({ elsewhere }) => elsewhere === 5)

  expect(four).not.toHaveProperty('elsewhere')
  expect(five).toMatchObject({ confirmed: 5, elsewhere: 5 })
})

test('equal counts share a rank; the next above and the rate per thousand are told', async () => {
  const slug = await anOpenCampaign(server)
  for (const [domain, count] of [
    ['gatech.edu', 7],
    ['mit.edu', 6],
    ['reed.edu', 6],
    ['ox.ac.uk', 5],
  ] as const)
    await people(slug, domain, count)
  const leaderboard = await upToDate(slug, ({ campuses }) => campuses.length === 4)

  const standing = (await server.app.inject(`/api/v1/campaigns/${slug}/campuses/ox.ac.uk`)).json()

  expect(leaderboard.campuses.map(({ confirmed, rank }) => [confirmed, rank])).toEqual([
    [7, 1],
    [6, 2],
    [6, 2],
    [5, 4],
  ])
  expect(leaderboard.campuses[0]?.perThousand).toBeGreaterThan(0)
  expect(standing).toMatchObject({ confirmed: 5, rank: 4, above: { confirmed: 6 } })
})

function atTime(now: string): void {
  server.clock.now = new Date(now)
  onTestFinished(() => void delete server.clock.now)
}

async function standing(slug: string): Promise<object> {
  return (await server.app.inject(`/api/v1/campaigns/${slug}/campuses/${HIDDEN}`)).json()
}

async function people(slug: string, domain: string, count: number, name = 'p') {
  const emails = times(count, (n) => `${name}${n}@${domain}`)
  await Promise.all(emails.map((email) => sign(server, slug, { email })))
  const answers = []
  for (const email of emails) answers.push(await confirm(server, slug, email))
  return answers
}

async function upToDate(slug: string, isIt: (leaderboard: Leaderboard) => boolean): Promise<Leaderboard> {
  const read = async () =>
    (await server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)).json<Leaderboard>()
  await expect.poll(async () => isIt(await read()), { interval: 20 }).toBe(true)
  return await read()
}

/** Everything that anybody may ask about a campaign. */
async function publicAnswers(slug: string) {
  const get = async (url: string) => await server.app.inject(url)
  const paths = [
    `/c/${slug}`,
    `/embed/${slug}`,
    `/embed/${slug}?view=leaderboard`,
    `/embed/${slug}?view=counter`,
    `/c/${slug}/gatech.edu`,
    `/embed/${slug}/gatech.edu`,
    `/api/v1/campaigns/${slug}/campuses/gatech.edu`,
    `/oembed?url=${encodeURIComponent(`${server.config.publicUrl}/c/${slug}`)}`,
  ]
  const others = await Promise.all(paths.map(async (path) => (await get(path)).body))
  expect(others.every((body) => body.length > 50)).toBe(true)
  return {
    campus: (await get(`/api/v1/campaigns/${slug}/campuses/${HIDDEN}`)).json(),
    campaign: (await get(`/api/v1/campaigns/${slug}`)).json(),
    others,
  }
}
