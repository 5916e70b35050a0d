import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { StartRefused } from '../../server/config.ts'
import { prepareDatabase } from '../../server/database.ts'
import { roles } from '../../server/db/privileges.ts'
import { requireDatabase } from '../../server/db/start-check.ts'
import { testDatabase } from '../database.ts'
import { asRole } from '../estamos.ts'

const database = testDatabase()

test('each role starts with what db:roles grants, and the owner with more than it needs', async () => {
  const starts = await Promise.all(
    (['web', 'worker', 'all'] as const).map((role) => requireDatabase({ url: database.url, role })),
  )
  await requireDatabase({ url: asRole(database.url, 'web'), role: 'web' })
  await requireDatabase({ url: asRole(database.url, 'worker'), role: 'worker' })

  expect(starts.flat()).toEqual([
    expect.stringMatching(/rules over the tables, which ROLE=web does not need.+ as estamos_web or/),
    expect.stringMatching(/ROLE=worker does not need/),
    expect.stringMatching(/ROLE=all does not need.+ as a user in estamos_web and estamos_worker/),
  ])
})

test('a role that was taken on does not hide that the login behind it may leave it', async () => {
  const [sentence] = await requireDatabase({ url: asRole(database.url, 'web'), role: 'web' })

  expect(sentence).toMatch(/rules over the tables/)
})

test('a process does not start as the other role, nor as both', async () => {
  await expect(start('worker', 'web')).rejects.toThrow(
    /^The user of DATABASE_URL lacks what ROLE=web needs: .+ and \d+ more\. Run npm run db:roles as the owner/,
  )
  await expect(start('web', 'worker')).rejects.toThrow(/ROLE=worker needs: .+graphile_worker|more\. Run/)
  await expect(start('web', 'all')).rejects.toThrow(StartRefused)
})

test.each<[what: string, role: 'web' | 'worker', taken: string, given: string]>([
  [
    'update on tallies',
    'web',
    'revoke update on tallies from estamos_web',
    'grant update on tallies to estamos_web',
  ],
  [
    'select on request_counts',
    'worker',
    'revoke select (ends_at) on request_counts from estamos_worker',
    'grant select (ends_at) on request_counts to estamos_worker',
  ],
  [
    'execute on add_jobs',
    'web',
    'revoke execute on function add_jobs(json) from estamos_web',
    'grant execute on function add_jobs(json) to estamos_web',
  ],
  [
    'the tables of graphile_worker',
    'worker',
    'alter policy estamos_worker on graphile_worker._private_jobs to estamos_web',
    'alter policy estamos_worker on graphile_worker._private_jobs to estamos_worker',
  ],
])('where it lacks %s, a %s process does not start', async (what, role, taken, given) => {
  await database.db.execute(sql.raw(taken))

  await expect(start(role, role)).rejects.toThrow(`ROLE=${role} needs: ${what}. Run npm run db:roles`)
  await database.db.execute(sql.raw(given))
  await start(role, role)
})

test('migrating grants what a role lacks', async () => {
  await database.db.execute(sql`revoke update on tallies from estamos_web`)

  expect(await prepareDatabase(database.url)).toBe(true)
  await start('web', 'web')
})

test('a database that lacks a migration, or has all of them from a newer version, is left alone', async () => {
  const { rows } = await database.db.execute<{ id: number; at: string }>(
    sql`select id, created_at as at from migrations order by created_at desc limit 1`,
  )
  const { id, at } = rows[0]!
  const says = (words: RegExp) =>
    expect(requireDatabase({ url: database.url, role: 'web' })).rejects.toThrow(words)

  await database.db.execute(sql`update migrations set created_at = ${Number(at) + 1} where id = ${id}`)
  await says(/by a newer version of Estamos: start that one/)
  await expect(prepareDatabase(database.url)).rejects.toThrow(/by a newer version/)
  await database.db.execute(sql`delete from migrations where id = ${id}`)
  await says(/lacks migrations of this version: npm run db:migrate/)
  await database.db.execute(sql`delete from migrations`)
  await says(/no tables yet: npm run db:migrate/)
  await database.db.execute(sql`revoke select on migrations from estamos_web`)
  await expect(start('web', 'web')).rejects.toThrow(
    /may not even read which migrations were run: npm run db:roles/,
  )
})

async function start(as: keyof typeof roles, role: 'web' | 'worker' | 'all'): Promise<void> {
  await requireDatabase({ url: asRole(database.url, as), role })
}
