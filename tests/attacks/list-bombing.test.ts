import { expect, test } from 'vitest'
import { anOpenCampaign, confirmByToken, rowOf, times, told, tokenIn } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { reached } from './reached.ts'

const inbox = await smtpInbox()
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })

const VICTIM = 'victim@mail.example'
const POSTS = 1_000
const CAMPAIGNS = 20

/** A thousand networks: half of them an IPv4 address each, half an IPv6 line. */
const network = (n: number) => (n % 2 ? `203.${n >> 8}.113.${n & 255}` : `2001:db8:${n.toString(16)}::1`)

test('A1: an address typed a thousand times, from as many networks, in twenty drives, gets five letters', async () => {
  const slugs: string[] = []
  for (const _ of times(CAMPAIGNS, () => 0)) slugs.push(await anOpenCampaign(server))
  const answers: string[] = []
  const sign = async (n: number) =>
    server.app.inject({
      method: 'POST',
      url: `/api/v1/campaigns/${slugs[n % CAMPAIGNS]}/pledges`,
      payload: { email: VICTIM },
      remoteAddress: network(n),
    })

  const first = await sign(0)
  await server.work()
  for (let n = 1; n < POSTS; n += 111) {
    answers.push(...(await Promise.all(times(111, (one) => sign(n + one)))).map(told))
    await server.work()
  }
  const letters = [...inbox.received]
  const confirmed = await confirmByToken(server, tokenIn(letters[0]?.text ?? '', 'confirm'))

  expect(answers).toHaveLength(POSTS - 1)
  expect(new Set([told(first), ...answers]).size).toBe(1)
  expect(first.statusCode).toBe(202)
  expect(letters.map(({ envelope }) => envelope.to)).toEqual(times(5, () => [VICTIM]))
  expect(confirmed.statusCode).toBe(200)
  expect(await rowOf(server, slugs[0]!, VICTIM)).toMatchObject({ state: 'confirmed' })
  reached(
    'A1',
    `${POSTS} posts from as many networks in ${CAMPAIGNS} drives: ${letters.length} letters, and the first one's link confirms`,
  )
})
