/** `npm run keys:rotate`: seals anew, by the SECRET_KEY of now, what those in SECRET_KEYS_OLD sealed. */
import { parseArgs } from 'node:util'
import { commandRefused } from './command-refused.ts'
import { readConfig, StartRefused } from './config.ts'
import { databaseOf } from './database.ts'
import { type Deps, openDeps } from './deps.ts'
import { countAll, type Counted, type Rotation, rotateKeys } from './keys/rotating.ts'

const USAGE = 'npm run keys:rotate\nnpm run keys:rotate -- --dry-run'

async function main(): Promise<void> {
  const isDry = readArguments()
  const config = readConfig()
  const database = await databaseOf(config)
  try {
    const deps = await openDeps({ config, databaseUrl: database.url })
    await (isDry ? count(deps) : rotate(deps)).finally(deps.close)
  } finally {
    await database.close()
  }
}

async function count({ db, keys }: Deps): Promise<void> {
  say(wordsForCounts(await countAll(db, keys)))
}

async function rotate(deps: Deps): Promise<void> {
  const rotation = await rotateKeys(deps, ({ what, resealed }) => say(`${what}: ${resealed} …`))
  say(wordsFor(rotation))
  if (rotation.left.length > 0) process.exitCode = 1
}

function wordsForCounts(counted: Counted[]): string {
  return counted.map(({ what, byOthers }) => `${what}: ${byOthers} by an older key`).join('\n')
}

function wordsFor({ resealed, left, oldKeysUntil }: Rotation): string {
  const lines = resealed.map(
    ({ what, resealed, failed }) =>
      `${what}: ${resealed} sealed anew${failed > 0 ? `, ${failed} that no key opens` : ''}`,
  )
  return [...lines, '', verdict(left, oldKeysUntil)].join('\n')
}

function verdict(left: Counted[], oldKeysUntil: Date | undefined): string {
  if (left.length > 0) {
    const what = left.map(({ what, byOthers }) => `${byOthers} ${what}`).join(', ')
    return `Keep SECRET_KEYS_OLD. Older keys still hold ${what}: run this again in an hour, after every process was started with the new SECRET_KEY.`
  }
  if (!oldKeysUntil) return 'Nothing was ever sealed by another key.'
  const day = oldKeysUntil.toISOString().slice(0, 16).replace('T', ' ')
  return `Nothing is sealed by an older key any more. Links that one signed hold until ${day} UTC: keep SECRET_KEYS_OLD until then, if every process was started with the new SECRET_KEY before now. If a key has leaked, remove it at once; who has such a link asks for another.`
}

function say(words: string): void {
  process.stdout.write(`${words}\n`)
}

/** @returns whether it shall only count */
function readArguments(): boolean {
  try {
    return parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } }).values['dry-run']
  } catch {
    throw new StartRefused(USAGE)
  }
}

await main().catch(commandRefused)
