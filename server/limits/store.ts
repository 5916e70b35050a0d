import type { RequestCounts, Seen } from './counts.ts'

type Answer = (error: null, seen: { current: number; ttl: number }) => void

/** All counting is ours; `@fastify/rate-limit` asks for a store by its class. */
export function storeOf(counts: RequestCounts) {
  return class Store {
    incr(name: string, answer: Answer, windowMs: number, most: number) {
      answer(null, told(counts.add(name, { ms: windowMs, most })))
    }

    read(name: string, answer: Answer, windowMs: number) {
      answer(null, told(counts.seen(name, { ms: windowMs })))
    }

    child(): Store {
      return this
    }
  }
}

function told({ times, msLeft }: Seen) {
  return { current: times, ttl: msLeft }
}
