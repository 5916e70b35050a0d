import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { type Db, type Tx, transaction } from '../db/db.ts'
import { parseCampuses, readCampusesFile, type CampusRow } from './file.ts'
import { searchText } from './search-text.ts'

/** Raise it when the same file makes other rows, so that every directory is loaded again. */
const FORM = 2

/** Any number, as long as every process takes the same. */
const DIRECTORY_LOCK = 7_305_214

/**
 * Brings `campuses` to what data/campuses.tsv says, where it is not there yet. Ids stay what they are; a campus that
 * is no longer in the file keeps its row, which pledges and posters may name, but is neither found nor recognized.
 * @returns whether anything was loaded.
 */
export async function loadCampusDirectory(db: Db, text?: string): Promise<boolean> {
  const file = text ?? (await readCampusesFile())
  const contentHash = createHash('sha256').update(`${FORM}\n${file}`).digest('hex')
  if (await isLoaded(db, contentHash)) return false
  return transaction(db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${DIRECTORY_LOCK})`)
    if (await isLoaded(tx, contentHash)) return false
    await load(tx, parseCampuses(file))
    await remember(tx, contentHash)
    return true
  })
}

async function isLoaded(db: Db | Tx, contentHash: string): Promise<boolean> {
  const { rowCount } = await db.execute(sql`select from campus_directory where content_hash = ${contentHash}`)
  return rowCount === 1
}

async function load(tx: Tx, rows: CampusRow[]): Promise<void> {
  await putCampuses(tx, rows)
  await hideVanished(tx, rows)
  await putDomains(tx, rows)
  // Without its statistics, the first searches after a bulk load would read the whole table.
  await tx.execute(sql`analyze campuses`)
  await tx.execute(sql`select pg_notify('campuses', '')`)
}

const putCampuses = (tx: Tx, rows: CampusRow[]) =>
  tx.execute(sql`
    insert into campuses (domain, name, short_name, aliases, city, region, country, lat, lon, students, search)
    select domain, name, "shortName", aliases, city, region, country, lat, lon, students, search
    from json_to_recordset(${json(rows.map((row) => ({ ...row, search: searchText(row) })))}::json) as file(
      domain text, name text, "shortName" text, aliases text[], city text, region text, country text,
      lat double precision, lon double precision, students integer, search text)
    on conflict (domain) do update set
      name = excluded.name, short_name = excluded.short_name, aliases = excluded.aliases, city = excluded.city,
      region = excluded.region, country = excluded.country, lat = excluded.lat, lon = excluded.lon,
      students = excluded.students, search = excluded.search
    where (campuses.name, campuses.short_name, campuses.aliases, campuses.city, campuses.region,
           campuses.country, campuses.lat, campuses.lon, campuses.students, campuses.search)
      is distinct from
          (excluded.name, excluded.short_name, excluded.aliases, excluded.city, excluded.region,
           excluded.country, excluded.lat, excluded.lon, excluded.students, excluded.search)`)

const hideVanished = (tx: Tx, rows: CampusRow[]) =>
  tx.execute(sql`
    update campuses set search = ''
    where search <> '' and domain not in (
      select value from json_array_elements_text(${json(rows.map((row) => row.domain))}::json))`)

async function putDomains(tx: Tx, rows: CampusRow[]): Promise<void> {
  const domains = rows.flatMap((row) => [
    ...row.mailDomains.map((mail) => ({ mail, campus: row.domain })),
    ...row.sharedDomains.map(({ domain, system }) => ({ mail: domain, campus: row.domain, system })),
  ])
  await tx.execute(sql`delete from campus_domains`)
  await tx.execute(sql`
    insert into campus_domains (domain, campus_id, system)
    select file.mail, campuses.id, file.system
    from json_to_recordset(${json(domains)}::json) as file(mail text, campus text, system text)
    join campuses on campuses.domain = file.campus`)
}

const remember = (tx: Tx, contentHash: string) =>
  tx.execute(sql`
    insert into campus_directory (id, content_hash, loaded_at) values (1, ${contentHash}, now())
    on conflict (id) do update set content_hash = excluded.content_hash, loaded_at = excluded.loaded_at`)

const json = (value: unknown) => JSON.stringify(value)
