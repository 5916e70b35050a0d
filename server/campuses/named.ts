import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { fold } from './fold.ts'

/** Words that some campus has for an alias, and that name none. */
const KINDS = new Set(['academy', 'college', 'institute', 'school', 'university'])

/**
 * The campus that each of these is a whole name, short name or alias of: "Georgia Tech", "universidad de sao paulo".
 * @returns domains by what was written; what names none, or more than one, is not in it
 */
export async function domainsNamed(db: Db, written: readonly string[]): Promise<Map<string, string>> {
  const folded = [...new Set(written)].map((text) => ({ text, name: fold(text).trim() }))
  const asked = folded.filter(({ name }) => name.length > 1 && !KINDS.has(name))
  if (asked.length === 0) return new Map()
  const { rows } = await db.execute<{ text: string; domain: string }>(sql`
    select asked.text, min(domain) as domain
    from json_to_recordset(${JSON.stringify(asked)}::json) as asked (text text, name text)
    join campuses on search like '%| ' || asked.name || ' |%'
    group by asked.text having count(*) = 1`)
  return new Map(rows.map(({ text, domain }) => [text, domain]))
}
