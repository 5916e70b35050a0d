import { parseArgs } from 'node:util'

const BENCHES = ['sign', 'confirm', 'export', 'kills'] as const

export interface Asked {
  bench: (typeof BENCHES)[number]
  seconds: number
  rounds: number
}

/** A sentence for the person at the keyboard: wrong arguments, something lost, too slow. */
export class BenchFailed extends Error {}

const USAGE = `Usage: node tests/bench/bench.ts ${BENCHES.join('|')} [--seconds N] [--rounds N]`
const OPTIONS = {
  seconds: { type: 'string', default: '6' },
  rounds: { type: 'string', default: '3' },
} as const

/** @throws BenchFailed with the usage */
export function readArguments(): Asked {
  const { values, positionals } = parsed()
  const [named, ...more] = positionals
  const bench = BENCHES.find((one) => one === named)
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
  const isClear = more.length === 0 && isNumberUpTo(seconds, 60) && isNumberUpTo(rounds, 20)
  if (isClear && bench) return { bench, seconds, rounds }
  throw new BenchFailed(USAGE)
}

function parsed() {
  try {
    return parseArgs({ allowPositionals: true, options: OPTIONS })
  } catch (error) {
    throw new BenchFailed(`${(error as Error).message}\n${USAGE}`)
  }
}

function isNumberUpTo(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most
}
