import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { prepareDatabase } from '../server/database.ts'
import { type Db, openDb } from '../server/db/db.ts'
import { embeddedPostgres } from '../server/db/embedded.ts'
import { grantRoles } from '../server/db/roles.ts'
import type { TestDatabase } from './database.ts'

/** A whole Postgres of a test file's own, for looking into its files: as local mode has it. */
export interface TestCluster extends TestDatabase {
  /** Its data directory, with its log, `server.log`. */
  folder: string
}

/** Call at the top of a test file. A second or two slower than `testDatabase`. */
export function testCluster(): TestCluster {
  const cluster: Partial<TestCluster> = {}
  const closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'estamos-cluster-'))
    closing.push(() => rm(folder, { recursive: true, force: true }))
    // As root, Postgres runs as another user, who must get in.
    await chmod(folder, 0o755)
    const { url, stop } = await embeddedPostgres(folder)
    closing.unshift(stop)
    await prepareDatabase(url)
    const db: Db = openDb({ url })
    closing.unshift(() => db.$client.end())
    await grantRoles(db)
    Object.assign(cluster, { url, db, folder: join(folder, 'postgres') })
  })
  afterAll(async () => {
    for (const close of closing) await close()
  })
  return cluster as TestCluster
}
