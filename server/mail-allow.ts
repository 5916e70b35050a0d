/** `npm run mail:allow -- EMAIL`: lets mail go to an address again, whose owner asked the operator for it. */
import { readConfig } from './config.ts'
import { databaseOf } from './database.ts'
import { openDb } from './db/db.ts'
import { openKeysOf } from './keys/deployment-key.ts'
import { liftSuppression, mailboxDigest, nameOf, suppressedOf } from './mail/suppressions.ts'
import { checkedAddress } from './pledges/address.ts'
import { Refusal } from './refusal.ts'

const because = {
  asked: 'its owner had stopped it',
  bounced: 'its mail server had refused it',
  complained: 'a letter had been called spam there',
}

/** @returns what to say to the operator */
async function allow(typed: string): Promise<string> {
  const { exact } = checkedAddress(typed)
  const config = readConfig()
  const database = await databaseOf(config)
  const db = openDb({ url: database.url, connections: 1 })
  const digest = mailboxDigest((await openKeysOf(db, config)).keys, exact)
  const reason = (await suppressedOf(db, [digest])).get(nameOf(digest))
  await liftSuppression(db, digest)
  await db.$client.end()
  await database.close()
  return reason
    ? `${exact} gets mail again: ${because[reason]}.\n`
    : `Nothing stopped mail to ${exact}. Other spellings of it are addresses of their own.\n`
}

const [email, ...more] = process.argv.slice(2)
if (email === undefined || more.length > 0) {
  process.stderr.write('npm run mail:allow -- EMAIL\n')
  process.exitCode = 1
} else {
  process.stdout.write(
    await allow(email).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error
      process.exitCode = 1
      return `${error.message}\n`
    }),
  )
}
