import { expect, test } from 'vitest'
import { mailboxDigest, suppress, suppressedOf } from '../../server/mail/suppressions.ts'
import { runCommand } from '../command.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

/** `npm run mail:allow -- …` with the settings of this server. */
const run = (...words: string[]) => runCommand(server, 'server/mail-allow.ts', words)

test('an operator lets mail go again to whoever asked for it and has no link any more', async () => {
  const { db, keys, now } = server.deps
  const digest = mailboxDigest(keys, 'ada@mail.example')
  await suppress(db, { digests: [digest], reason: 'asked', at: now() })

  const [other, first, again] = [
    await run('ada+x@mail.example'),
    await run(' Ada@MAIL.example'),
    await run('ada@mail.example'),
  ]

  expect(other.said).toContain('Nothing stopped mail to ada+x@mail.example.')
  expect(first).toEqual({ code: 0, said: 'ada@mail.example gets mail again: its owner had stopped it.\n' })
  expect(again.said).toContain('Nothing stopped mail to ada@mail.example.')
  expect((await suppressedOf(db, [digest])).size).toBe(0)
})

test('what is no address, and what is none at all, is said', async () => {
  expect(await run()).toEqual({ code: 1, said: 'npm run mail:allow -- EMAIL\n' })
  expect(await run('ada@')).toEqual({ code: 1, said: 'The part after the @ is not a domain.\n' })
})
