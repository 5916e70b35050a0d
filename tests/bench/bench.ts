/** How many people can sign or confirm in a second, how long exports and contacts take, and what killing does to mail: `node tests/bench/bench.ts NAME`. */
import { availableParallelism } from 'node:os'
import { sql } from 'drizzle-orm'
import { type Asked, BenchFailed, readArguments } from './arguments.ts'
import { attackBench } from './attack.ts'
import { casesBench } from './cases.ts'
import { confirmBench } from './confirm.ts'
import { contactsBench } from './contacts.ts'
import { exportBench } from './export.ts'
import { floorBench } from './floor.ts'
import { killsBench } from './kills.ts'
import { mailBench } from './mail.ts'
import { CONNECTIONS, generate, type Measured, WARM_UP_SECONDS } from './load.ts'
import { type Comparison, compare, rateOf, type Rounds, sayRound, tableOf } from './report.ts'
import { type Servers, type Side, sides, startServers, stopServers } from './servers.ts'
import { signBench } from './sign.ts'
import { openStage, type Stage } from './stage.ts'

export interface Bench {
  /** Of the answer that acknowledges. */
  status: number
  /** Makes so many requests possible, before the clock runs. */
  prepare?: (side: Side, requests: number) => Promise<void>
  /** The next request for a server; undefined when there are no more. */
  request: (side: Side) => string | undefined
  /** Why what was acknowledged is not what the database has; undefined where it is. */
  lost: (side: Side, acknowledged: number) => Promise<string | undefined>
}

/** Requests in a second that are prepared for while no rate is known, and how many times as many as expected. */
const FIRST_GUESS = 2_000
const ROOM = 2

/** What signing has to reach. */
const AT_LEAST = { ratioToNothing: 0.6, ratioToOneByOne: 5 } as const

async function run(asked: Asked, stage: Stage): Promise<void> {
  const bench = asked.bench === 'sign' ? signBench(stage) : confirmBench(stage)
  const load = { bench, servers: await startServers(stage.settings) }
  const warm: Rounds = { nothing: [], oneByOne: [], real: [] }
  const rounds: Rounds = { nothing: [], oneByOne: [], real: [] }
  for (const side of sides) warm[side].push(await measure(load, side, WARM_UP_SECONDS, FIRST_GUESS))
  for (let round = 0; round < asked.rounds; round++) {
    for (const side of sides) {
      const rate = rateOf(rounds[side].at(-1) ?? (warm[side][0] as Measured))
      rounds[side].push(await measure(load, side, asked.seconds, rate))
    }
  }
  for (const side of ['oneByOne', 'real'] as const) {
    await verify(bench, side, [...warm[side], ...rounds[side]])
  }
  await report(asked, stage, compare(rounds))
}

interface UnderLoad {
  bench: Bench
  servers: Servers
}

async function measure(load: UnderLoad, side: Side, seconds: number, rate: number): Promise<Measured> {
  const { bench, servers } = load
  await bench.prepare?.(side, Math.ceil(rate * seconds * ROOM))
  const { port } = servers[side]
  const next = () => bench.request(side)
  const measured = await generate({ port, connections: CONNECTIONS, seconds, expected: bench.status, next })
  sayRound(side, measured)
  const [other] = measured.others
  if (other) throw new BenchFailed(`${side} answered ${other[1]} times: ${other[0]}`)
  return measured
}

async function verify(bench: Bench, side: Side, rounds: Measured[]): Promise<void> {
  const acknowledged = rounds.reduce((sum, { answers }) => sum + answers, 0)
  const lost = await bench.lost(side, acknowledged)
  if (lost) throw new BenchFailed(`Not verified: ${lost}.`)
}

async function report(asked: Asked, { deps }: Stage, comparison: Comparison): Promise<void> {
  const { rows } = await deps.db.execute<{ fsync: string; commit: string }>(sql`
    select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`)
  const { fsync, commit: synchronousCommit } = rows[0] ?? { fsync: '?', commit: '?' }
  const machine = { node: process.version, cpus: availableParallelism(), date: new Date().toISOString() }
  const said = {
    ...asked,
    connections: CONNECTIONS,
    ...comparison,
    fsync,
    synchronousCommit,
    verified: true,
    ...machine,
  }
  process.stdout.write(`${tableOf(comparison)}\n${JSON.stringify(said)}\n`)
  if (fsync !== 'on' || synchronousCommit !== 'on')
    throw new BenchFailed('Postgres did not wait for the disk.')
  if (asked.bench === 'sign') requireFastEnough(comparison)
}

function requireFastEnough(comparison: Comparison): void {
  for (const ratio of ['ratioToNothing', 'ratioToOneByOne'] as const) {
    if (comparison[ratio] >= AT_LEAST[ratio]) continue
    throw new BenchFailed(
      `Too slow: ${ratio} is ${comparison[ratio]}, and was to be ${AT_LEAST[ratio]} or more.`,
    )
  }
}

async function main(): Promise<void> {
  const asked = readArguments()
  const stage = await openStage()
  let closing: Promise<void> | undefined
  const close = () => (closing ??= stopServers().then(stage.close))
  process.once('SIGINT', () => void close().finally(() => process.exit(130)))
  try {
    if (asked.bench === 'export') await exportBench(stage)
    else if (asked.bench === 'contacts') await contactsBench(stage)
    else if (asked.bench === 'attack') await attackBench(stage)
    else if (asked.bench === 'cases') await casesBench(stage)
    else if (asked.bench === 'floor') await floorBench(stage, asked)
    else if (asked.bench === 'kills') await killsBench(stage)
    else if (asked.bench === 'mail') await mailBench(stage, asked.letters)
    else await run(asked, stage)
  } catch (error) {
    if (!closing) throw error
  } finally {
    await close()
  }
}

function fail(error: unknown): void {
  process.exitCode = 1
  if (!(error instanceof BenchFailed)) throw error
  process.stderr.write(`${error.message}\n`)
}

await main().catch(fail)
