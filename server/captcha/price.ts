/**
 * The price of a challenge: how many tries solve it at most. It rises with what was seen in the last minutes, so that a
 * flood becomes dear and a crowd is not refused, and ends where a cheap phone
 * takes five seconds (`npm run bench -- attack`).
 */

/** By level. A try is `COST` iterations. */
export const MOST_TRIES = [400, 800, 1_600, 3_200] as const
export const HIGHEST_LEVEL = MOST_TRIES.length - 1

/** Minutes that are looked back on. */
export const PRICE_MINUTES = 10

/** What was seen of each in that time. */
export interface Seen {
  /** Challenges that an address range asked for. */
  address: number
  /** Proofs that were taken, by source and in the campaign: nobody raises others' price for nothing. */
  source: number
  campaign: number
}

/** So much is free; twice as much costs twice, and so on. A dormitory of 3,000 that signs in an hour asks 500 times in ten minutes. */
const FREE: Seen = { address: 200, source: 500, campaign: 2_000 }

/** @param floor the lowest level, as organizers or operators set it */
export function levelOf(seen: Seen, floor = 0): number {
  const weights = (['address', 'source', 'campaign'] as const).map((what) => seen[what] / FREE[what])
  const level = Math.ceil(Math.log2(Math.max(1, ...weights)))
  return Math.min(HIGHEST_LEVEL, Math.max(level, floor))
}

export function mostTries(level: number): number {
  return MOST_TRIES[level] ?? Math.max(...MOST_TRIES)
}
