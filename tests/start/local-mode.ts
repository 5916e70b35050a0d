import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { Environment } from '../../server/config.ts'
import { freePort } from '../estamos.ts'

export interface Run {
  process: ChildProcess
  /** All that it has said so far. */
  said(): string
  /** Waits until it says this; rejects when it ends without. */
  says(wanted: string | RegExp): Promise<void>
  /** @returns its exit code */
  ended(): Promise<number | null>
}

export interface LocalMode {
  dataDir: string
  port: number
  /** `node server/server.ts` as `npm start` runs it. */
  start(env?: Environment): Run
}

/** A data folder and a port of a test file's own, on which the real server is started as its users start it. */
export function localMode(): LocalMode {
  const local: Partial<LocalMode> = {}
  const runs: Run[] = []

  beforeAll(async () => {
    local.dataDir = await mkdtemp(join(tmpdir(), 'estamos-start-'))
    await chmod(local.dataDir, 0o755)
    local.port = await freePort()
    local.start = (env = {}) => {
      const run = startServer({ DATA_DIR: local.dataDir, PORT: String(local.port), ...env })
      runs.push(run)
      return run
    }
  })
  afterAll(async () => {
    for (const run of runs) {
      if (run.process.exitCode !== null) continue
      run.process.kill('SIGINT')
      await run.ended()
    }
    await rm(local.dataDir ?? '', { recursive: true, force: true })
  })
  return local as LocalMode
}

function startServer(env: Environment): Run {
  const child = spawn(process.execPath, ['server/server.ts'], { env: { PATH: process.env.PATH, ...env } })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const exited = once(child, 'close')
  return {
    process: child,
    said: () => said,
    ended: async () => {
      await exited
      return child.exitCode
    },
    says: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => (said.match(wanted) ? resolve() : undefined)
        child.stdout.on('data', look)
        child.stderr.on('data', look)
        void exited.then(() =>
          said.match(wanted) ? resolve() : reject(new Error(`it ended, saying: ${said}`)),
        )
        look()
      }),
  }
}
