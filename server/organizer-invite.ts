/** `npm run organizer:invite -- EMAIL`: asks somebody to own an organization, and prints her link. */
import { parseArgs } from 'node:util'
import { commandRefused } from './command-refused.ts'
import { readConfig, StartRefused } from './config.ts'
import { databaseOf, prepareDatabase } from './database.ts'
import { openDeps } from './deps.ts'
import { type Invited, inviteFromCommandLine, type Wish } from './organizations/operator.ts'

const USAGE = `npm run organizer:invite -- EMAIL
npm run organizer:invite -- EMAIL --organization example-chapter
npm run organizer:invite -- EMAIL --organization example-chapter --name "Example Chapter"`

async function main(): Promise<void> {
  const wish = readArguments()
  const config = readConfig()
  const database = await databaseOf(config)
  try {
    if (config.mode === 'local') await prepareDatabase(database.url)
    const deps = await openDeps({ config, databaseUrl: database.url })
    const invited = await inviteFromCommandLine(deps, wish).finally(deps.close)
    process.stdout.write(wordsFor(invited))
  } finally {
    await database.close()
  }
}

function wordsFor({ email, organization, isNew, url }: Invited): string {
  return `${isNew ? `${organization} is made.\n` : ''}${email} is invited to own ${organization}. This link is good once, for 24 hours:

  ${url}

It is her way in: give it to nobody else. A worker mails it to her as well. A link sent before is void.
`
}

function readArguments(): Wish {
  const options = { organization: { type: 'string' }, name: { type: 'string' } } as const
  try {
    const { positionals, values } = parseArgs({ options, allowPositionals: true })
    const [email] = positionals
    if (email !== undefined && positionals.length === 1) {
      return { email, slug: values.organization, name: values.name }
    }
  } catch {
    // An option that there is not: the usage says which there are.
  }
  throw new StartRefused(USAGE)
}

await main().catch(commandRefused)
