import { sql, type SQL } from 'drizzle-orm'

/**
 * What each signal weighs. None but a throw-away mailbox takes a pledge out of the count alone: many bear one name, and a
 * newsletter is a burst, too.
 */
const weights = {
  'disposable-domain': 2,
  'no-mail-exchange': 1,
  burst: 1,
  'same-name': 1,
  'random-name': 1,
} as const
const HELD_FROM = 2

export type Signal = keyof typeof weights

/** Why a pledge is held by what was noticed about it, until an organizer decides. */
export const signReasons = ['disposable-domain', 'several-signs'] as const
export type SignReason = (typeof signReasons)[number]

export function reasonIn(signals: readonly string[]): SignReason | undefined {
  if (signals.includes('disposable-domain')) return 'disposable-domain'
  const weight = signals.reduce((sum, signal) => sum + (weights[signal as Signal] ?? 0), 0)
  return weight >= HELD_FROM ? 'several-signs' : undefined
}

/** The same as a condition on `pledges pledge`. */
export function hasReason(reason: SignReason): SQL {
  const isDisposable = sql`'disposable-domain' = any (pledge.signals)`
  if (reason === 'disposable-domain') return isDisposable
  const weighed = Object.entries(weights).map(
    ([signal, weight]) => sql`case when ${signal} = any (pledge.signals) then ${weight}::int else 0 end`,
  )
  return sql`not (${isDisposable}) and (${sql.join(weighed, sql` + `)}) >= ${HELD_FROM}`
}
