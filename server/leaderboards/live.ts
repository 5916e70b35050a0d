import { type Db, isDatabaseAway } from '../db/db.ts'
import type { Listener } from '../db/listen.ts'
import { type Published, publishLeaderboard, readPublished } from './publishing.ts'
import { stepBetween } from './steps.ts'

export type Watcher = (published: Published) => void

export interface Leaderboards {
  /** What is public now. */
  of(campaignId: number): Promise<Published>
  /** The same, without asking for it where nobody has yet. */
  known(campaignId: number): Published | undefined
  /** Calls back with every leaderboard published from now on. @returns what ends the watch */
  watch(campaignId: number, watcher: Watcher): () => void
  close(): Promise<void>
}

interface Followed {
  published?: Published
  /** The first look, shared by all who ask before it is back. */
  first?: Promise<Published>
  watchers: Set<Watcher>
  /** What is to be done at the next tick: tallies have changed, or another process has published. */
  due: { publish: boolean; reread: boolean }
  /** The work of a tick, or the pause after it. */
  tick?: Promise<void> | NodeJS.Timeout
}

/** Four times a second at most. */
const TICK_MS = 250

/** How often it is seen whether a step has begun, and leaderboards are looked after while no notifications come in. */
const LOOK_MS = 1_000

interface Opening {
  db: Db
  listener: Listener
  now: () => Date
}

/**
 * Follows the leaderboards that this process was asked for. The truth is in Postgres: a change of tallies, wherever it
 * was made, is heard as a notification, published once, and passed on to all who watch here.
 */
export function openLeaderboards({ db, listener, now }: Opening): Leaderboards {
  const followed = new Map<number, Followed>()
  let isClosed = false

  function follow(campaignId: number): Followed {
    const one = followed.get(campaignId) ?? { watchers: new Set(), due: { publish: false, reread: false } }
    followed.set(campaignId, one)
    return one
  }

  function show(one: Followed, published: Published): void {
    const last = one.published?.leaderboard.version ?? 0
    if (published.leaderboard.version <= last) return
    one.published = published
    for (const watcher of one.watchers) watcher(published)
  }

  function stir(campaignId: number, what: keyof Followed['due']): void {
    const one = followed.get(campaignId)
    if (!one) return
    one.due[what] = true
    if (!one.tick) tick(campaignId, one)
  }

  /** Does what is due, then rests before it looks again. */
  function tick(campaignId: number, one: Followed): void {
    if (isClosed || !(one.due.publish || one.due.reread)) return void (one.tick = undefined)
    one.tick = newest(campaignId, one).finally(() => {
      one.tick = setTimeout(() => tick(campaignId, one), TICK_MS)
      one.tick.unref()
    })
  }

  async function newest(campaignId: number, one: Followed): Promise<void> {
    const { publish } = one.due
    one.due = { publish: false, reread: false }
    try {
      const published = publish
        ? await publishLeaderboard(db, campaignId, now())
        : await readPublished(db, campaignId)
      if (published) show(one, published)
    } catch (error) {
      // The database is away: all is published anew when the listener is connected again.
      if (isDatabaseAway(error)) one.due.publish = true
      // A draft that was deleted.
      else if (one.watchers.size === 0) followed.delete(campaignId)
    }
  }

  /** A herd of first requests makes one transaction. */
  function firstLook(campaignId: number, one: Followed): Promise<Published> {
    one.first ??= publishLeaderboard(db, campaignId, now()).finally(() => (one.first = undefined))
    return one.first
  }

  const stirAll = () => [...followed.keys()].forEach((campaignId) => stir(campaignId, 'publish'))
  listener.on('tallies', (payload) => stir(Number(payload), 'publish'))
  listener.on('leaderboard', (payload) => {
    const [campaignId = 0, version = 0] = payload.split(' ').map(Number)
    const known = followed.get(campaignId)?.published?.leaderboard.version ?? 0
    if (version > known) stir(campaignId, 'reread')
  })
  listener.on('campaigns', stirAll)
  listener.onConnected(stirAll)
  let looked = now()
  // What moves in steps moves by the clock: waiting for the next signature would tell of it.
  const look = setInterval(() => {
    const hasStepped = stepBetween(looked, now()) !== 'none'
    looked = now()
    if (hasStepped || !listener.isConnected()) stirAll()
  }, LOOK_MS)
  look.unref()

  return {
    async of(campaignId) {
      const one = follow(campaignId)
      if (!one.published) show(one, await firstLook(campaignId, one))
      return one.published as Published
    },
    known: (campaignId) => followed.get(campaignId)?.published,
    watch(campaignId, watcher) {
      const { watchers } = follow(campaignId)
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    async close() {
      isClosed = true
      clearInterval(look)
      await Promise.all(
        [...followed.values()].map(({ tick: last }) => (last instanceof Promise ? last : clearTimeout(last))),
      )
    },
  }
}
