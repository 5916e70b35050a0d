import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { requestLimits } from '../../server/limits/classes.ts'
import { anOpenCampaign, pledge, sign, times, tokenFor, tryCode } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aPasskeyHolder, aStranger, TestBrowser } from '../organizers/browser.ts'
import { reached } from './reached.ts'

/** A tenth of the usual, so that whoever attacks comes to his limit within a thousand tries. */
const LIMITS = 0.1
const server = estamos({ env: () => ({ LIMITS: String(LIMITS) }) })
const most = LIMITS * requestLimits['sign-in'].address.most

beforeEach(() => {
  server.clock.now = new Date('2026-11-26T12:00:30Z')
})
afterEach(() => delete server.clock.now)

test('C21: a thousand bad sign-ins for one, from her own network, keep neither her nor another out', async () => {
  const [one, other] = [await aPasskeyHolder(server), await aPasskeyHolder(server)]
  const used = one.passkey.use((await new TestBrowser(server).call('POST', 'sign-in-challenges')).json())
  const attack = [
    () => new TestBrowser(server).call('POST', 'sign-in-links', { email: one.email }),
    () => new TestBrowser(server).call('POST', 'sessions', { link: 'A'.repeat(43) }),
    () => new TestBrowser(server).call('POST', 'sign-in-links', { email: other.email }),
    () => new TestBrowser(server).call('POST', 'sessions', { link: 'A'.repeat(43) }),
    () => new TestBrowser(server).call('POST', 'passkey-sessions', used),
  ]

  const statuses = new Map<number, number>()
  for (let done = 0; done < 1_000; done += 100) {
    const answers = await Promise.all(times(100, (n) => attack[n % attack.length]!()))
    for (const { statusCode } of answers) statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
  }
  const hers = await new TestBrowser(server).signInByPasskey(one.passkey)
  const others = await new TestBrowser(server).signInByPasskey(other.passkey)
  const elsewhere = await askForLink(await aStranger(server), '198.51.100.7')

  expect(statuses.get(202)).toBe(most)
  expect(statuses.get(204)).toBeUndefined()
  expect([hers.statusCode, others.statusCode, elsewhere]).toEqual([204, 204, 202])
  const answered = [...statuses].map(([status, often]) => `${often} × ${status}`).join(', ')
  reached(
    'C21',
    `1,000 bad sign-ins from one network (${answered}): both passkeys go on working there, links elsewhere`,
  )
})

describe('C22: an address that nobody has gets as many tries as one that somebody has', () => {
  test('of links to the console, for whoever asks and for the mailbox', async () => {
    const tries = async (email: string, from: string) => {
      const before = await lettersThatWait()
      const statuses = await Promise.all(times(most + 20, () => askForLink(email, from)))
      return {
        let: statuses.filter((status) => status === 202).length,
        letters: (await lettersThatWait()) - before,
      }
    }

    const hers = await tries(await aStranger(server), '203.0.113.1')
    const nobodys = await tries('nobody@example.org', '203.0.113.2')

    expect(hers).toEqual({ let: most, letters: 5 })
    expect(nobodys).toEqual(hers)
    reached(
      'C22',
      `${most + 20} asks each for an organizer's address and for nobody's: ${most} answers and 5 letters, both times`,
    )
  })

  test('of codes', async () => {
    const slug = await anOpenCampaign(server)
    await sign(server, slug, { email: 'waits@example.edu' })
    await pledge(server, slug, { email: 'confirmed@example.edu' })
    const codes = async (email: string) => {
      const answers = []
      for (const code of times(8, () => '000000'))
        answers.push((await tryCode(server, slug, code, email)).json().code)
      return answers
    }

    const [waits, confirmed, nobodys] = [
      await codes('waits@example.edu'),
      await codes('confirmed@example.edu'),
      await codes('nobody@example.edu'),
    ]

    expect(nobodys).toEqual([...times(5, () => 'code-wrong'), ...times(3, () => 'code-too-many-tries')])
    expect([waits, confirmed]).toEqual([nobodys, nobodys])
  })
})

test('whoever guesses codes is asked to wait before he has used up what a whole campaign may have, and links go on working', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: 'neighbour@example.edu' })
  const token = await tokenFor(server, slug, { email: 'neighbour@example.edu', purpose: 'confirm' })
  const guess = async (n: number, from = '203.0.113.3') => {
    const payload = { campaign: slug, email: `guessed${n}@example.edu`, code: '000000' }
    const url = '/api/v1/confirmations'
    return (await server.app.inject({ method: 'POST', url, remoteAddress: from, payload })).json().code
  }

  const codes = []
  for (const n of times(35, (one) => one)) codes.push(await guess(n))
  const elsewhere = await guess(99, '203.0.113.4')
  const page = await server.app.inject({
    method: 'POST',
    url: `/confirm/${token}`,
    remoteAddress: '203.0.113.3',
  })

  expect(codes).toEqual([...times(30, () => 'code-wrong'), ...times(5, () => 'too-many-requests')])
  expect([elsewhere, page.statusCode]).toEqual(['code-wrong', 200])
})

async function askForLink(email: string, from: string): Promise<number> {
  const url = '/api/v1/console/sign-in-links'
  const { statusCode } = await server.app.inject({
    method: 'POST',
    url,
    remoteAddress: from,
    payload: { email },
  })
  return statusCode
}

async function lettersThatWait(): Promise<number> {
  const { rows } = await server.deps.db.execute<{ letters: number }>(
    sql`select count(*)::int as letters from letters where template = 'organizer-sign-in'`,
  )
  return rows[0]?.letters ?? 0
}
