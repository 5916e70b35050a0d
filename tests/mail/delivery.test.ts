import { sql } from 'drizzle-orm'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openPresence } from '../../server/db/presence.ts'
import { composeLetters } from '../../server/letters.ts'
import { deliverAll } from '../../server/mail/delivery.ts'
import { claimLetters, releaseOfTheGone } from '../../server/mail/ledger.ts'
import { MailFailure, type Mailing, type Outcome } from '../../server/mail/mail.ts'
import { anOpenCampaign, confirm, rowOf, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

/** Answers for the way out, for as long as a test runs. */
function theWay(answers: (mailing: Mailing) => Outcome[] | Promise<Outcome[]>) {
  const post = vi
    .spyOn(server.deps.mail, 'post')
    .mockImplementation(async (mailing) => await answers(mailing))
  onTestFinished(() => post.mockRestore())
  return post
}

const taken = ({ readers }: Mailing) => readers.map(() => undefined)

async function ledger() {
  const { rows } = await server.deps.db.execute<{
    state: string
    sealed: Buffer | null
    failure: string | null
    claimed_by: number | null
    in_seconds: number
  }>(sql`
    select state, sealed, failure, claimed_by, extract(epoch from due_at - now())::float as in_seconds
    from letters order by asked_at`)
  return rows
}

async function emptied(): Promise<string> {
  await server.deps.db.execute(sql`delete from letters`)
  return await anOpenCampaign(server)
}

describe('a letter', () => {
  test('waits in the ledger without an address while its pledge holds it, and is marked once it went', async () => {
    const slug = await emptied()
    await sign(server, slug, { email: 'ada@mail.example' })
    const waiting = await ledger()
    const post = theWay(taken)

    await server.work()

    expect(waiting).toMatchObject([{ state: 'queued', sealed: null }])
    expect(post).toHaveBeenCalledTimes(1)
    expect(await ledger()).toMatchObject([{ state: 'sent', sealed: null, claimed_by: null }])
    await server.work()
    expect(post).toHaveBeenCalledTimes(1)
  })

  test('to somebody who has pledged holds her address sealed, until it went', async () => {
    const slug = await emptied()
    await sign(server, slug, { email: 'ada@mail.example' })
    await confirm(server, slug, 'ada@mail.example')
    await server.deps.db.execute(sql`delete from letters`)
    await sign(server, slug, { email: 'ada@mail.example' })
    const waiting = await ledger()
    const post = theWay(taken)

    await server.work()

    expect(waiting).toMatchObject([{ state: 'queued', sealed: expect.any(Buffer) }])
    expect(post.mock.calls[0]?.[0].subject).toBe('About your signature')
    expect(await ledger()).toMatchObject([{ state: 'sent', sealed: null }])
  })

  test('goes for each act of signing, since each is confirmed by its own', async () => {
    const slug = await emptied()
    await sign(server, slug, { email: 'ada@mail.example' })
    await sign(server, slug, { email: 'ada@mail.example', campus: 'mit.edu' })
    const post = theWay(taken)

    await server.work()

    expect(post).toHaveBeenCalledTimes(2)
    expect((await ledger()).map(({ state }) => state)).toEqual(['sent', 'sent'])
  })

  test('whose pledge was confirmed and forgotten meanwhile is dropped', async () => {
    const slug = await emptied()
    await sign(server, slug, { email: 'ada@mail.example' })
    await confirm(server, slug, 'ada@mail.example')
    await server.deps.db.execute(sql`update letters set state = 'queued', due_at = now()`)
    const post = theWay(taken)

    await server.work()

    expect(post).not.toHaveBeenCalled()
    expect((await rowOf(server, slug, 'ada@mail.example'))?.state).toBe('confirmed')
  })

  test('that is refused for good is given up with the reason, and its address erased', async () => {
    const slug = await emptied()
    await sign(server, slug)
    theWay(() => [new MailFailure('refused', { status: 550, isPermanent: true })])

    await server.work()

    expect(await ledger()).toMatchObject([
      { state: 'refused', sealed: null, failure: 'The mail server refused the letter (550)' },
    ])
  })

  test('that cannot be composed waits, and holds up nobody', async () => {
    const slug = await emptied()
    await sign(server, slug, { email: 'ada@mail.example' })
    await sign(server, slug, { email: 'bob@mail.example' })
    await server.deps.db.execute(sql`
      update signings set sealed = set_byte(sealed, 40, 255 - get_byte(sealed, 40)) where ctid in (select ctid from signings order by signed_at desc limit 1)`)
    const post = theWay(taken)

    await server.work()

    expect(post).toHaveBeenCalledTimes(1)
    expect((await ledger()).map(({ state }) => state).sort()).toEqual(['queued', 'sent'])
  })
})

describe('a way out that fails', () => {
  test('gets a rest, and no letter is blamed for it', async () => {
    const slug = await emptied()
    for (const n of times(12, (n) => n)) await sign(server, slug, { email: `ada${n}@mail.example` })
    const post = theWay(({ readers }) => readers.map(() => new MailFailure('unreachable')))

    await server.work()

    expect(post).toHaveBeenCalledTimes(1)
    const rows = await ledger()
    expect(rows).toHaveLength(12)
    expect(new Set(rows.map(({ state, failure }) => `${state} ${failure}`))).toEqual(new Set(['queued null']))
  })

  test('is left alone for as long as it asks', async () => {
    const slug = await emptied()
    await sign(server, slug)
    theWay(() => [new MailFailure('too-fast', { status: 429, retryAfter: 40 })])

    await server.work()

    const [row] = await ledger()
    expect(row?.in_seconds).toBeGreaterThan(30)
    expect(row?.in_seconds).toBeLessThanOrEqual(40)
  })
})

describe('two workers', () => {
  test('never have the same letter', async () => {
    const slug = await emptied()
    for (const n of times(120, (n) => n)) await sign(server, slug, { email: `ada${n}@mail.example` })
    const sent: string[] = []
    theWay(({ readers }) => {
      sent.push(...readers.map(({ to }) => to))
      return readers.map(() => undefined)
    })
    const parts = {
      deps: server.deps,
      databaseUrl: server.databaseUrl,
      compose: composeLetters,
      report: () => {},
    }

    await Promise.all(times(4, () => deliverAll(parts)))

    expect(sent).toHaveLength(120)
    expect(new Set(sent).size).toBe(120)
  })

  test('what one had under way goes back as soon as it is gone, and not before', async () => {
    const slug = await emptied()
    await sign(server, slug)
    const { db, now } = server.deps
    const presence = await openPresence(server.databaseUrl)
    await claimLetters(db, { worker: presence.number, most: 10, now: now() })

    await releaseOfTheGone(db)
    const whileItLives = await ledger()
    await presence.close()
    await vi.waitUntil(async () => {
      await releaseOfTheGone(db)
      return (await ledger())[0]?.state === 'queued'
    }, 10_000)

    expect(whileItLives).toMatchObject([{ state: 'claimed', claimed_by: presence.number }])
    expect(await ledger()).toMatchObject([{ state: 'queued', claimed_by: null }])
  })
})
