import { expect, test } from 'vitest'
import { levelOf, MOST_TRIES } from '../../server/captcha/price.ts'
import { anOpenCampaign, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aChallenge, aProof, askForChallenge, raise } from './proofs.ts'

const server = estamos({ env: () => ({ CAPTCHA: 'altcha' }) })

const priceAt = async (slug: string, wanted = {}) =>
  (await aChallenge(server, slug, wanted)).parameters.data.most

test('whoever asks for very many challenges is asked for more work, others are not, and later it falls again', async () => {
  const slug = await anOpenCampaign(server)
  const start = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000)
  server.clock.now = start
  const flood = '2001:db8:1:2::1'
  const neighbour = '2001:db8:1:2:ffff::9'

  const before = await priceAt(slug, { ip: flood })
  await Promise.all(times(250, () => askForChallenge(server, slug, { ip: flood })))
  const after = await priceAt(slug, { ip: neighbour })
  const elsewhere = await priceAt(slug, { ip: '2001:db8:1:3::1' })
  await server.deps.db.$client.query('update captcha_counts set seen = 10 * seen')
  const atMost = await priceAt(slug, { ip: flood })
  server.clock.now = new Date(start.getTime() + 11 * 60_000)
  const later = await priceAt(slug, { ip: flood })
  server.clock.now = undefined

  expect([before, after, elsewhere, atMost, later]).toEqual([400, 800, 400, 3200, 400])
})

test('a dormitory of three thousand that signs within an hour pays a little more, and nobody there is refused', async () => {
  const level = levelOf({ address: 500, source: 500, campaign: 500 })

  expect(MOST_TRIES[level]).toBeLessThan(Math.max(...MOST_TRIES))
})

test('asking raises the price of whoever asks; only what is used raises that of a source and a campaign', async () => {
  const slug = await anOpenCampaign(server)
  await Promise.all(
    times(30, async (n) =>
      sign(server, slug, {
        email: `ada${n}@example.edu`,
        source: 'poster',
        captcha: await aProof(server, slug, { ip: `198.51.100.${n}` }),
      }),
    ),
  )
  const { rows } = await server.deps.db.$client.query<{ seen: number }>(
    'select sum(seen)::int as seen from captcha_counts group by digest order by 1 desc',
  )

  expect(
    rows
      .slice(0, 3)
      .map(({ seen }) => seen)
      .filter((seen) => seen === 30),
  ).toHaveLength(2)
})

test('two processes see the same price', async () => {
  const slug = await anOpenCampaign(server)
  const another = await server.another()
  await Promise.all(times(210, (n) => askForChallenge(n % 2 ? server : another, slug, { ip: '203.0.113.9' })))

  const prices = [
    await aChallenge(server, slug, { ip: '203.0.113.9' }),
    await aChallenge(another, slug, { ip: '203.0.113.9' }),
  ]

  expect(prices.map(({ parameters }) => parameters.data.most)).toEqual([800, 800])
})

test('on a bad night the price is raised at once to what it is at most, and falls when that is over', async () => {
  const slug = await anOpenCampaign(server)

  await raise(server, slug)
  const raised = await priceAt(slug, { ip: '203.0.113.44' })
  await raise(server, slug, 'off')

  expect(raised).toBe(3200)
  expect(await priceAt(slug, { ip: '203.0.113.44' })).toBe(400)
})

test('the price doubles with what was seen, and has an end', () => {
  const levels = [0, 2_000, 2_001, 4_001, 8_001, 1e9].map((campaign) =>
    levelOf({ address: 0, source: 0, campaign }),
  )

  expect(levels).toEqual([0, 0, 1, 2, 3, 3])
  expect(levelOf({ address: 0, source: 1_001, campaign: 0 })).toBe(2)
})
