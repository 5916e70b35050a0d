import type { Leaderboard } from './contract.ts'
import type { Step } from './steps.ts'

export interface Rule {
  /** Nothing about fewer people is shown. */
  smallestShown: number
  /** `live`: more at once; `steps`: at once only where it is at least `smallestShown` more. */
  pace: 'live' | 'steps'
  step: Step
}

interface Figure {
  counted: number
  /** What was shown last; 0 where it was hidden. */
  before: number
}

/**
 * What is shown of a campus, or of those of none; 0 where it is hidden. Who leaves leaves with the day: until then the
 * figure stays, since the moment in which it falls, or a campus vanishes, would tell of one person. Only a fall by
 * `smallestShown` shows at once, so that fakes that were thrown out do not stand till midnight.
 */
export function shownFigure({ counted, before }: Figure, { smallestShown, pace, step }: Rule): number {
  if (step === 'day') return counted >= smallestShown ? counted : 0
  const moves = pace === 'live' || step === 'quarter'
  if (before < smallestShown) return counted >= (moves ? 1 : 2) * smallestShown ? counted : 0
  if (counted > before) return moves || counted - before >= smallestShown ? counted : before
  // How far below the threshold it is has no part in this: it would tell when it fell there.
  const floored = Math.max(counted, smallestShown)
  return before - floored >= smallestShown ? floored : before
}

type Others = NonNullable<Leaderboard['others']>

/**
 * The campuses too small to be shown, together: each of them may have any number from 1 to `smallestShown - 1` as far
 * as this tells. So the sum is rounded down, stops where a larger one would say that each has several, and is left
 * out where it would cover a single campus or say that each has one. How many campuses there are is not told: whoever
 * signs himself at one of them would see whether he is the first there (decision 0050).
 */
export function othersOf(hidden: number[], smallestShown: number): Others | undefined {
  const multiple = (people: number) => Math.floor(people / smallestShown) * smallestShown
  const most = multiple((hidden.length - 1) * (smallestShown - 1) + 1)
  const confirmed = Math.min(multiple(hidden.reduce((sum, people) => sum + people, 0)), most)
  return confirmed < hidden.length - 1 ? undefined : tellable(confirmed, smallestShown)
}

/**
 * Within a quarter of an hour nothing is counted anew: of what was said, so much is taken for each campus that came
 * out of the dark as everybody can see that it had at least.
 */
export function othersWithout(
  said: Others | undefined,
  emerged: number,
  smallestShown: number,
): Others | undefined {
  return tellable((said?.confirmed ?? 0) - emerged * smallestShown, smallestShown)
}

/** With as many campuses as so many people need at least: that follows from the sum, and tells no more. */
function tellable(confirmed: number, smallestShown: number): Others | undefined {
  if (confirmed < smallestShown) return undefined
  return { campuses: Math.ceil(confirmed / (smallestShown - 1)), confirmed }
}
