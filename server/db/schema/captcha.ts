import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { bytea, instant } from './columns.ts'

/** Challenges that let somebody in once, until they would have expired anyway. */
export const captchaSpent = pgTable(
  'captcha_spent',
  {
    /** Of the challenge's own random number; names nobody. */
    digest: bytea('digest').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'captcha_spent_pkey', columns: [t.digest] }),
    index('captcha_spent_expiry_index').on(t.expiresAt),
  ],
)

/** How much was seen, minute by minute, of what raises the price: an address range, a source, a campaign. */
export const captchaCounts = pgTable(
  'captcha_counts',
  {
    /** HMAC; of an address range under a key of `address_keys`. */
    digest: bytea('digest').notNull(),
    minute: instant('minute').notNull(),
    seen: integer('seen').notNull(),
  },
  (t) => [
    primaryKey({ name: 'captcha_counts_pkey', columns: [t.digest, t.minute] }),
    index('captcha_counts_minute_index').on(t.minute),
    check('captcha_counts_seen_check', sql`${t.seen} > 0`),
  ],
)
