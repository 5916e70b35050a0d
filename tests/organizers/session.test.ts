import { expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('an organizer sees who she is and what is hers to work on', async () => {
  const slug = await anOpenCampaign(server)
  const organizer = await anOrganizer(server, { role: 'editor' })

  const answer = await organizer.call('GET', 'session')

  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({
    organizer: { email: organizer.email },
    organizations: [
      { slug: 'mijente', role: 'editor', campaigns: [{ slug, state: 'open', isPartner: false }] },
    ],
  })
})

test('signing out ends the session', async () => {
  const organizer = await anOrganizer(server)

  const out = await organizer.call('DELETE', 'session')

  expect(out.statusCode).toBe(204)
  expect((await organizer.call('GET', 'session')).json()).toMatchObject({ code: 'signed-out' })
})

test('a session ends after 12 idle hours, and after 7 days however often it is used', async () => {
  const organizer = await anOrganizer(server)
  const start = Date.now()
  const at = async (hours: number) => {
    server.clock.now = new Date(start + hours * 3_600_000)
    return (await organizer.call('GET', 'session')).statusCode
  }

  for (let hours = 10; hours < 7 * 24; hours += 10) expect(await at(hours)).toBe(200)
  expect(await at(7 * 24 + 1)).toBe(401)

  const idle = await anOrganizer(server)
  server.clock.now = new Date((server.clock.now as Date).getTime() + 13 * 3_600_000)
  expect((await idle.call('GET', 'session')).statusCode).toBe(401)
  delete server.clock.now
})
