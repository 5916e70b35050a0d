import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reading } from './reader.ts'
import { type Environment, secrets } from './settings.ts'

export interface ServerKeys {
  /** Seals and signs. */
  secretKey: string
  /** Open and verify what they once sealed and signed. */
  oldSecretKeys: string[]
}

export function readServerKeys(reading: Reading, dataDir: string): ServerKeys {
  const { env, isLocal, wrong } = reading
  if (isLocal && !env.SECRET_KEY && !env.SECRET_KEY_FILE)
    return { secretKey: madeOnce(dataDir, wrong), oldSecretKeys: oldKeys(env, wrong) }
  const secretKey = isGiven(env) ? (env.SECRET_KEY ?? '') : reading.read.required('SECRET_KEY')
  if (secretKey) wrong.push(...faultsOf(secretKey), ...placesOf(secretKey, env))
  return { secretKey, oldSecretKeys: oldKeys(env, wrong) }
}

/** Of a file that is missing or empty something was said already. */
function isGiven(env: Environment): boolean {
  return Boolean(env.SECRET_KEY || env.SECRET_KEY_FILE)
}

/** What people leave as they found it, or type because they were asked for something. */
const SAMPLE = /change.?(me|it|this)|example|sample|secret|password|passwort|default|insert|your.?key/i
const SHORTEST = 32

function faultsOf(secretKey: string): string[] {
  const make = 'openssl rand -base64 32'
  if (/[\s,]/.test(secretKey)) return [`SECRET_KEY must have no spaces and no commas: ${make}`]
  if (SAMPLE.test(secretKey)) return [`SECRET_KEY looks like a sample: ${make}`]
  if (secretKey.length >= SHORTEST && looksRandom(secretKey)) return []
  return [`SECRET_KEY must be at least ${SHORTEST} random characters: ${make}`]
}

/** Few signs, pieces that come again, or signs in the order of the alphabet are a person's work. */
function looksRandom(text: string): boolean {
  const steps = Array.from(text.slice(1), (sign, place) => sign.charCodeAt(0) - text.charCodeAt(place))
  const pieces = new Set(Array.from({ length: text.length - 2 }, (_, place) => text.slice(place, place + 3)))
  const inOrder = steps.filter((step) => Math.abs(step) <= 1).length
  return new Set(text).size >= 10 && pieces.size >= (text.length - 2) * 0.8 && inOrder < steps.length / 2
}

/** Whoever holds the other one, as a database's host or a mail provider does, would hold this. */
function placesOf(secretKey: string, env: Environment): string[] {
  return secrets
    .filter((name) => name !== 'SECRET_KEY' && name !== 'SECRET_KEYS_OLD')
    .filter((name) => decoded(env[name] ?? '').includes(secretKey))
    .map((name) => `SECRET_KEY stands in ${name} too: make one that is used for nothing else.`)
}

/** A password in an address is written with percent signs. */
function decoded(value: string): string {
  return value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}

function oldKeys(env: Environment, wrong: string[]): string[] {
  const old = (env.SECRET_KEYS_OLD ?? '').split(/[\s,]+/).filter(Boolean)
  if (env.SECRET_KEY && old.includes(env.SECRET_KEY))
    wrong.push('SECRET_KEY stands in SECRET_KEYS_OLD too: the new one must be another.')
  return [...new Set(old)]
}

/** Local mode's own secret, kept beside its database: one is worth nothing without the other. */
function madeOnce(dataDir: string, wrong: string[]): string {
  const file = join(dataDir, 'secret-key')
  try {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') wrong.push(`${dataDir} cannot be written to (${code}): choose another DATA_DIR.`)
  }
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return ''
  }
}
