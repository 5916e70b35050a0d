import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { openCampuses } from '../../server/campuses/campus.ts'
import { loadCampusDirectory } from '../../server/campuses/directory.ts'
import { parseCampuses, readCampusesFile } from '../../server/campuses/file.ts'
import { testDatabase } from '../database.ts'

const database = testDatabase()

test('the directory holds the campuses of the world', async () => {
  const { rows } = await database.db.execute<{ campuses: number; domains: number }>(sql`
    select (select count(*)::int from campuses) as campuses, (select count(*)::int from campus_domains) as domains`)

  expect(rows[0]!.campuses).toBeGreaterThan(15_000)
  expect(rows[0]!.domains).toBeGreaterThan(15_000)
})

test('every mail domain in the file is of one campus, or of several under one system', async () => {
  const campuses = parseCampuses(await readCampusesFile())
  const domains = campuses.map((campus) => campus.domain)
  const mailDomains = campuses.flatMap((campus) => campus.mailDomains)
  const shared = campuses.flatMap(({ sharedDomains }) => sharedDomains)
  const systems = Map.groupBy(shared, ({ domain }) => domain)

  expect(new Set(domains).size).toBe(domains.length)
  expect(new Set(mailDomains).size).toBe(mailDomains.length)
  expect(mailDomains.filter((domain) => systems.has(domain))).toEqual([])
  expect([...systems.values()].filter((of) => of.length < 2)).toEqual([])
  expect([...systems.values()].filter((of) => new Set(of.map(({ system }) => system)).size > 1)).toEqual([])
  expect(systems.size).toBeGreaterThan(100)
  expect(domains.filter((domain) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain))).toEqual([])
})

test('loading what is loaded does nothing', async () => {
  const isLoaded = await loadCampusDirectory(database.db)

  expect(isLoaded).toBe(false)
})

test('a directory that changed is loaded, in seconds, and every campus keeps its id', async () => {
  const before = await ids()
  const file = await edited((text) =>
    text.replace('\tGeorgia Institute of Technology\t', '\tGeorgia Tech of Atlanta\t'),
  )
  const start = performance.now()

  const isLoaded = await loadCampusDirectory(database.db, file)

  expect(isLoaded).toBe(true)
  expect(performance.now() - start).toBeLessThan(15_000)
  expect(await ids()).toEqual(before)
  expect((await openCampuses(database.db)).byDomain('gatech.edu')?.name).toBe('Georgia Tech of Atlanta')
})

test('a campus that left the file keeps its row, and is neither recognized nor found', async () => {
  const file = await edited((text) => text.replace(/^berkeley\.edu\t.*\n/m, ''))

  await loadCampusDirectory(database.db, file)

  const campuses = await openCampuses(database.db)
  const { rows } = await database.db.execute(sql`select search from campuses where domain = 'berkeley.edu'`)
  expect(campuses.byDomain('berkeley.edu')?.name).toBe('University of California, Berkeley')
  expect(campuses.ofAddressDomain('berkeley.edu')).toBeUndefined()
  expect(rows).toEqual([{ search: '' }])
})

test('a domain that moved to another campus is recognized as that one', async () => {
  const file = await edited((text) => text.replace(/^(gatech\.edu\t)/m, '$1gtri.example '))

  await loadCampusDirectory(database.db, file)

  const campuses = await openCampuses(database.db)
  expect(campuses.ofAddressDomain('mail.gtri.example')?.campuses[0].domain).toBe('gatech.edu')
})

test('of processes that load together, one does the work and all find it done', async () => {
  const file = await edited((text) =>
    text.replace('\tStanford University\t', '\tLeland Stanford Junior University\t'),
  )

  const loaded = await Promise.all([1, 2, 3].map(() => loadCampusDirectory(database.db, file)))

  const campuses = await openCampuses(database.db)
  expect(loaded.filter(Boolean)).toHaveLength(1)
  expect(campuses.byDomain('stanford.edu')?.name).toBe('Leland Stanford Junior University')
})

test('a file of another shape is refused and changes nothing', async () => {
  const before = await ids()

  const loading = loadCampusDirectory(database.db, 'domain\tname\ngatech.edu\tSomething else\n')

  await expect(loading).rejects.toThrow('other columns')
  expect(await ids()).toEqual(before)
})

test('an open directory follows a load when it is told to', async () => {
  const campuses = await openCampuses(database.db)
  await loadCampusDirectory(
    database.db,
    await edited((text) => text.replace('\tHarvard University\t', '\tHarvard College\t')),
  )

  await campuses.reload()

  expect(campuses.byDomain('harvard.edu')?.name).toBe('Harvard College')
})

async function edited(edit: (text: string) => string): Promise<string> {
  const text = await readCampusesFile()
  const changed = edit(text)
  expect(changed).not.toBe(text)
  return changed
}

async function ids() {
  const { rows } = await database.db.execute<{ domain: string; id: number }>(
    sql`select domain, id from campuses order by domain`,
  )
  return rows
}
