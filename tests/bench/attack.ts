/** What a captcha costs: a farm that solves it natively, and somebody with a cheap phone, at each level of its price. */
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { globSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { chromium, type Page } from 'playwright-core'
import { COST, makeChallenge } from '../../server/captcha/altcha.ts'
import type { Challenge } from '../../server/captcha/contract.ts'
import { consoleGate } from '../../server/captcha/gates.ts'
import { MOST_TRIES } from '../../server/captcha/price.ts'
import { chromiumFlags, findOrInstallChromium } from '../chromium.ts'
import { BenchFailed } from './arguments.ts'
import { startServer } from './servers.ts'
import { type Stage, slugs } from './stage.ts'

/** What somebody waits for at most, at the highest price, on a cheap phone. */
const MOST_SECONDS = 5
/** How many times as long as a desktop a cheap phone takes for the same script: what Chromium's tools call a low-tier phone. */
const PHONE = 6
/** Dollars for an hour of one core, as clouds sold them in 2026 where capacity may be taken away. */
const CORE_HOUR = 0.01
const ROUNDS = 3
/** Tries of a round; the browser's worker tells of each 64th. */
const TRIES = 3_200

export async function attackBench(stage: Stage): Promise<void> {
  const { port } = await startServer('real', stage.settings)
  const challenge = await unsolvable(stage)
  const browser = await chromium.launch({
    executablePath: findOrInstallChromium(),
    args: chromiumFlags,
  })
  try {
    const page = await browser.newPage()
    await page.goto(`http://localhost:${port}/c/${slugs.real}`)
    const [native, script]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      native.push(nativeTry(challenge))
      script.push(await scriptTry(page, challenge))
    }
    report(Math.min(...native), Math.min(...script))
  } finally {
    await browser.close()
  }
}

/** As it is given out, but for a beginning that no key has: a solver never ends, so that each try is counted. */
async function unsolvable({ deps: { keys, now } }: Stage): Promise<Challenge> {
  const challenge = await makeChallenge(keys, { gate: consoleGate, most: TRIES, now: now() })
  return { ...challenge, parameters: { ...challenge.parameters, keyPrefix: 'none' } }
}

/** OpenSSL, on one core. @returns seconds */
function nativeTry({ parameters: { nonce, salt, keyLength } }: Challenge): number {
  const [start, salted] = [Buffer.from(nonce, 'hex'), Buffer.from(salt, 'hex')]
  const counter = randomBytes(4)
  const from = performance.now()
  for (let tried = 0; tried < TRIES; tried++) {
    counter.writeUInt32BE(tried)
    pbkdf2Sync(Buffer.concat([start, counter]), salted, COST, keyLength, 'sha256')
  }
  return (performance.now() - from) / 1000 / TRIES
}

/** The worker that the form starts, as it was built. @returns seconds */
async function scriptTry(page: Page, { parameters }: Challenge): Promise<number> {
  const [file] = globSync('assets/work-*.js', { cwd: 'dist/client' })
  if (!file) throw new BenchFailed('Build first: npm run build.')
  const milliseconds = await page.evaluate(
    async ({ url, parameters }) => {
      const worker = new Worker(url, { type: 'module' })
      const told = (share: number) =>
        new Promise<void>((done, failed) => {
          worker.addEventListener('message', ({ data }) => data >= share && done())
          worker.addEventListener('error', () => failed(new Error('The worker does not run.')))
        })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has no origin to name.
      worker.postMessage(parameters)
      await told(0)
      const from = performance.now()
      await told(1)
      worker.terminate()
      return performance.now() - from
    },
    { url: `/${file}`, parameters },
  )
  return milliseconds / 1000 / TRIES
}

interface Level {
  level: number
  'tries at most': number
  'this browser at most, s': number
  'cheap phone at most, s': number
  'cheap phone on average, s': number
  'native, one core, a minute': number
  'farm, $ for 1,000': number
}

function report(native: number, script: number): void {
  const levels = MOST_TRIES.map((most, level): Level => {
    const mean = most / 2
    return {
      level,
      'tries at most': most,
      'this browser at most, s': rounded(most * script),
      'cheap phone at most, s': rounded(most * script * PHONE),
      'cheap phone on average, s': rounded(mean * script * PHONE),
      'native, one core, a minute': Math.round(60 / (mean * native)),
      'farm, $ for 1,000': rounded((1000 * mean * native * CORE_HOUR) / 3600, 5),
    }
  })
  console.table(levels)
  const machine = { node: process.version, cpus: availableParallelism(), cpu: cpus()[0]?.model }
  const ratio = rounded(script / native)
  process.stdout.write(`${JSON.stringify({ levels, scriptToNative: ratio, date: new Date(), ...machine })}\n`)
  const slowest = levels.at(-1)?.['cheap phone at most, s'] ?? 0
  if (slowest > MOST_SECONDS)
    throw new BenchFailed(`Too dear: a cheap phone takes ${slowest} s, and was to take ${MOST_SECONDS}.`)
}

function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}
