import { sql } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'

/** An answer to a question of a campaign. */
interface Given {
  question: number
  option: number
}

/**
 * Counts answers, in the order of their keys. Nothing links them to the pledges they came with, so nothing takes them
 * back. A question that was deleted meanwhile is left out.
 */
export async function countAnswers(tx: Tx, answers: Given[]): Promise<void> {
  if (answers.length === 0) return
  await tx.execute(sql`
    with asked as materialized (
      select id from campaign_questions where id = any (${idsOf(answers)}::int[]) order by id for key share)
    insert into answer_tallies as counted (question_id, option, confirmed)
    select question, option, count(*)
    from json_to_recordset(${JSON.stringify(answers)}::json) as answer (question int, option int)
      join asked on asked.id = answer.question
    group by 1, 2 order by 1, 2
    on conflict (question_id, option) do update set confirmed = counted.confirmed + excluded.confirmed`)
}

function idsOf(answers: Given[]): string {
  return `{${[...new Set(answers.map(({ question }) => question))].join(',')}}`
}
