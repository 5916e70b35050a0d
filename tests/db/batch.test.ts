import { setImmediate } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { Batch } from '../../server/db/batch.ts'
import { inTransaction } from '../../server/db/db.ts'
import { Refusal } from '../../server/refusal.ts'
import { times } from '../builders.ts'
import { testDatabase } from '../database.ts'

const database = testDatabase()
let transactions: number[][]

beforeAll(async () => {
  await database.db.execute(sql`create table numbers (n int primary key, check (n >= 0))`)
})
beforeEach(async () => {
  transactions = []
  await database.db.execute(sql`truncate numbers cascade`)
})

test('what arrives together shares a transaction, and each gets its own answer', async () => {
  const batch = aBatch({})

  const answers = await Promise.all(times(100, (n) => batch.add(n)))

  expect(answers).toEqual(times(100, (n) => `number ${n}`))
  expect(transactions).toHaveLength(1)
  expect(await written()).toHaveLength(100)
})

test('an answer comes only after the commit', async () => {
  const batch = aBatch({})

  const seen = await Promise.all(
    times(50, async (n) => {
      await batch.add(n)
      const { rows } = await database.db.execute(sql`select n from numbers where n = ${n}`)
      return rows.length
    }),
  )

  expect(seen).toEqual(times(50, () => 1))
})

test('a commit that fails is no answer', async () => {
  await database.db.execute(sql`
    create table late (n int references numbers (n) deferrable initially deferred)`)
  const batch = new Batch<number, string>({
    write: inTransaction(database.db, async (tx, rows: number[]) => {
      for (const n of rows) await tx.execute(sql`insert into late values (${n})`)
      return rows.map(() => 'written')
    }),
  })

  const answer = await batch.add(1).catch((error: unknown) => error)

  expect(answer).toBeInstanceOf(Error)
})

test('a row that fails is tried alone and fails only itself', async () => {
  const batch = aBatch({})

  const answers = await Promise.allSettled([1, 2, -3, 4, -5, 6].map((n) => batch.add(n)))

  expect(answers.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  expect(await written()).toEqual([1, 2, 4, 6])
  expect(transactions).toEqual([[1, 2, -3, 4, -5, 6], [1], [2], [-3], [4], [-5], [6]])
})

test('a row that is refused is refused alone, and the others are written with it', async () => {
  const batch = aBatch({ refuses: 2 })

  const answers = await Promise.allSettled([1, 2, 3].map((n) => batch.add(n)))

  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(answers[1]).toMatchObject({ reason: { code: 'name-too-long', status: 422 } })
  expect(transactions).toHaveLength(1)
})

test('past its room it is busy: a 503 that says when to try again, and nothing of it is written', async () => {
  const batch = aBatch({ largest: 5, lanes: 1, waitingRoom: 10 })

  const answers = await Promise.allSettled(times(25, (n) => batch.add(n)))

  const refused = answers.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(15)
  for (const one of refused)
    expect(one).toMatchObject({ reason: { code: 'busy', status: 503, retryAfter: 5 } })
  expect(await written()).toEqual(times(10, (n) => n))
})

test('after a rush there is room again', async () => {
  const batch = aBatch({ largest: 5, lanes: 1, waitingRoom: 10 })
  await Promise.allSettled(times(25, (n) => batch.add(n)))

  const answer = await batch.add(100)

  expect(answer).toBe('number 100')
})

test('no transaction is larger than it may be, and no more are under way than there are lanes', async () => {
  let [underWay, most] = [0, 0]
  const batch = new Batch<number, number>({
    largest: 10,
    lanes: 2,
    write: inTransaction(database.db, async (tx, rows: number[]) => {
      underWay += 1
      most = Math.max(most, underWay)
      transactions.push(rows)
      await tx.execute(sql`select pg_sleep(0.01)`)
      underWay -= 1
      return rows
    }),
  })

  const answers = await Promise.all(times(95, (n) => batch.add(n)))

  expect(answers).toEqual(times(95, (n) => n))
  expect(most).toBe(2)
  expect(Math.max(...transactions.map((rows) => rows.length))).toBe(10)
})

describe('beside another transaction', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => vi.useRealTimers())

  test('few rows wait for it, and then share the next', async () => {
    const { batch, commit } = await underWay()
    const few = times(31, (n) => batch.add(n))
    await turnsOfTheLoop()
    const before = sizes()

    commit.resolve()
    await Promise.all(few)

    expect([before, sizes()]).toEqual([[1], [1, 31]])
  })

  test('as many as make it worth its cost set off', async () => {
    const { batch, commit } = await underWay()

    await Promise.all(times(32, (n) => batch.add(n)))

    expect(sizes()).toEqual([1, 32])
    commit.resolve()
  })

  test('that takes its time, whatever waits sets off', async () => {
    const { batch, commit } = await underWay()
    const few = times(3, (n) => batch.add(n))

    vi.advanceTimersByTime(50)
    await Promise.all(few)

    expect(sizes()).toEqual([1, 3])
    commit.resolve()
  })
})

test('when the database is away the rows are not tried one by one', async () => {
  const batch = new Batch<number, string>({
    write: inTransaction(database.db, async (tx, rows: number[]) => {
      transactions.push(rows)
      await tx.execute(sql`select pg_terminate_backend(pg_backend_pid())`)
      return rows.map(() => 'never')
    }),
  })

  const answers = await Promise.allSettled([1, 2, 3].map((n) => batch.add(n)))

  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(transactions).toEqual([[1, 2, 3]])
})

interface Limits {
  largest?: number
  lanes?: number
  waitingRoom?: number
  refuses?: number
}

function aBatch({ refuses, ...limits }: Limits): Batch<number, string> {
  return new Batch({
    ...limits,
    write: inTransaction(database.db, async (tx, rows: number[]) => {
      transactions.push(rows)
      await tx.execute(
        sql`insert into numbers select value::int from json_array_elements_text(${JSON.stringify(rows)}::json)`,
      )
      return rows.map((n) => (n === refuses ? new Refusal('name-too-long', 'Too long.') : `number ${n}`))
    }),
  })
}

/** A batch whose first transaction, of one row, does not commit before it is told to. */
async function underWay() {
  const commit = Promise.withResolvers<void>()
  const batch = new Batch<number, number>({
    async write(rows) {
      transactions.push(rows)
      if (transactions.length === 1) await commit.promise
      return rows
    },
  })
  void batch.add(0)
  await turnsOfTheLoop()
  return { batch, commit }
}

function sizes(): number[] {
  return transactions.map((rows) => rows.length)
}

async function turnsOfTheLoop(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate()
}

async function written(): Promise<number[]> {
  const { rows } = await database.db.execute<{ n: number }>(sql`select n from numbers order by n`)
  return rows.map(({ n }) => n)
}
