import { sql } from 'drizzle-orm'
import type { Db } from './db.ts'

/** What Postgres' logs must not hold: rows of failed statements, what statements were given, and keys long after they were destroyed. */
const wanted: Record<string, { one: string[]; why: string }> = {
  log_error_verbosity: { one: ['terse'], why: 'or errors print whole rows' },
  log_parameter_max_length_on_error: { one: ['0'], why: 'or errors print what people typed' },
  log_min_error_statement: { one: ['panic', 'fatal', 'log'], why: 'or errors print their statement' },
  log_statement: { one: ['none', 'ddl'], why: 'or every statement is printed' },
  log_min_duration_statement: { one: ['-1'], why: 'or slow statements are printed' },
  wal_recycle: { one: ['off'], why: 'or keys that were destroyed stay in old files of the write-ahead log' },
}

/** @returns a sentence for each setting of the database that keeps people's data, or their keys, in its logs */
export async function tellingLogSettings(db: Db): Promise<string[]> {
  const { rows } = await db.execute<{ name: string; setting: string }>(sql`
    select name, setting from pg_settings where name in (${sql.join(
      Object.keys(wanted).map((name) => sql`${name}`),
      sql`, `,
    )})
    order by name`)
  return rows.flatMap(({ name, setting }) => {
    const { one, why } = wanted[name] ?? { one: [setting], why: '' }
    if (one.includes(setting)) return []
    return [`Postgres has ${name} = ${setting}: make it ${one[0]}, ${why}.`]
  })
}
