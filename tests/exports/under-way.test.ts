import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test, vi } from 'vitest'
import { type AnOrganizer, anOpenCampaign, anOrganizer, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { bulk } from './bulk.ts'

const server = estamos()
let slug: string
let editor: AnOrganizer

/** So many, with sources so long, that sockets do not hold a file: who does not read holds the export up. */
const SOURCES = 3_000

beforeAll(async () => {
  await server.app.listen({ host: 'localhost', port: server.config.port })
  slug = await anOpenCampaign(server, { smallestShown: 2 })
  editor = await anOrganizer(server, { role: 'editor' })
  await bulk(
    server,
    slug,
    times(SOURCES, () => ({ source: randomBytes(1500).toString('hex'), people: 2 })),
  )
})

test('a process makes two exports at once, and asks a third to come again', async () => {
  const two = await Promise.all(times(2, () => asked('pledges/csv')))

  const third = await editor.call('GET', `campaigns/${slug}/exports/pledges/csv`)
  for (const { request } of two) request.destroy()

  expect(two.map(({ answer }) => answer.statusCode)).toEqual([200, 200])
  expect(third.statusCode).toBe(503)
  expect(third.json()).toMatchObject({ code: 'busy' })
  expect(Number(third.headers['retry-after'])).toBeGreaterThan(0)
  await allIsGivenBack()
})

test('whoever takes the whole file gives its place back, every time', async () => {
  for (let n = 0; n < 2; n++) {
    const { rawPayload } = await editor.call('GET', `campaigns/${slug}/exports/pledges/csv`)
    const { rawPayload: workbook } = await editor.call('GET', `campaigns/${slug}/exports/pledges/xlsx`)

    expect(rawPayload.toString().split('\r\n')).toHaveLength(2 * SOURCES + 2)
    expect(workbook.length).toBeGreaterThan(1_000_000)
  }
  await allIsGivenBack()
})

test.each(['pledges/csv', 'pledges/xlsx'])('whoever goes away in the middle of %s ends it', async (path) => {
  const { request, answer } = await asked(path)
  await once(answer, 'readable')
  answer.read(1)

  request.destroy()

  await allIsGivenBack()
  const again = await editor.call('GET', `campaigns/${slug}/exports/${path}`)
  expect(again.statusCode).toBe(200)
})

test.each(['pledges/csv', 'pledges/xlsx'])(
  'an export that fails in the middle breaks the connection of %s, so that nobody takes it for whole',
  async (path) => {
    const broken = await anOpenCampaign(server)
    // A day that is none, after everything else.
    await bulk(server, broken, [
      { campus: 'gatech.edu', people: 3_000 },
      { day: 'infinity', people: 9 },
    ])
    const { answer } = await asked(path, broken)

    const ending = (async () => {
      for await (const _ of answer);
    })()

    expect(answer.statusCode).toBe(200)
    await expect(ending).rejects.toThrow('aborted')
    expect(answer.complete).toBe(false)
    await allIsGivenBack()
  },
)

interface Asked {
  request: ClientRequest
  answer: IncomingMessage
}

/** The head of an answer, of which nothing is read. */
async function asked(path: string, campaign = slug): Promise<Asked> {
  const request = get(`${server.config.publicUrl}/api/v1/console/campaigns/${campaign}/exports/${path}`, {
    headers: { cookie: `organizer=${editor.session}` },
  })
  request.on('error', () => {})
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  return { request, answer }
}

const PATIENCE_MS = 10_000

/** No connection reads for an export any more, and there are places for two. */
async function allIsGivenBack() {
  await vi.waitFor(async () => {
    const { rows } = await server.deps.db.execute(sql`
      select from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and state in ('active', 'idle in transaction')`)
    expect(rows).toEqual([])
    const giveBack = server.deps.exports.take()
    try {
      server.deps.exports.take()()
    } finally {
      giveBack()
    }
  }, PATIENCE_MS)
}
