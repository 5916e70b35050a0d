import { createHistogram } from 'node:perf_hooks'
import type { Measured } from './load.ts'
import { type Program, type Side, sides } from './servers.ts'

export interface Figures {
  /** Answers in a second: the median of the rounds. */
  rate: number
  /** Milliseconds, over all rounds. */
  p50: number
  p99: number
}

export interface Comparison extends Record<Side, Figures> {
  ratioToNothing: number
  ratioToOneByOne: number
  /** Of one core, at most: near 1 the generator is what was measured. */
  generatorShare: number
}

export type Rounds = Record<Side, Measured[]>

export function compare(rounds: Rounds): Comparison {
  const [nothing, oneByOne, real] = [rounds.nothing, rounds.oneByOne, rounds.real].map(figuresOf) as [
    Figures,
    Figures,
    Figures,
  ]
  const shares = sides.flatMap((side) => rounds[side].map(({ generatorShare }) => generatorShare))
  return {
    real,
    nothing,
    oneByOne,
    ratioToNothing: rounded(real.rate / nothing.rate, 2),
    ratioToOneByOne: rounded(real.rate / oneByOne.rate, 2),
    generatorShare: rounded(Math.max(...shares), 2),
  }
}

export function figuresOf(rounds: Measured[]): Figures {
  const latency = createHistogram()
  for (const round of rounds) latency.add(round.latency)
  const ms = (share: number) => rounded(latency.percentile(share) / 1000, 1)
  return { rate: Math.round(median(rounds.map(rateOf))), p50: ms(50), p99: ms(99) }
}

export function rateOf({ answers, seconds }: Measured): number {
  return answers / seconds
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

const titles: Record<Program, string> = {
  real: 'real',
  nothing: '(a) does nothing',
  bareRow: 'a bare row',
  oneByOne: '(b) one by one',
}

export function tableOf(comparison: Comparison): string {
  const lines = [['', 'per second', 'p50 ms', 'p99 ms', 'real / it']]
  for (const side of ['real', 'nothing', 'oneByOne'] as const) {
    const { rate, p50, p99 } = comparison[side]
    lines.push([titles[side], ...[rate, p50, p99].map(String), (comparison.real.rate / rate).toFixed(2)])
  }
  return lines
    .map(([title = '', ...cells]) => title.padEnd(18) + cells.map((cell) => cell.padStart(12)).join(''))
    .join('\n')
}

/** One line as rounds go by, on the side that nobody parses. */
export function sayRound(side: Program, measured: Measured): void {
  const { generatorShare, ranOut } = measured
  const early = ranOut ? `; ended after ${measured.seconds.toFixed(1)} s, out of tokens` : ''
  const figures = `${Math.round(rateOf(measured))}/s, generator ${Math.round(generatorShare * 100)} % of a core`
  process.stderr.write(`${titles[side]}: ${figures}${early}\n`)
}
