import { sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { anOpenCampaign, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { sendgridStandIn } from '../sendgrid-stand-in.ts'

const standIn = await sendgridStandIn()
const { apiKey: SENDGRID_API_KEY, baseUrl: SENDGRID_BASE_URL } = standIn
const server = estamos({ env: () => ({ SENDGRID_API_KEY, SENDGRID_BASE_URL }) })
const MINUTE_MS = 60_000

afterAll(() => standIn.close())

test('an hour without the provider loses nothing, asks it once a minute, and drains by itself', async () => {
  const slug = await anOpenCampaign(server)
  const began = Date.now()
  const signers = times(60, (minute) => [`ada${minute}@mail.example`, `bob${minute}@mail.example`]).flat()
  standIn.answerWith('away')

  for (const minute of times(60, (minute) => minute)) {
    server.clock.now = new Date(began + minute * MINUTE_MS)
    await Promise.all(signers.slice(2 * minute, 2 * minute + 2).map((email) => sign(server, slug, { email })))
    await server.work()
  }
  const asked = standIn.counts.requests
  const { rows: waiting } = await server.deps.db.execute(sql`
    select count(*)::int as letters, max(attempts)::int as attempts from letters where state = 'queued'`)
  standIn.answerWith('accept')
  server.clock.now = new Date(began + 61 * MINUTE_MS)
  await server.work()

  expect(asked).toBe(60)
  expect(waiting).toEqual([{ letters: 120, attempts: 0 }])
  expect(
    standIn
      .received()
      .map(({ to }) => to)
      .sort(),
  ).toEqual(signers.sort())
  expect(standIn.counts).toMatchObject({ letters: 120, different: 120 })
})
