import { randomBytes } from 'node:crypto'
import { gte, lt } from 'drizzle-orm'
import { type Db, isDatabaseAway } from '../db/db.ts'
import { contactKeys } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { type Keys, type KeySet, keySetFrom, type Ring, ringOf } from '../keys.ts'
import type { SealedColumn } from './sealed-column.ts'

/** Longer than a pledge may wait for its confirmation, with a day to spare for a worker that was away. */
const LIVE_DAYS = 8
const DAY_MS = 86_400_000

/**
 * The keys under which contacts wait: one for each UTC day, random, and destroyed eight days later. Whatever is left
 * of an erased contact then, in dead rows, in the write-ahead log, in a backup, opens for nobody (decision 0046).
 */
export interface ContactKeys extends Ring {
  /** Whether those of this time are at hand. */
  areReady(now: Date): boolean
  /**
   * To be called before anything is sealed or opened; but once a day it does nothing. Tomorrow's key is read with today's,
   * so that a process whose clock is behind opens what another has sealed, and midnight does not wait for the database.
   */
  ready(now: Date): Promise<void>
}

interface DayKey {
  day: string
  keys: KeySet
}

/** @param wrapping the keys of the server, which wrap those of days */
export function openContactKeys(db: Db, wrapping: Keys): ContactKeys {
  let known: DayKey[] = []
  /** Until when the first of the ring is today's. */
  let dayEndsAt = 0
  let ring = ringOf([])
  let reading: { day: string; done: Promise<void> } | undefined

  function turnTo(day: string): void {
    dayEndsAt = Date.parse(day) + DAY_MS
    known = known.filter((one) => one.day >= daysAfter(day, -LIVE_DAYS))
    // The first seals.
    ring = ringOf([...known.filter((one) => one.day === day), ...known].map(({ keys }) => keys))
  }

  async function read(day: string): Promise<void> {
    known = await keysFrom(db, wrapping, day)
    turnTo(day)
  }

  function readOnce(day: string): Promise<void> {
    if (reading?.day !== day)
      reading = { day, done: read(day).finally(() => reading?.day === day && (reading = undefined)) }
    return reading.done
  }

  /** Without a word for the day: it is asked for every request. */
  function areReady(now: Date): boolean {
    const left = dayEndsAt - now.getTime()
    return left > 0 && left <= DAY_MS
  }

  return {
    newest: () => ring.newest(),
    named: (id) => ring.named(id),
    areReady,
    async ready(now) {
      if (areReady(now)) return
      const day = dayOf(now)
      const done = readOnce(day)
      if (!known.some((one) => one.day === day)) return await done
      turnTo(day)
      done.catch(() => {})
    },
  }
}

/** Those that live, today's and tomorrow's made where they are missing. Processes that do so at once make one. */
async function keysFrom(db: Db, wrapping: Keys, today: string): Promise<DayKey[]> {
  const fresh = [today, daysAfter(today, 1)].map((day) => ({
    day,
    key: wrapping.seal('day-key', randomBytes(32), contextOf(day)),
  }))
  await db.insert(contactKeys).values(fresh).onConflictDoNothing()
  const rows = await db
    .select()
    .from(contactKeys)
    .where(gte(contactKeys.day, daysAfter(today, -LIVE_DAYS)))
    .orderBy(contactKeys.day)
  return rows.map(({ day, key }) => ({
    day,
    keys: keySetFrom(wrapping.open('day-key', key, contextOf(day))),
  }))
}

/** The key of a day lives until the day is eight days ago. */
export async function destroyOldContactKeys({ db, now }: Pick<Deps, 'db' | 'now'>): Promise<void> {
  await db.delete(contactKeys).where(lt(contactKeys.day, daysAfter(dayOf(now()), -LIVE_DAYS)))
}

type Asked = Pick<Deps, 'contactKeys' | 'now'>

/**
 * Before a request is answered: one that needs a key and cannot have it fails by itself, and pages outlive the database.
 */
export async function readyForRequest({ contactKeys: keys, now }: Asked): Promise<void> {
  await keys.ready(now()).catch((error: unknown) => {
    if (!isDatabaseAway(error)) throw error
  })
}

/** The same as a hook, which makes no promise but where it has to wait. */
export function readyBefore(deps: Asked) {
  return (_request: unknown, _reply: unknown, done: (error?: Error) => void): void => {
    if (deps.contactKeys.areReady(deps.now())) done()
    else readyForRequest(deps).then(() => done(), done)
  }
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10)
}

function daysAfter(day: string, days: number): string {
  return dayOf(new Date(Date.parse(day) + days * DAY_MS))
}

function contextOf(day: string): Buffer {
  return Buffer.from(`contact key ${day}`)
}

export const sealedContactKeys: SealedColumn = {
  what: 'keys of days',
  table: 'contact_keys',
  column: 'key',
  key: { day: 'date' },
  also: [],
  sealedAs: ({ day }) => ({ purpose: 'day-key', context: contextOf(String(day)) }),
}
