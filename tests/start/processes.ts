import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { bareEnvironment } from '../bare-environment.ts'
import type { Environment } from '../../server/config.ts'

export interface Run {
  process: ChildProcess
  /** All that it has said so far. */
  said(): string
  /** Waits until it says this; rejects when it ends without. */
  says(wanted: string | RegExp): Promise<void>
  /** @returns its exit code */
  ended(): Promise<number | null>
}

/** One of ours, with nothing in its environment but these settings. */
export function startProcess(command: string | string[], env: Environment): Run {
  const child = spawn(process.execPath, [command].flat(), { env: { ...bareEnvironment(), ...env } })
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
