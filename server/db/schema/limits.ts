import { sql } from 'drizzle-orm'
import { check, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { bytea, instant } from './columns.ts'

/**
 * How often was asked, in the window of time that is under way, by whoever asks much. Unlogged (by its migration): it
 * stands in no write-ahead log and so in no replica and no archive, and is empty after a crash.
 */
export const requestCounts = pgTable(
  'request_counts',
  {
    /** A kind of request, with a campaign or the name of an address prefix under a key of `address_keys`. */
    name: text('name').notNull(),
    endsAt: instant('ends_at').notNull(),
    times: integer('times').notNull(),
  },
  (t) => [
    primaryKey({ name: 'request_counts_pkey', columns: [t.name, t.endsAt] }),
    check('request_counts_times_check', sql`${t.times} > 0`),
  ],
)

/** Random keys, each for an hour, under which addresses are counted: once one is deleted, nobody can tell whose they were. */
export const addressKeys = pgTable(
  'address_keys',
  {
    hour: instant('hour').notNull(),
    key: bytea('key').notNull(),
  },
  (t) => [
    primaryKey({ name: 'address_keys_pkey', columns: [t.hour] }),
    check('address_keys_length_check', sql`octet_length(${t.key}) = 32`),
  ],
)
