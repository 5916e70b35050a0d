import type { Db } from '../db/db.ts'
import type { Listener } from '../db/listen.ts'
import { type Published, publishLeaderboard, readPublished } from './publishing.ts'

export type Watcher = (published: Published) => void

export interface Leaderboards {
  /** What is public now. */
  of(campaignId: number): Promise<Published>
  /** Calls back with every leaderboard published from now on. @returns what ends the watch */
  watch(campaignId: number, watcher: Watcher): () => void
  close(): Promise<void>
}

interface Followed {
  published?: Published
  /** The first look, shared by all who ask before it is back. */
  first?: Promise<Published>
  watchers: Set<Watcher>
  publishing?: Promise<void>
  /** Tallies changed since the publishing under way began. */
  isDirty: boolean
  timer?: NodeJS.Timeout
}

/** Four times a second at most. */
const TICK_MS = 250

/** How often leaderboards are looked after while no notifications come in. */
const UNHEARD_MS = 1_000

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
    const one = followed.get(campaignId) ?? { watchers: new Set(), isDirty: false }
    followed.set(campaignId, one)
    return one
  }

  function show(one: Followed, published: Published): void {
    const last = one.published?.leaderboard.version ?? 0
    if (published.leaderboard.version <= last) return
    one.published = published
    for (const watcher of one.watchers) watcher(published)
  }

  function stir(campaignId: number): void {
    const one = followed.get(campaignId)
    if (!one || isClosed) return
    one.isDirty = true
    if (one.publishing || one.timer) return
    one.publishing = publish(campaignId, one).finally(() => {
      one.publishing = undefined
      one.timer = setTimeout(() => {
        one.timer = undefined
        if (one.isDirty) stir(campaignId)
      }, TICK_MS)
      one.timer.unref()
    })
  }

  async function publish(campaignId: number, one: Followed): Promise<void> {
    one.isDirty = false
    try {
      show(one, await publishLeaderboard(db, campaignId, now()))
    } catch {
      // The database is away: all is published anew when the listener is connected again.
      one.isDirty = true
    }
  }

  /** A herd of first requests makes one transaction. */
  function firstLook(campaignId: number, one: Followed): Promise<Published> {
    one.first ??= publishLeaderboard(db, campaignId, now()).finally(() => (one.first = undefined))
    return one.first
  }

  async function reread(campaignId: number): Promise<void> {
    const one = followed.get(campaignId)
    const published = one && (await readPublished(db, campaignId).catch(() => undefined))
    if (published) show(one, published)
  }

  const stirAll = () => [...followed.keys()].forEach(stir)
  listener.on('tallies', (payload) => stir(Number(payload)))
  listener.on('leaderboard', (payload) => void reread(Number(payload)))
  listener.on('campaigns', stirAll)
  listener.onConnected(stirAll)
  const unheard = setInterval(() => !listener.isConnected() && stirAll(), UNHEARD_MS)
  unheard.unref()

  return {
    async of(campaignId) {
      const one = follow(campaignId)
      if (!one.published) show(one, await firstLook(campaignId, one))
      return one.published as Published
    },
    watch(campaignId, watcher) {
      const { watchers } = follow(campaignId)
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    async close() {
      isClosed = true
      clearInterval(unheard)
      for (const { timer } of followed.values()) clearTimeout(timer)
      await Promise.all([...followed.values()].map(({ publishing }) => publishing))
    },
  }
}
