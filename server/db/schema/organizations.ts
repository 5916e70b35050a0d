import { pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { identity } from './columns.ts'

export const organizations = pgTable(
  'organizations',
  {
    id: identity(),
    slug: text('slug').notNull(),
    name: text('name').notNull(),
    url: text('url'),
  },
  (t) => [
    primaryKey({ name: 'organizations_pkey', columns: [t.id] }),
    unique('organizations_slug_key').on(t.slug),
  ],
)
