/** `npm run mail:allow -- EMAIL` or `-- --domain DOMAIN`: lets mail go again to an address, or to those that a server refused. */
import { parseArgs } from 'node:util'
import { commandRefused } from './command-refused.ts'
import { readConfig, StartRefused } from './config.ts'
import { databaseOf } from './database.ts'
import { type Db, openDb } from './db/db.ts'
import type { Keys } from './keys.ts'
import { openKeysOf } from './keys/deployment-key.ts'
import { liftBouncesOf, liftSuppression, mailboxDigest, nameOf, suppressedOf } from './mail/suppressions.ts'
import { asciiDomain, checkedAddress, registrableDomain } from './pledges/address.ts'
import { Refusal } from './refusal.ts'

const USAGE = `npm run mail:allow -- EMAIL             whatever stopped mail to it
npm run mail:allow -- --domain DOMAIN   for all of its addresses that a mail server refused`

const because = {
  asked: 'its owner had stopped it',
  bounced: 'its mail server had refused it',
  complained: 'a letter had been called spam there',
}

type Wish = { exact: string } | { domain: string }

async function main(): Promise<void> {
  const wish = readArguments()
  const config = readConfig()
  const database = await databaseOf(config)
  const db = openDb({ url: database.url, connections: 1 })
  try {
    const { keys } = await openKeysOf(db, config)
    process.stdout.write(
      await ('exact' in wish ? allow(db, keys, wish.exact) : allowAll(db, keys, wish.domain)),
    )
  } finally {
    await db.$client.end()
    await database.close()
  }
}

function readArguments(): Wish {
  try {
    const options = { domain: { type: 'string' } } as const
    const { positionals, values } = parseArgs({ options, allowPositionals: true })
    const [email] = positionals
    if (values.domain !== undefined && positionals.length === 0) return { domain: domainIn(values.domain) }
    if (email !== undefined && positionals.length === 1 && values.domain === undefined)
      return { exact: checkedAddress(email).exact }
  } catch (error) {
    if (error instanceof Refusal) throw error
    // An option that there is not: the usage says which there are.
  }
  throw new StartRefused(USAGE)
}

function domainIn(typed: string): string {
  const domain = asciiDomain(typed.trim().replace(/^@/, ''))
  if (!domain) throw new Refusal('invalid-request', `${typed} is not a domain.`)
  return registrableDomain(domain)
}

/** @returns what to say to the operator */
async function allow(db: Db, keys: Keys, exact: string): Promise<string> {
  const digest = mailboxDigest(keys, exact)
  const reason = (await suppressedOf(db, [digest])).get(nameOf(digest))
  await liftSuppression(db, digest)
  return reason
    ? `${exact} gets mail again: ${because[reason]}.\n`
    : `Nothing stopped mail to ${exact}. Other spellings of it are addresses of their own.\n`
}

async function allowAll(db: Db, keys: Keys, domain: string): Promise<string> {
  const addresses = await liftBouncesOf(db, keys, domain)
  const who = addresses === 1 ? '1 address gets' : `${addresses} addresses get`
  return `At ${domain} and its sub-domains, ${who} mail again. What owners stopped themselves stays stopped.\n`
}

await main().catch(commandRefused)
