import type { KeyObject } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import { openDigestKey } from '../../server/campaigns/digest-key.ts'
import { checkedAddress } from '../../server/pledges/address.ts'
import { pledgeKey } from '../../server/pledges/mailbox.ts'
import { forgetSigners } from '../../server/retention.ts'
import { anOpenCampaign, anOrganizer, campaignId, confirm, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { reached } from './reached.ts'

const server = estamos({ env: () => ({ RETENTION_DAYS: '30' }) })

afterEach(() => delete server.clock.now)

/** Whoever he holds for possible: those who signed, and as many who did not. */
const signers = times(20, (n) => `Signer.${n}@gatech.edu`)
const others = times(20, (n) => `other-${n}@gatech.edu`)

test('B7: after the retention no address can be tested, by whoever holds server key, database and an old backup without keys', async () => {
  const slug = await anOpenCampaign(server)
  await anOpenCampaign(server)
  await Promise.all(signers.map((email) => sign(server, slug, { email })))
  await Promise.all(signers.map((email) => confirm(server, slug, email)))
  const id = await campaignId(server, slug)
  const [old] = await keysHeld(id)
  await server.deps.db.execute(sql`create schema backup`)
  await server.deps.db.execute(sql`create table backup.pledges as table pledges`)
  const before = await testAll(id, [old!], 'public')

  await (await anOrganizer(server)).call('POST', `campaigns/${slug}/closure`)
  server.clock.now = new Date(Date.now() + 31 * 24 * 3_600_000)
  await forgetSigners(server.deps, () => {})
  const held = await keysHeld()
  const after = {
    'the live tables, by every key still held': await testAll(id, held, 'public'),
    'the live tables, by the key as it was': await testAll(id, [old!], 'public'),
    'an old backup without keys, by every key still held': await testAll(id, held, 'backup'),
  }
  const withItsKey = await testAll(id, [old!], 'backup')

  expect(before).toEqual(new Set(signers))
  expect(held.length).toBeGreaterThan(0)
  for (const [where, found] of Object.entries(after)) expect([where, found]).toEqual([where, new Set()])
  expect(withItsKey).toEqual(new Set(signers))
  reached(
    'B7',
    `${signers.length + others.length} addresses tested: ${before.size} signers found before the end of retention, none after, ` +
      `nor in an old backup without keys; a backup that kept its key still tells all ${withItsKey.size}`,
  )
})

/** Digest keys that SECRET_KEY unwraps, of one campaign or of all. */
async function keysHeld(id?: number): Promise<KeyObject[]> {
  const { rows } = await server.deps.db.execute<{ slug: string; digest_key: Buffer }>(sql`
    select slug, digest_key from campaign_keys join campaigns on id = campaign_id
    where ${id ?? null}::int is null or id = ${id ?? null}`)
  return rows.map(({ slug, digest_key }) => openDigestKey(server.deps.keys, slug, digest_key))
}

/** Whose digests, by one of these keys, stand in any column of bytes. */
async function testAll(id: number, keys: KeyObject[], schema: 'public' | 'backup'): Promise<Set<string>> {
  const all = await allBytes(schema)
  const isHere = (email: string) =>
    keys.some((digestKey) => {
      const { emailDigest, addressDigest } = pledgeKey({ id, digestKey }, checkedAddress(email))
      return [emailDigest, addressDigest].some((digest) => all.has(digest.toString('hex')))
    })
  return new Set([...signers, ...others].filter(isHere))
}

async function allBytes(schema: string): Promise<Set<string>> {
  const { rows: columns } = await server.deps.db.execute<{ table: string; column: string }>(sql`
    select table_name as table, column_name as column from information_schema.columns
    where table_schema = ${schema} and data_type = 'bytea'`)
  const all = new Set<string>()
  for (const { table, column } of columns) {
    const { rows } = await server.deps.db.execute<{ hex: string }>(
      sql`select distinct encode(${sql.identifier(column)}, 'hex') as hex from ${sql.identifier(schema)}.${sql.identifier(table)}`,
    )
    for (const { hex } of rows) all.add(hex)
  }
  return all
}
