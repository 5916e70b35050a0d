/** How long exports of a million pledges take, and how much memory the server needs for them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { sql } from 'drizzle-orm'
import { organizerOf } from '../../server/organizers/organizer.ts'
import { startSession } from '../../server/organizers/sessions.ts'
import { BenchFailed } from './arguments.ts'
import { startServer } from './servers.ts'
import { type Stage, slugs } from './stage.ts'

const PLEDGES = 1_000_000
/** Inserted by one statement, within its time limit. */
const AT_ONCE = 50_000

/** What an export of a million pledges may take. */
const AT_MOST = { seconds: 20, mebibytes: 200 } as const

const files = [
  'totals/csv?by=campus',
  'totals/xlsx?by=day',
  'totals/json?by=source',
  'exact-totals/csv?by=organization',
  'pledges/csv',
  'pledges/xlsx',
]

interface Figures {
  file: string
  seconds: number
  /** Of the body. */
  megabytes: number
  rows: number
  /** Of the server's process: the MiB that it held at most while it made the file, all in all. */
  peak: number
}

export async function exportBench(stage: Stage): Promise<void> {
  await insertPledges(stage)
  const { port, pid } = await startServer('real', stage.settings)
  const session = await anEditor(stage)
  process.stderr.write(`the server waits, with ${peakMemory(pid)} MiB\n`)
  const measured: Figures[] = []
  for (const file of files) {
    forgetPeak(pid)
    measured.push({ file, ...(await take({ port, session, file })), peak: peakMemory(pid) })
  }
  report(measured)
}

/** As a national drive might have them: many campuses and sources, few of them large. */
async function insertPledges({ deps }: Stage): Promise<void> {
  for (let from = 0; from < PLEDGES; from += AT_ONCE) {
    await deps.db.execute(sql`
      with known as (select array_agg(id order by md5(domain)) as ids from campuses)
      insert into pledges (campaign_id, email_digest, address_digest, domain_digest, state, campus_id, campus_proven,
        lists_name, wants_updates, text_version, locale, source, signed_at, confirmed_at)
      select campaigns.id, digest, digest, digest, 'confirmed',
        case when random() < 0.9 then ids[1 + floor(2000 * power(random(), 3))::int] end, true, false, false,
        case when random() < 0.8 then 1 else 2 end, case when random() < 0.85 then 'en' else 'es' end,
        case when random() < 0.7 then 'source-' || floor(300 * power(random(), 3))::int end,
        day, day
      from generate_series(${from}::int, ${from + AT_ONCE - 1}::int) as person
      cross join known join campaigns on slug = ${slugs.real}
      cross join lateral (select sha256(convert_to(person::text, 'utf8')) as digest,
        '2026-09-01T00:00Z'::timestamptz + floor(90 * power(random(), 2) + person * 0)::int * interval '1 day' as day) as made`)
  }
  await deps.db.execute(sql`analyze pledges`)
}

async function anEditor({ deps: { db, keys, now } }: Stage): Promise<string> {
  const id = await organizerOf(db, keys, { email: 'editor@bench.example' }, now())
  await db.execute(sql`
    insert into memberships (organization_id, organizer_id, role, since, owner_since)
    select id, ${id}, 'editor', now(), null from organizations where slug = 'bench'`)
  return (await startSession(db, { organizerId: id, way: 'passkey', device: 'bench', now: now() })).token
}

interface Taking {
  port: number
  session: string
  file: string
}

async function take({ port, session, file }: Taking): Promise<Omit<Figures, 'file' | 'peak'>> {
  const from = performance.now()
  const answer = await fetch(
    `http://127.0.0.1:${port}/api/v1/console/campaigns/${slugs.real}/exports/${file}`,
    {
      headers: { cookie: `__Host-organizer=${session}` },
    },
  )
  if (!answer.ok || !answer.body) throw new BenchFailed(`${file}: ${answer.status} ${await answer.text()}`)
  let bytes = 0
  for await (const piece of answer.body) bytes += piece.length
  return {
    seconds: rounded((performance.now() - from) / 1000),
    megabytes: rounded(bytes / 1_000_000),
    rows: Number(answer.headers.get('x-estamos-rows')),
  }
}

/** Linux keeps it: the most memory that a process had in hand since it was last made to forget. */
function peakMemory(pid: number): number {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kilobytes) / 1024)
}

function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

function report(measured: Figures[]): void {
  const machine = { node: process.version, cpus: availableParallelism(), date: new Date().toISOString() }
  for (const { file, seconds, megabytes, rows, peak } of measured) {
    const cells = [`${seconds} s`, `${megabytes} MB`, `${rows} rows`, `server ${peak} MiB`]
    process.stdout.write(`${file.padEnd(36)}${cells.map((cell) => cell.padStart(16)).join('')}\n`)
  }
  process.stdout.write(`${JSON.stringify({ bench: 'export', pledges: PLEDGES, measured, ...machine })}\n`)
  const worst = measured.find(({ seconds, peak }) => seconds > AT_MOST.seconds || peak > AT_MOST.mebibytes)
  if (worst) throw new BenchFailed(`Too much: ${worst.file} took ${worst.seconds} s and ${worst.peak} MiB.`)
}

function rounded(value: number): number {
  return Number(value.toFixed(1))
}
