import { afterAll, expect, test } from 'vitest'
import { anOpenCampaign, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { countingInbox, sendUnderKills } from './kills.ts'

const inbox = await countingInbox()
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })
const LETTERS = 200

afterAll(() => inbox.close())

test('a worker that is killed in the middle sends each letter once, and what it had under way at most twice', async () => {
  const slug = await anOpenCampaign(server)
  const signers = times(LETTERS, (n) => `ada${n}@mail.example`)
  await Promise.all(signers.map((email) => sign(server, slug, { email })))
  const { deps, databaseUrl: DATABASE_URL, config } = server
  const env = {
    MODE: 'production',
    DATABASE_URL,
    PUBLIC_URL: 'https://pledge.example.org',
    SECRET_KEY: config.secretKey,
    MAIL_FROM: 'Estamos <pledge@example.org>',
    SMTP_URL: inbox.url,
    CAPTCHA: 'none',
    CAPTCHA_NONE_IN_PRODUCTION: 'yes',
  }

  const killed = await sendUnderKills({ env, deps, inbox, letters: LETTERS, kills: 2 })

  const copies = Map.groupBy(inbox.arrivals, ({ to }) => to)
  expect(killed).toBe(2)
  expect([...copies.keys()].sort()).toEqual([...signers].sort())
  for (const some of copies.values()) {
    expect(some.length).toBeLessThanOrEqual(2)
    expect(new Set(some.map(({ messageId }) => messageId)).size).toBe(1)
  }
  // Five connections in each of two rounds.
  expect(inbox.arrivals.length - LETTERS).toBeLessThanOrEqual(killed * 10)
}, 120_000)
