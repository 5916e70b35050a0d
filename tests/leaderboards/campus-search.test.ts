import { expect, test } from 'vitest'
import { anOpenCampaign, crowd } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

async function search(path: string, q: string): Promise<string[]> {
  const { statusCode, body } = await server.app.inject({ url: `/api/v1/${path}`, query: { q } })
  expect(statusCode).toBe(200)
  const { campuses } = JSON.parse(body) as { campuses: { campus: string }[] }
  return campuses.map(({ campus }) => campus)
}

test('a campus that the leaderboard shows comes before larger ones', async () => {
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'wayne.edu', people: 6 })
  await server.deps.leaderboards.of((await server.deps.campaigns.bySlug(slug)).id)

  const [inDrive, everywhere] = [
    await search(`campaigns/${slug}/campuses`, 'state uni'),
    await search('campuses', 'state uni'),
  ]

  expect(inDrive[0]).toBe('wayne.edu')
  expect(everywhere[0]).not.toBe('wayne.edu')
})

test('a short name abroad comes before a beginning at home', async () => {
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'wayne.edu', people: 6 })

  const matches = await search(`campaigns/${slug}/campuses`, 'ucl')

  expect(matches[0]).toBe('ucl.ac.uk')
  expect(matches).toContain('ucla.edu')
})

test('a campus that the leaderboard hides is found as in a drive without it', async () => {
  const [empty, hidden] = [await anOpenCampaign(server), await anOpenCampaign(server)]
  await crowd(server, hidden, { campus: 'wayne.edu', people: 4 })

  const [before, after] = [
    await search(`campaigns/${empty}/campuses`, 'state uni'),
    await search(`campaigns/${hidden}/campuses`, 'state uni'),
  ]

  expect(before).toHaveLength(8)
  expect(after).toEqual(before)
})

test('a drive whose campuses are in Mexico finds Mexican campuses first', async () => {
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'unam.mx', people: 6 })

  const [first] = await search(`campaigns/${slug}/campuses`, 'universidad autonoma')
  const wholeName = await search(`campaigns/${slug}/campuses`, 'georgia tech')

  expect(first).toBe('unam.mx')
  expect(wholeName[0]).toBe('gatech.edu')
})

test('a form without a script offers the campuses of its drive first', async () => {
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'wayne.edu', people: 6 })
  await server.deps.leaderboards.of((await server.deps.campaigns.bySlug(slug)).id)

  const { body } = await server.app.inject({
    method: 'POST',
    url: `/c/${slug}/pledges`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ email: 'ada@example.org', locale: 'en', campus: 'state uni' }).toString(),
  })

  expect(/type="radio"[^>]*value="([^"]+)"/.exec(body)?.[1]).toBe('wayne.edu')
})
