/** `npm run organizer:sign-out -- EMAIL` or `-- --all`: ends sessions that may be in the wrong hands. */
import { parseArgs } from 'node:util'
import { commandRefused } from './command-refused.ts'
import { readConfig, StartRefused } from './config.ts'
import { databaseOf } from './database.ts'
import { openDeps } from './deps.ts'
import { signOutFromCommandLine } from './organizers/signing-out.ts'

const USAGE = `npm run organizer:sign-out -- EMAIL   on all of her devices
npm run organizer:sign-out -- --all   every organizer here`

async function main(): Promise<void> {
  const email = readArguments()
  const config = readConfig()
  const database = await databaseOf(config)
  try {
    const deps = await openDeps({ config, databaseUrl: database.url })
    const sessions = await signOutFromCommandLine(deps, email).finally(deps.close)
    process.stdout.write(`${sessions === 1 ? 'One session has' : `${sessions} sessions have`} ended.\n`)
  } finally {
    await database.close()
  }
}

/** @returns undefined for everybody */
function readArguments(): string | undefined {
  const options = { all: { type: 'boolean' } } as const
  try {
    const { positionals, values } = parseArgs({ options, allowPositionals: true })
    if (positionals.length === (values.all ? 0 : 1)) return positionals[0]
  } catch {
    // An option that there is not: the usage says which there are.
  }
  throw new StartRefused(USAGE)
}

await main().catch(commandRefused)
