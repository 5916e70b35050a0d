import { sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { anOpenCampaign, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'

let refusals = 0
const inbox = await smtpInbox({
  onRcptTo(_address, _session, done) {
    refusals += 1
    done(refusals <= 2 ? Object.assign(new Error('Try again later'), { responseCode: 450 }) : undefined)
  },
})
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })

afterAll(() => inbox.close())

test('a letter that is put off waits in the database, longer each time, and goes in the end', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: 'ada@mail.example' })

  const first = await afterAnAttempt()
  const second = await afterAnAttempt()
  await hasten()
  await server.work()

  expect([first.attempts, second.attempts]).toEqual([1, 2])
  expect(first.pause).toBeGreaterThan(1)
  expect(second.pause).toBeGreaterThan(first.pause)
  expect(`${first.failure}${second.failure}`).not.toContain('ada')
  expect((await inbox.next('ada@mail.example')).text).toContain('/confirm/')
  expect(inbox.received).toHaveLength(1)
  expect(await waiting()).toEqual([])
})

interface Waiting extends Record<string, unknown> {
  attempts: number
  failure: string
  /** Seconds until the next attempt. */
  pause: number
}

async function afterAnAttempt(): Promise<Waiting> {
  await hasten()
  await server.work()
  const [job] = await waiting()
  if (!job) throw new Error('no letter waits')
  return job
}

async function waiting(): Promise<Waiting[]> {
  const { rows } = await server.deps.db.execute<Waiting>(sql`
    select attempts, failure, extract(epoch from due_at - now())::float as pause
    from letters where state = 'queued'`)
  return rows
}

async function hasten(): Promise<void> {
  await server.deps.db.execute(sql`update letters set due_at = now() where state = 'queued'`)
}
