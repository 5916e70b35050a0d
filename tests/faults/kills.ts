import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { SMTPServer } from 'smtp-server'
import type { Environment } from '../../server/config.ts'
import type { Deps } from '../../server/deps.ts'

export interface Arrival {
  to: string
  messageId: string
}

/** A real mail server that keeps of each letter whom it is to and its Message-ID, for counting thousands. */
export interface CountingInbox {
  /** For `SMTP_URL`. */
  url: string
  arrivals: Arrival[]
  /** @returns false if fewer have come after so many milliseconds without any */
  holds(letters: number, patience?: number): Promise<boolean>
  close(): Promise<void>
}

export async function countingInbox(): Promise<CountingInbox> {
  const arrivals: Arrival[] = []
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    async onData(stream, { envelope }, done) {
      const chunks = await stream.toArray().catch(() => undefined)
      if (!chunks) return done(new Error('cut off'))
      const [, messageId = ''] = /^message-id: *(\S+)/im.exec(Buffer.concat(chunks).toString()) ?? []
      for (const { address } of envelope.rcptTo) arrivals.push({ to: address, messageId })
      done()
    },
  })
  // A worker that is killed leaves its lines behind broken.
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}?tls=none`,
    arrivals,
    async holds(letters, patience = 30_000) {
      for (let seen = -1, last = performance.now(); arrivals.length < letters; await setTimeout(5)) {
        if (arrivals.length !== seen) last = performance.now()
        seen = arrivals.length
        if (performance.now() - last > patience) return false
      }
      return true
    },
    close: () => new Promise((closed) => server.close(closed)),
  }
}

interface Killing {
  /** Of the worker. */
  env: Environment
  deps: Deps
  inbox: CountingInbox
  letters: number
  kills: number
}

/** Sends what waits, with a worker that is killed again and again in the middle of it. @returns how often it was */
export async function sendUnderKills({ env, deps, inbox, letters, kills }: Killing): Promise<number> {
  let killed = 0
  for (; killed < kills; killed++) {
    const worker = startWorkerProcess(env)
    const isSending = await inbox.holds(Math.ceil((letters * (killed + 1)) / (kills + 1)))
    await end(worker, 'SIGKILL')
    if (!isSending) throw new Error(`the worker sends nothing after ${killed} kills`)
  }
  const worker = startWorkerProcess(env)
  while ((await waiting(deps)) > 0) await setTimeout(50)
  await end(worker, 'SIGTERM')
  return killed
}

function startWorkerProcess(env: Environment): ChildProcess {
  const program = fileURLToPath(new URL('../../server/server.ts', import.meta.url))
  return spawn(process.execPath, [program], {
    env: { ...env, ROLE: 'worker' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

async function end(worker: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const exit = once(worker, 'exit')
  worker.kill(signal)
  await exit
}

async function waiting({ db }: Deps): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`
    select count(*)::int as count from letters where state in ('queued', 'claimed')`)
  return rows[0]?.count ?? 0
}
