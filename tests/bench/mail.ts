/** How quickly a million confirmations leave through SendGrid while people go on signing, and what memory that takes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { makePledge } from '../../server/pledges/pledge.ts'
import { BenchFailed } from './arguments.ts'
import { imageStart } from './image.ts'
import { generate, post } from './load.ts'
import { startServer, stopServers } from './servers.ts'
import { address } from './sign.ts'
import { type Stage, slugs } from './stage.ts'

const AT_LEAST_A_SECOND = 2_000
/** What a worker may hold more at its end than in its first fifth. */
const FLAT = 1.25
/** Signatures under way at once, while letters go. */
const SIGNERS = 4
const SAMPLE_MS = 1_000

interface Counts {
  requests: number
  letters: number
  different: number
}

/** @throws BenchFailed where letters were lost or repeated, went too slowly, or the worker's memory grew */
export async function mailBench({ deps, settings, mailDomains }: Stage, letters: number): Promise<void> {
  await queue(deps, mailDomains, letters)
  const standIn = await startStandIn()
  const mailed = {
    ...settings,
    SMTP_URL: undefined,
    SENDGRID_API_KEY: standIn.apiKey,
    SENDGRID_BASE_URL: standIn.baseUrl,
  }
  const { port } = await startServer('real', settings)
  const worker = startWorker(mailed)
  const signing = signOn(port, mailDomains, letters)
  const watched = await watch(standIn, worker, letters)
  const signed = await signing.stop()
  await drained(deps)
  const counts = await standIn.counts()
  await Promise.all([ended(worker), standIn.close(), stopServers()])
  report({ letters, signed, ...watched, counts })
}

async function queue(deps: Stage['deps'], mailDomains: string[], letters: number): Promise<void> {
  const campaign = await deps.campaigns.bySlug(slugs.real)
  const AT_ONCE = 5_000
  for (let n = 0; n < letters; n += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, letters - n) }, (_, k) => address(mailDomains, n + k))
    await Promise.all(some.map((email) => makePledge(deps, campaign, { email })))
  }
  await deps.db.execute(sql`analyze pledges`)
  await deps.db.execute(sql`analyze letters`)
  process.stderr.write(`${letters} letters wait\n`)
}

/** Signs until it is told to stop. */
function signOn(port: number, mailDomains: string[], first: number) {
  let people = first
  const stopping = new AbortController()
  const path = `/api/v1/campaigns/${slugs.oneByOne}/pledges`
  const going = (async () => {
    let answers = 0
    while (!stopping.signal.aborted) {
      const next = () => post(path, { email: address(mailDomains, people++) })
      const measured = await generate({ port, connections: SIGNERS, seconds: 2, expected: 202, next })
      const [other] = measured.others
      if (other) throw new BenchFailed(`signing answered ${other[1]} times: ${other[0]}`)
      answers += measured.answers
    }
    return answers
  })()
  return {
    stop() {
      stopping.abort()
      return going
    },
  }
}

interface Watched {
  seconds: number
  /** MiB that the worker held, at most, in the first fifth and in the last. */
  memory: { first: number; last: number }
}

async function watch(standIn: StandIn, { pid = 0 }: ChildProcess, letters: number): Promise<Watched> {
  const memory: number[] = []
  while ((await standIn.counts()).letters === 0) await setTimeout(50)
  const began = performance.now()
  for (;;) {
    const { letters: gone } = await standIn.counts()
    memory.push(memoryOf(pid))
    if (gone >= letters) break
    await setTimeout(SAMPLE_MS)
  }
  const fifth = Math.ceil(memory.length / 5)
  return {
    seconds: (performance.now() - began) / 1_000,
    memory: { first: Math.max(...memory.slice(0, fifth)), last: Math.max(...memory.slice(-fifth)) },
  }
}

function memoryOf(pid: number): number {
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  return Math.round(kilobytes / 1024)
}

interface StandIn {
  baseUrl: string
  apiKey: string
  counts(): Promise<Counts>
  close(): Promise<void>
}

/** A process of its own, so that its work is not ours. */
async function startStandIn(): Promise<StandIn> {
  const program = fileURLToPath(new URL('../sendgrid-stand-in.ts', import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const { baseUrl, apiKey } = JSON.parse(said) as Pick<StandIn, 'baseUrl' | 'apiKey'>
  return {
    baseUrl,
    apiKey,
    counts: async () => (await (await fetch(`${baseUrl}/counts`)).json()) as Counts,
    close: () => ended(child),
  }
}

/** As the image does. */
function startWorker(settings: NodeJS.ProcessEnv): ChildProcess {
  const { flags, env: ofImage } = imageStart()
  const program = fileURLToPath(new URL('../../server/server.ts', import.meta.url))
  const { NODE_OPTIONS } = process.env
  const env = { ...ofImage, ...settings, ROLE: 'worker', ...(NODE_OPTIONS && { NODE_OPTIONS }) }
  return spawn(process.execPath, [...flags, program], { env, stdio: ['ignore', 'ignore', 'inherit'] })
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

async function drained({ db }: Stage['deps']): Promise<void> {
  for (;;) {
    const { rows } = await db.execute<{ count: number }>(sql`
      select count(*)::int as count from letters where state in ('queued', 'claimed')`)
    if (rows[0]?.count === 0) return
    await setTimeout(200)
  }
}

interface Said extends Watched {
  letters: number
  signed: number
  counts: Counts
}

function report({ letters, signed, seconds, memory, counts }: Said): void {
  const rate = Math.round(letters / seconds)
  const said = {
    bench: 'mail',
    queued: letters,
    rate,
    seconds: Math.round(seconds),
    signedMeanwhile: signed,
    signedPerSecond: Math.round(signed / seconds),
    memory,
    ...counts,
    node: process.version,
    cpus: availableParallelism(),
    date: new Date().toISOString(),
  }
  process.stdout.write(`${JSON.stringify(said)}\n`)
  if (counts.letters !== letters + signed || counts.different !== counts.letters)
    throw new BenchFailed('Letters were lost, or sent twice.')
  if (rate < AT_LEAST_A_SECOND) throw new BenchFailed(`Too slow: ${rate} letters a second.`)
  if (memory.last > memory.first * FLAT) throw new BenchFailed('The worker’s memory grew.')
}
