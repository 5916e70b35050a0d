import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  liftSuppression,
  mailboxDigest,
  masked,
  nameOf,
  readerOf,
  suppress,
  suppressedOf,
  type SuppressionReason,
} from '../../server/mail/suppressions.ts'
import { checkedAddress } from '../../server/pledges/address.ts'
import { times } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

const digestOf = (address: string) => mailboxDigest(server.deps.keys, checkedAddress(address).exact)
const at = new Date('2026-11-20T12:00:00Z')

async function reasonOf(address: string): Promise<SuppressionReason | undefined> {
  const digest = digestOf(address)
  return (await suppressedOf(server.deps.db, [digest])).get(nameOf(digest))
}

describe('a mailbox that gets no mail', () => {
  test('is known by its exact address, however it was typed, and no other spelling is touched', async () => {
    await suppress(server.deps.db, { digests: [digestOf('Ada+x@mail.example')], reason: 'asked', at })

    expect(await reasonOf(' ada+X@MAIL.example')).toBe('asked')
    expect(await reasonOf('ada@mail.example')).toBeUndefined()
    await liftSuppression(server.deps.db, digestOf('ada+x@mail.example'))
    expect(await reasonOf('ada+x@mail.example')).toBeUndefined()
  })

  test.each([
    ['bounced', 'asked', 'asked'],
    ['asked', 'bounced', 'asked'],
    ['complained', 'bounced', 'complained'],
    ['asked', 'complained', 'complained'],
    ['complained', 'asked', 'complained'],
  ] as const)('for %s and then %s stays %s', async (first, second, stays) => {
    const address = `${first}-${second}@mail.example`
    for (const reason of [first, second])
      await suppress(server.deps.db, { digests: [digestOf(address)], reason, at })

    expect(await reasonOf(address)).toBe(stays)
  })

  test('may be reported many times over, in any order, by many at once', async () => {
    const digests = times(300, (n) => digestOf(`many${n % 100}@mail.example`))

    await Promise.all([
      suppress(server.deps.db, { digests, reason: 'bounced', at }),
      suppress(server.deps.db, { digests: digests.toReversed(), reason: 'complained', at }),
      suppress(server.deps.db, { digests: [], reason: 'asked', at }),
    ])

    const found = await suppressedOf(server.deps.db, digests)
    expect(found.size).toBe(100)
    expect(new Set(found.values())).toEqual(new Set(['complained']))
  })
})

test('two letters to one mailbox do not look alike, and each leads back to it', () => {
  const { keys } = server.deps
  const digest = digestOf('ada@mail.example')
  const letters = times(2, () => randomUUID()).map((id) => ({ id, mailboxDigest: masked(keys, id, digest) }))

  expect(letters[0]?.mailboxDigest).not.toEqual(letters[1]?.mailboxDigest)
  expect(letters.map((letter) => readerOf(keys, letter))).toEqual([digest, digest])
  expect(readerOf(keys, { id: randomUUID(), mailboxDigest: null })).toBeUndefined()
})
