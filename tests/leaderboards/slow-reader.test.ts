import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { leaderboards } from '../../server/db/schema.ts'
import { anOpenCampaign, campaignId, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { listening } from './watching.ts'

const server = estamos()

test(
  'who reads too slowly is given the newest, not all that went by, and holds up nobody',
  { timeout: 90_000 },
  async () => {
    const slug = await anOpenCampaign(server, { smallestShown: 2 })
    const id = await campaignId(server, slug)
    const url = await listening(server)
    await server.deps.db.execute(sql`
    insert into tallies (campaign_id, campus_id, confirmed) select ${id}, id, 2 from campuses order by id limit 10000`)
    await server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)
    const first = await version(id)
    const slow = await reader(url, slug)
    slow.pause()

    for (const n of times(16, (one) => one + 3)) {
      const before = await version(id)
      await server.deps.db.execute(
        sql`update tallies set confirmed = ${n} where campaign_id = ${id} and campus_id = 1`,
      )
      await server.deps.db.execute(sql`select pg_notify('tallies', ${String(id)})`)
      await expect.poll(() => version(id), { timeout: 20_000, interval: 50 }).toBeGreaterThan(before)
    }
    const newest = await version(id)
    const seen: number[] = []
    let text = ''
    slow.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      seen.push(...[...text.matchAll(/\nid: (\d+)\n/g)].map(([, found]) => Number(found)))
      text = text.slice(text.lastIndexOf('\n'))
    })
    slow.resume()

    await expect.poll(() => seen.at(-1), { timeout: 10_000 }).toBe(newest)
    expect(newest - first).toBeGreaterThanOrEqual(16)
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
    expect(seen.length).toBeLessThan(newest - first)
    slow.destroy()
  },
)

/** Read from the table: the whole leaderboard, asked for again and again, would be the load itself. */
async function version(campaign: number): Promise<number> {
  const [row] = await server.deps.db
    .select({ version: leaderboards.version })
    .from(leaderboards)
    .where(eq(leaderboards.campaignId, campaign))
  return row?.version ?? 0
}

async function reader(url: string, slug: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(`GET /api/v1/campaigns/${slug}/live HTTP/1.1\r\nhost: x\r\n\r\n`)
  await once(socket, 'readable')
  return socket
}
