import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { Environment } from '../../server/config.ts'
import { freePort } from '../estamos.ts'
import { type Run, startProcess } from './processes.ts'

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
      const run = startProcess('server/server.ts', {
        DATA_DIR: local.dataDir,
        PORT: String(local.port),
        ...env,
      })
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
