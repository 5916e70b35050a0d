import { expect, test } from 'vitest'
import { domainDigest, mailboxDigest, suppress, suppressedOf } from '../../server/mail/suppressions.ts'
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
  const [none, both, other] = [
    await run(),
    await run('ada@mail.example', '--domain', 'x.example'),
    await run('--x'),
  ]

  for (const { code, said } of [none, both, other]) {
    expect(code).toBe(1)
    expect(said).toContain('npm run mail:allow -- EMAIL')
  }
  expect(await run('--domain', 'x y')).toEqual({ code: 1, said: 'x y is not a domain.\n' })
  expect(await run('ada@')).toEqual({ code: 1, said: 'The part after the @ is not a domain.\n' })
})

test('an operator lets mail go again to all addresses of a domain that a server refused, and to no other', async () => {
  const { db, keys, now } = server.deps
  const addresses = [
    ['ada@gatech.edu', 'bounced', 'gatech.edu'],
    ['bob@cc.gatech.edu', 'bounced', 'gatech.edu'],
    ['cyd@gatech.edu', 'asked', 'gatech.edu'],
    ['dan@gatech.edu', 'complained', 'gatech.edu'],
    ['eve@mit.edu', 'bounced', 'mit.edu'],
  ] as const
  for (const [address, reason, domain] of addresses)
    await suppress(db, {
      digests: [mailboxDigest(keys, address)],
      domains: [domainDigest(keys, domain)],
      reason,
      at: now(),
    })

  const [all, again] = [await run('--domain', '@GATECH.edu'), await run('--domain', 'gatech.edu')]

  expect(all.code).toBe(0)
  expect(all.said).toContain('At gatech.edu and its sub-domains, 2 addresses get mail again.')
  expect(again.said).toContain('0 addresses get mail again.')
  const left = await suppressedOf(
    db,
    addresses.map(([address]) => mailboxDigest(keys, address)),
  )
  expect([...left.values()].sort()).toEqual(['asked', 'bounced', 'complained'])
})
