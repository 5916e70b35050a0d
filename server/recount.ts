/** `npm run recount`: proves that tallies equal the pledges they stand for, says any difference, then mends it. */
import { readConfig } from './config.ts'
import { databaseOf } from './database.ts'
import { openDb } from './db/db.ts'
import { recountTallies } from './leaderboards/recount.ts'

const database = await databaseOf(readConfig())
const db = openDb({ url: database.url, connections: 1 })
const differences = await recountTallies(db, { mends: true })
for (const { campaign_id, campus_id, tally, counted } of differences) {
  process.stdout.write(
    `campaign ${campaign_id}, campus ${campus_id}: the tally said ${tally}, there are ${counted}\n`,
  )
}
process.stdout.write(differences.length === 0 ? 'All tallies equal their pledges.\n' : 'Mended.\n')
await db.$client.end()
await database.close()
