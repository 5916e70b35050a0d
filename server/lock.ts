import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { StartRefused } from './config.ts'

export interface Lock {
  /** True where the last process in this folder ended without tidying up. */
  wasStale: boolean
  release(): void
}

/**
 * Keeps a second server out of a data folder.
 * @throws StartRefused where one is running, or the folder cannot be written to
 */
export function lockFolder(folder: string): Lock {
  const file = join(folder, 'lock')
  const holder = holderOf(file)
  if (holder && isServer(holder)) {
    throw new StartRefused(
      `Estamos is running in ${folder} already (process ${holder}): stop it, or set DATA_DIR.`,
    )
  }
  write(file)
  return { wasStale: holder !== undefined, release: () => rmSync(file, { force: true }) }
}

function holderOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined
  } catch {
    return undefined
  }
}

/** A process id is given anew one day: what runs under it now must be a server of ours to count. */
function isServer(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return /server\.ts/.test(execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function write(file: string): void {
  try {
    writeFileSync(file, String(process.pid))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new StartRefused(`${file} cannot be written to (${code}): make its folder yours, or set DATA_DIR.`)
  }
}
