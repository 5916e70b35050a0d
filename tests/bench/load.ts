import { connect } from 'node:net'
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

export interface Load {
  port: number
  connections: number
  seconds: number
  /** The only status that counts as an answer. */
  expected: number
  /** The next request as it goes over the wire; undefined when there are no more. */
  next: () => string | undefined
}

export interface Measured {
  answers: number
  seconds: number
  /** Microseconds. */
  latency: RecordableHistogram
  /** What came back with another status, and how often. */
  others: Map<string, number>
  ranOut: boolean
  /** Of one core, taken by the generator itself. */
  generatorShare: number
}

export const CONNECTIONS = 64
/** In less, the compiler of a server that does much is not done with it. */
export const WARM_UP_SECONDS = 6

const HOST = '127.0.0.1'
const STUCK_MS = 20_000

/**
 * Keeps connections busy, one request at a time on each. Written on sockets, since a generator that parses every
 * header takes so much of a core that a quick server waits for it.
 */
export async function generate(load: Load): Promise<Measured> {
  const measured: Measured = {
    ...nothingYet(),
    latency: createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 }),
  }
  const start = performance.now()
  const cpu = process.cpuUsage()
  const until = start + load.seconds * 1000
  await Promise.all(Array.from({ length: load.connections }, () => converse(load, measured, until)))
  measured.seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  measured.generatorShare = (user + system) / 1e6 / measured.seconds
  return measured
}

function nothingYet(): Omit<Measured, 'latency'> {
  return { answers: 0, seconds: 0, others: new Map(), ranOut: false, generatorShare: 0 }
}

/** One connection: asks, waits for the whole answer, asks again until the time is over. */
function converse(load: Load, measured: Measured, until: number): Promise<void> {
  const socket = connect({ host: HOST, port: load.port, noDelay: true }).setEncoding('latin1')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let askedAt = 0
  let answer = ''
  const ask = () => {
    askedAt = performance.now()
    const request = askedAt < until ? load.next() : undefined
    if (request === undefined) {
      measured.ranOut ||= askedAt < until
      resolve()
      return socket.destroy()
    }
    return socket.write(request, 'latin1')
  }
  socket.on('connect', ask)
  socket.on('data', (chunk: string) => {
    answer += chunk
    if (!isWhole(answer)) return
    note(measured, load.expected, answer, performance.now() - askedAt)
    answer = ''
    ask()
  })
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('the server hung up')))
  socket.setTimeout(STUCK_MS, () => reject(new Error(`no answer within ${STUCK_MS} ms`)))
  return promise
}

/** Every answer of these servers says how long it is; read as latin1, a letter is a byte. */
function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf('\r\n\r\n')
  if (headEnd < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1]
  return answer.length >= headEnd + 4 + Number(length ?? 0)
}

function note(measured: Measured, expected: number, answer: string, ms: number): void {
  if (answer.startsWith(`HTTP/1.1 ${expected} `)) {
    measured.answers += 1
    measured.latency.record(Math.max(1, Math.round(ms * 1000)))
    return
  }
  const said = `${answer.slice(9, 12)} ${answer.slice(answer.indexOf('\r\n\r\n') + 4)}`
  measured.others.set(said, (measured.others.get(said) ?? 0) + 1)
}

let asked = 0

/** Each request as if from another person: through a proxy, from an address of its own. */
export function post(path: string, body: object): string {
  const json = JSON.stringify(body)
  const n = asked++
  const ip = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`
  const head = `POST ${path} HTTP/1.1\r\nhost: bench.example\r\ncontent-type: application/json\r\naccept: application/json`
  return `${head}\r\nx-forwarded-for: ${ip}\r\ncontent-length: ${json.length}\r\n\r\n${json}`
}
