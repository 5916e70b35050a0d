import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anOpenCampaign, rowOf, tokenIn } from '../builders.ts'
import { testCluster } from '../database-cluster.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { localMode } from '../start/local-mode.ts'
import type { Run } from '../start/processes.ts'
import { dump, filesIn, foundIn, type Held } from './leaks.ts'
import { reached } from './reached.ts'

const cluster = testCluster()
const server = estamos({ database: cluster })
const local = localMode()
const inbox = await smtpInbox()

/** As she types it, and as it is written to; the name of her domain alone would name her. */
const typed = { email: 'Xiomarella@Quetzlake.Example', name: 'Ysoldine Zebulonka' }
const exact = typed.email.toLowerCase()
const words = [
  'Xiomarella',
  'xiomarella',
  'Quetzlake',
  'quetzlake',
  'Ysoldine',
  'Zebulonka',
  typed.email,
  exact,
]

let slug: string
let run: Run

/** The server as operators start it, on a Postgres of its own. */
beforeAll(async () => {
  slug = await anOpenCampaign(server)
  run = local.start({
    MODE: 'production',
    DATABASE_URL: server.databaseUrl,
    SECRET_KEY: server.config.secretKey,
    PUBLIC_URL: 'https://pledge.example.org',
    MAIL_FROM: 'Estamos <pledge@example.org>',
    SMTP_URL: `${inbox.url}?tls=none`,
    CAPTCHA: 'none',
    CAPTCHA_NONE_IN_PRODUCTION: 'yes',
    LOG: 'requests',
  })
  await run.says('is ready')
})
afterAll(() => inbox.close())

test('the search finds what is planted, in a dump and in files, in each encoding', async () => {
  const word = 'Plantagenella'
  const base64 = [0, 1, 2].map((before) => Buffer.from(`${'.'.repeat(before)}${word}..`).toString('base64'))
  const texts = [
    word.toUpperCase(),
    [...word].reverse().join(''),
    ...base64,
    Buffer.from(word).toString('hex'),
    encodeURIComponent(`${word}?`),
  ]
  await cluster.db.execute(sql`create table planted (what text, bytes bytea, said jsonb)`)
  for (const text of texts) await cluster.db.execute(sql`insert into planted (what) values (${text})`)
  await cluster.db.execute(sql`insert into planted (bytes) values
    (${Buffer.from(word, 'utf16le')}), (${Buffer.from(JSON.stringify({ email: word }))})`)

  const inRows = foundIn(await dump(cluster.db), [word]).filter((line) => line.startsWith('planted'))
  const inFiles = foundIn(await files(), [word]).filter((line) => line.startsWith('base'))

  expect(encodings(inRows)).toEqual(
    new Set([
      'plain',
      'reversed',
      'base64',
      'base64 for URLs',
      'hex',
      'hex of UTF-16',
      'percent signs, where they must be',
    ]),
  )
  expect(encodings(inFiles)).toEqual(
    new Set([
      'plain',
      'reversed',
      'base64',
      'base64 for URLs',
      'hex',
      'UTF-16, little end first',
      'percent signs, where they must be',
    ]),
  )
})

test('B8, B9: nothing ticked: after the confirmation neither name nor address is in a dump, a file, the write-ahead log or any output', async () => {
  const waits = await post(`/c/${slug}/pledges`, new URLSearchParams(typed))
  const letter = await inbox.next(exact)
  const whileWaiting = foundIn(await dump(cluster.db), words)
  const wrong = await post('/api/v1/confirmations', { campaign: slug, email: exact, code: '000000' })
  const confirmed = await post('/api/v1/confirmations', { token: tokenIn(letter.text ?? '', 'confirm') })
  await post('/api/v1/my-pledge-links', { campaign: slug, email: typed.email })
  const link = tokenIn((await inbox.next(exact)).text ?? '', 'my-pledge')
  const opened = await post('/api/v1/my-pledge-sessions', { token: link })
  await goWrong()
  const rows = await dump(cluster.db)
  const onDisk = await files()

  const said = [{ where: 'what the server says', bytes: Buffer.from(run.said()) }]
  expect([waits, wrong, confirmed, opened].map(({ status }) => status)).toEqual([202, 422, 200, 204])
  expect(await rowOf(server, slug, exact)).toMatchObject({
    state: 'confirmed',
    contact: null,
    display_name: null,
  })
  expect(run.said()).toContain('"sqlState":"23514"')
  expect(whileWaiting).toEqual([])
  expect(foundIn([...rows, ...onDisk, ...said], words)).toEqual([])
  reached(
    'B8, B9',
    `neither name nor address in ${sizeOf(rows)} of a dump, ${sizeOf(onDisk)} of files and log, ${sizeOf(said)} of output`,
  )
})

/** Of "pledges: ada@example.edu, hex". */
function encodings(lines: string[]): Set<string> {
  return new Set(lines.map((line) => line.replace(/^.*?, /, '')))
}

/** What ends in bugs and refusals, with her address in every place where one can stand. */
async function goWrong(): Promise<void> {
  await cluster.db.execute(sql`alter table pledges add constraint refuses check (campaign_id < 0) not valid`)
  await cluster.db.execute(sql`alter table letters add constraint refuses check (campaign_id < 0) not valid`)
  const form = new URLSearchParams({ ...typed, display: 'on' })
  const answers = [
    await post(`/c/${slug}/pledges`, form),
    await post('/api/v1/my-pledge-links', { campaign: slug, email: typed.email }),
    await post(
      `/c/${slug}/gatech.edu/chapter-requests`,
      new URLSearchParams({ ...typed, about: typed.name }),
    ),
  ]
  expect(answers.map(({ status }) => status)).toEqual([500, 500, 500])
  await cluster.db.execute(sql`alter table pledges drop constraint refuses`)
  await cluster.db.execute(sql`alter table letters drop constraint refuses`)
  const pledges = `/api/v1/campaigns/${slug}/pledges`
  await post(pledges, { email: `${exact}\u0000` })
  await post(pledges, { email: exact, name: `${typed.name}\ud800`, display: true })
  await post(pledges, { email: exact, source: exact, campus: exact, locale: exact })
  await post(pledges, `{"email":"${exact}"`, { 'content-type': 'application/json' })
  await post(`/confirm/${exact}`, new URLSearchParams(typed), { referer: `https://example.org/${exact}` })
  await post(`/c/${exact}/pledges?email=${exact}`, new URLSearchParams(typed), { 'user-agent': typed.email })
}

async function post(path: string, body: object | string, headers: Record<string, string> = {}) {
  const isForm = body instanceof URLSearchParams
  return await fetch(`http://localhost:${local.port}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers:
      isForm || typeof body === 'string' ? headers : { 'content-type': 'application/json', ...headers },
    body: isForm || typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** As they are once all that the database has in memory is written to them; its own log is among them. */
async function files(): Promise<Held[]> {
  await cluster.db.execute(sql`checkpoint`)
  const { rows } = await cluster.db.execute<{ oid: number }>(
    sql`select oid::int as oid from pg_database where datname = current_database()`,
  )
  return filesIn(cluster.folder, rows[0]?.oid ?? 0)
}

function sizeOf(held: Held[]): string {
  const bytes = held.reduce((sum, one) => sum + one.bytes.length, 0)
  return `${Math.ceil(bytes / 1000)} kB`
}
