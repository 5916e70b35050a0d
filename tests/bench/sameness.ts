/**
 * How likely so much difference between groups is, if all are drawn from one: a place (Kruskal and Wallis, over all at
 * once) or a shape (Kolmogorov and Smirnov, over each pair) that differs. Each question asked is paid for (Bonferroni): the
 * smallest answer counts as many times as there were questions, so that honest equality falls below p once in 1 / p runs.
 */
export function sameness(groups: number[][]): number {
  const pairs = groups.flatMap((one, place) => groups.slice(place + 1).map((other) => [one, other] as const))
  const shape = Math.min(...pairs.map(([one, other]) => sameShape(one, other))) * pairs.length
  return Math.min(1, 2 * Math.min(samePlace(groups), shape))
}

/** Kruskal and Wallis, of five groups: the upper tail of chi-squared with four degrees of freedom. */
function samePlace(groups: number[][]): number {
  if (groups.length !== 5) throw new Error(`Five groups are compared, and not ${groups.length}.`)
  const ranks = rankSums(groups)
  const n = groups.flat().length
  const sum = groups.reduce((total, { length }, group) => total + (ranks[group] ?? 0) ** 2 / length, 0)
  const h = (12 / (n * (n + 1))) * sum - 3 * (n + 1)
  return Math.exp(-h / 2) * (1 + h / 2)
}

function rankSums(groups: number[][]): number[] {
  const all = groups.flatMap((values, group) => values.map((value) => ({ value, group })))
  all.sort((one, other) => one.value - other.value)
  const ranks = groups.map(() => 0)
  for (const [place, { group }] of all.entries()) ranks[group] = (ranks[group] ?? 0) + place + 1
  return ranks
}

function sameShape(one: number[], other: number[]): number {
  const root = Math.sqrt((one.length * other.length) / (one.length + other.length))
  const lambda = (root + 0.12 + 0.11 / root) * widestGap(one, other)
  // The sum does not settle for the smallest, which are as likely as can be.
  if (lambda < 0.3) return 1
  let tail = 0
  for (let k = 1; k <= 100; k++) tail += 2 * (-1) ** (k - 1) * Math.exp(-2 * (k * lambda) ** 2)
  return Math.min(1, tail)
}

/** Between the shares of two groups that lie below a value, over all values. */
function widestGap(one: number[], other: number[]): number {
  const steps = [
    ...one.map((value) => ({ value, by: 1 / one.length })),
    ...other.map((value) => ({ value, by: -1 / other.length })),
  ].sort((a, b) => a.value - b.value)
  let gap = 0
  let widest = 0
  for (const [place, { value, by }] of steps.entries()) {
    gap += by
    if (steps[place + 1]?.value !== value) widest = Math.max(widest, Math.abs(gap))
  }
  return widest
}
