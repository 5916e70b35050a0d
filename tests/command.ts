import { execFile } from 'node:child_process'
import { bareEnvironment } from './bare-environment.ts'
import type { Estamos } from './estamos.ts'

export interface Said {
  code: number
  /** Both what it says and what it complains of. */
  said: string
}

/** Runs a command of ours, such as `server/switch.ts`, with the settings and the database of a server. */
export async function runCommand(
  { config: { secretKey, dataDir }, databaseUrl }: Estamos,
  file: string,
  words: string[],
): Promise<Said> {
  const env = {
    ...bareEnvironment(),
    SECRET_KEY: secretKey,
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
  }
  return await new Promise((tell) => {
    execFile(process.execPath, [file, ...words], { env }, (error, out, wrong) =>
      tell({ code: Number(error?.code ?? 0), said: out + wrong }),
    )
  })
}
