import type { App } from '../app.ts'

/** Of which limit, and at which route as it is registered: never whom it refused, nor what was asked for. */
export interface Hit {
  route: string
  limit: string
}

const TOLD_EVERY_MS = 60_000

/**
 * Tells the log what was refused by limits, a line a minute for each route and limit however often it was: an attack
 * fills no disk.
 * @returns what notes a hit
 */
export function tellOfHits(app: App): (hit: Hit) => void {
  const counts = new Map<string, Hit & { count: number }>()
  const tell = () => {
    for (const told of counts.values()) app.log.error(told)
    counts.clear()
  }
  const timer = setInterval(tell, TOLD_EVERY_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    tell()
  })
  return (hit) => {
    const name = `${hit.limit} ${hit.route}`
    counts.set(name, { ...hit, count: (counts.get(name)?.count ?? 0) + 1 })
  }
}
