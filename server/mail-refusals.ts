/** `npm run mail:refusals`: which domains refused our email in the last seven days, how often, and why. */
import { commandRefused } from './command-refused.ts'
import { readConfig } from './config.ts'
import { databaseOf } from './database.ts'
import { openDeps } from './deps.ts'
import { type RefusingDomain, refusingDomains } from './mail/refusals.ts'

async function main(): Promise<void> {
  const config = readConfig()
  const database = await databaseOf(config)
  try {
    const deps = await openDeps({ config, databaseUrl: database.url })
    const domains = await refusingDomains(deps).finally(deps.close)
    process.stdout.write(
      domains.length === 0
        ? 'No domain refused our email in the last seven days.\n'
        : domains.map(lineOf).join(''),
    )
  } finally {
    await database.close()
  }
}

function lineOf({ domain, refusals, firstAt, lastAt, verdict, reply }: RefusingDomain): string {
  const name = domain ?? 'A domain with fewer than five refused addresses'
  const what = verdict === 'refuses-us' ? 'refuses us' : 'refuses for a reason that is not clear'
  const times = refusals === 1 ? 'once' : `${refusals} times`
  return `${name} ${what}: ${times} since ${timeOf(firstAt)}, last ${timeOf(lastAt)}: ${reply}\n`
}

/** As `2026-03-05 17:20 UTC`. */
function timeOf(at: Date): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

await main().catch(commandRefused)
