import { sql } from 'drizzle-orm'
import {
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { instant, identity } from './columns.ts'

export const campuses = pgTable(
  'campuses',
  {
    id: identity(),
    /** Its public name in URLs: "gatech.edu". */
    domain: text('domain').notNull(),
    name: text('name').notNull(),
    shortName: text('short_name'),
    aliases: text('aliases').array().notNull().default([]),
    city: text('city'),
    region: text('region'),
    /** ISO 3166-1 alpha-2, where known. */
    country: text('country'),
    lat: doublePrecision('lat'),
    lon: doublePrecision('lon'),
    students: integer('students'),
    /** Names, aliases, initials and domain, folded to plain lower-case letters: what the type-ahead looks through. */
    search: text('search').notNull(),
  },
  (t) => [
    primaryKey({ name: 'campuses_pkey', columns: [t.id] }),
    unique('campuses_domain_key').on(t.domain),
    index('campuses_search_index').using('gin', t.search.op('gin_trgm_ops')),
  ],
)

/** Whose the addresses at a mail domain are: one campus's, or those of each campus that shares it. */
export const campusDomains = pgTable(
  'campus_domains',
  {
    domain: text('domain').notNull(),
    campusId: integer('campus_id').notNull(),
    /** What the campuses that share the domain are together: "University of Maine". Null where it is one campus's. */
    system: text('system'),
  },
  (t) => [
    primaryKey({ name: 'campus_domains_pkey', columns: [t.domain, t.campusId] }),
    uniqueIndex('campus_domains_one_campus_key')
      .on(t.domain)
      .where(sql`${t.system} is null`),
    foreignKey({
      name: 'campus_domains_campus_fkey',
      columns: [t.campusId],
      foreignColumns: [campuses.id],
    }).onDelete('cascade'),
    index('campus_domains_campus_index').on(t.campusId),
  ],
)

export const campusDirectory = pgTable(
  'campus_directory',
  {
    /** Always 1: there is one directory. */
    id: integer('id').notNull(),
    contentHash: text('content_hash').notNull(),
    loadedAt: instant('loaded_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'campus_directory_pkey', columns: [t.id] }),
    check('campus_directory_one_check', sql`${t.id} = 1`),
  ],
)
