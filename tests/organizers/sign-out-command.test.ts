import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { anOrganizer } from '../builders.ts'
import { runCommand } from '../command.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

/** `npm run organizer:sign-out -- …` with the settings of this server. */
const run = (...words: string[]) => runCommand(server, 'server/organizer-sign-out.ts', words)

const isIn = async ({ call }: Awaited<ReturnType<typeof anOrganizer>>) =>
  (await call('GET', 'session')).statusCode === 200

test('an operator ends the sessions of one whose laptop was taken, and it is written down', async () => {
  const [hers, other] = [await anOrganizer(server), await anOrganizer(server)]

  const first = await run(` ${hers.email.toUpperCase()}`)
  const again = await run(hers.email)

  expect(first).toEqual({ code: 0, said: 'One session has ended.\n' })
  expect(again).toEqual({ code: 0, said: '0 sessions have ended.\n' })
  expect([await isIn(hers), await isIn(other)]).toEqual([false, true])
  const { rows } = await server.deps.db.execute(sql`
    select organizer_id, details from audit_log where action = 'session.end'`)
  expect(rows).toEqual([{ organizer_id: null, details: { organizer: hers.id, sessions: 1 } }])
})

test('an operator ends all sessions at once', async () => {
  const all = [await anOrganizer(server), await anOrganizer(server, { organization: 'another' })]

  const { code } = await run('--all')

  expect(code).toBe(0)
  for (const one of all) expect(await isIn(one)).toBe(false)
})

test('whoever does not sign in here, no address at all, and wrong words are said', async () => {
  expect(await run('nobody@example.org')).toEqual({
    code: 1,
    said: 'No organizer here signs in as nobody@example.org.\n',
  })
  expect(await run('nobody')).toMatchObject({ code: 1, said: expect.stringMatching(/exactly one @/) })
  for (const words of [[], ['a@example.org', '--all'], ['a@example.org', 'b@example.org'], ['--every']]) {
    expect(await run(...words)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^npm run organizer:sign-out -- EMAIL/),
    })
  }
})
