import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { onTestFinished } from 'vitest'
import { buildApp } from '../../server/app.ts'
import { openDeps } from '../../server/deps.ts'
import { openKeys } from '../../server/keys.ts'
import type { Estamos } from '../estamos.ts'

/** The same server, started with other keys. */
export async function withKeys(
  server: Estamos,
  keys: { secretKey: string; oldSecretKeys?: string[] },
): Promise<Estamos> {
  const config = { ...server.config, oldSecretKeys: [], ...keys }
  const deps = await openDeps({ config, databaseUrl: server.databaseUrl, now: server.deps.now })
  const app = await buildApp(deps, config)
  onTestFinished(async () => {
    await app.close()
    await deps.close()
  })
  return { ...server, app, deps, config }
}

export function aSecret(word: string): string {
  return createHash('sha256').update(word).digest('base64')
}

/** Columns, of all that there are, in which something begins as what this key has sealed: bytes, or base64 within JSON. */
export async function placesSealedBy({ deps: { db } }: Estamos, secretKey: string): Promise<string[]> {
  const { idFor } = openKeys({ secretKey, oldSecretKeys: [], deploymentKey: Buffer.alloc(0) })
  const begins = Buffer.concat([Buffer.of(1), idFor('organizer')])
  const { rows: columns } = await db.execute<{ table: string; column: string; type: string }>(sql`
    select table_schema || '.' || table_name as table, column_name as column, data_type as type
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_type = 'BASE TABLE' and table_schema in ('public', 'graphile_worker')
      and data_type in ('bytea', 'json', 'jsonb')`)
  const places: string[] = []
  for (const { table, column, type } of columns) {
    const [schema = '', name = ''] = table.split('.')
    const value = sql`${sql.identifier(schema)}.${sql.identifier(name)}.${sql.identifier(column)}`
    const holds =
      type === 'bytea'
        ? sql`substring(${value} from 1 for 5) = ${begins}`
        : // Five bytes and a bit: what follows decides the last of these signs.
          sql`${value}::text like ${`%"${begins.toString('base64').slice(0, 6)}%`}`
    const { rows } = await db.execute(
      sql`select 1 from ${sql.identifier(schema)}.${sql.identifier(name)} where ${holds} limit 1`,
    )
    if (rows.length > 0) places.push(`${name}.${column}`)
  }
  return places.toSorted()
}
