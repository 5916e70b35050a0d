/** The yardstick: the real server and its statements, with one transaction for each request. */
import { buildApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { Batch } from '../../server/db/batch.ts'
import { inTransaction } from '../../server/db/db.ts'
import { openDeps } from '../../server/deps.ts'
import { confirmPledges } from '../../server/pledges/confirming.ts'
import { writeSignings } from '../../server/pledges/signing.ts'

/** Transactions at once: nearly the whole pool, as a server without batches would use it. */
const alone = { largest: 1, lanes: 10 }

const config = readConfig()
const deps = await openDeps({ config, databaseUrl: config.databaseUrl ?? '' })
const { db, keys } = deps
const app = await buildApp(
  {
    ...deps,
    signings: new Batch({ write: writeSignings(db, keys), ...alone }),
    confirmations: new Batch({ write: inTransaction(db, confirmPledges(keys)), ...alone }),
  },
  config,
)
await app.listen(config)
