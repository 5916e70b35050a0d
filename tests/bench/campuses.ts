/** How long the type-ahead takes over the whole directory: `node tests/bench/campuses.ts`. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { openCampuses } from '../../server/campuses/campus.ts'
import { loadCampusDirectory } from '../../server/campuses/directory.ts'
import { searchCampuses } from '../../server/campuses/search.ts'
import { openDb, type Db } from '../../server/db/db.ts'
import { embeddedPostgres } from '../../server/db/embedded.ts'
import { migrateDatabase } from '../../server/db/migrate.ts'

const queries = {
  short: 'GT,MIT,UCLA,UNAM,UBC,ETH,NYU,USC,UT,UM,LSE,KIT,ASU,BU,UW,OSU,TU,UC,PSU,SFSU'.split(','),
  named:
    'georgia tech,Berkeley,Harvard,ohio state,u of michigan,UT Austin,Oxford,stanford,universidad nacional autonoma,université de montréal,Universität Wien,são paulo,city college,university of california,penn state,boston,new york university,texas,community college,college of the'.split(
      ',',
    ),
  typing:
    'ge,geo,georg,georgia,georgia t,un,uni,univers,university,university o,s,st,sta,stan,b,be,ber,berk,of,de'.split(
      ',',
    ),
  domains:
    'gatech.edu,cc.gatech.edu,ada@berkeley.edu,ox.ac.uk,unam.mx,mit.edu,cs.washington.edu,example.com,gatech.edu.example.com,notgatech.edu'.split(
      ',',
    ),
  misspelled:
    'Gorgia Tech,Berkely,Standford,Havard,Massachusets Institute,Univercity of Michigan,Michagin State,Pensylvania,Collumbia Univeristy,Princton,Cornel Univrsity,Dartmoth,Vanderbuilt,Univeristy of Texas,Illinios State,Conneticut,Tennesee,Missisippi State,Cincinatti,Arizonna State,Washingon University,Carnegy Mellon,Northwetsern,Rutgurs,Pardue,Universdad Nacional,Univesity of Torronto,Cambrige,Edinburg University,Hiedelberg'.split(
      ',',
    ),
}
const ROUNDS = 5

const folder = await mkdtemp(join(tmpdir(), 'estamos-bench-'))
await chmod(folder, 0o755)
const postgres = await embeddedPostgres(folder)
const db = openDb({ url: postgres.url })
try {
  await migrateDatabase(postgres.url)
  console.log(JSON.stringify(await measure(db)))
} finally {
  await db.$client.end()
  await postgres.stop()
  await rm(folder, { recursive: true })
}

async function measure(db: Db) {
  const loading = await timed(() => loadCampusDirectory(db))
  const again = await timed(() => loadCampusDirectory(db))
  const { rows } = await db.execute<{ campuses: number }>(sql`select count(*)::int as campuses from campuses`)
  const times = await searchTimes(db)
  console.table(Object.fromEntries(Object.entries(times).map(([kind, taken]) => [kind, figures(taken)])))
  const all = figures(Object.values(times).flat())
  return { campuses: rows[0]?.campuses, loadMs: round(loading), loadAgainMs: round(again), ...all }
}

async function searchTimes(db: Db) {
  const deps = { db, campuses: await openCampuses(db) }
  const times: Record<string, number[]> = {}
  for (let at = 0; at < ROUNDS; at++) {
    for (const [kind, list] of Object.entries(queries)) {
      for (const q of list) (times[kind] ??= []).push(await timed(() => searchCampuses(deps, q)))
    }
  }
  return times
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function figures(times: number[]) {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  return { searches: times.length, medianMs: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), slowestMs: at(1) }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
