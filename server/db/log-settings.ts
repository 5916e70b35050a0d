import { sql } from 'drizzle-orm'
import type { Db } from './db.ts'

/** What Postgres' own log must not hold: rows of failed statements, and what statements were given. */
const wanted: Record<string, { one: string[]; why: string }> = {
  log_error_verbosity: { one: ['terse'], why: 'or errors print whole rows' },
  log_parameter_max_length_on_error: { one: ['0'], why: 'or errors print what people typed' },
  log_min_error_statement: { one: ['panic', 'fatal', 'log'], why: 'or errors print their statement' },
  log_statement: { one: ['none', 'ddl'], why: 'or every statement is printed' },
  log_min_duration_statement: { one: ['-1'], why: 'or slow statements are printed' },
}

/** @returns a sentence for each setting of the database that lets people's data into its log */
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
