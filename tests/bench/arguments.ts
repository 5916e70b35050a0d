import { parseArgs } from 'node:util'

const BENCHES = [
  'sign',
  'confirm',
  'floor',
  'export',
  'contacts',
  'kills',
  'mail',
  'attack',
  'cases',
] as const

export interface Asked {
  bench: (typeof BENCHES)[number]
  seconds: number
  rounds: number
  /** Of the bench `mail`. */
  letters: number
}

/** A sentence for the person at the keyboard: wrong arguments, something lost, too slow. */
export class BenchFailed extends Error {}

const USAGE = `Usage: node tests/bench/bench.ts ${BENCHES.join('|')} [--seconds N] [--rounds N] [--letters N]`
const OPTIONS = {
  seconds: { type: 'string', default: '6' },
  rounds: { type: 'string', default: '3' },
  letters: { type: 'string', default: '1000000' },
} as const

/** @throws BenchFailed with the usage */
export function readArguments(): Asked {
  const { values, positionals } = parsed()
  const [named, ...more] = positionals
  const bench = BENCHES.find((one) => one === named)
  const [seconds, rounds, letters] = [Number(values.seconds), Number(values.rounds), Number(values.letters)]
  const isClear =
    more.length === 0 &&
    isNumberUpTo(seconds, 60) &&
    isNumberUpTo(rounds, 20) &&
    isNumberUpTo(letters, 10_000_000)
  if (isClear && bench) return { bench, seconds, rounds, letters }
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
