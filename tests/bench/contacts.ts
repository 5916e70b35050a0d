/** How long an owner's browser takes to open a hundred thousand contacts: the console in Chromium, its worker, a real server. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { chromium, type Download, type Page } from 'playwright-core'
import { sealTo } from '../../server/contacts/box.ts'
import { organizerOf } from '../../server/organizers/organizer.ts'
import { startSession } from '../../server/organizers/sessions.ts'
import type { ContactsForm } from '../../web/console/contacts/files.ts'
import { wrap } from '../../web/console/contacts/wrapping.ts'
import { findOrInstallChromium } from '../chromium.ts'
import { aPair, type TestKey } from '../contacts/keys.ts'
import { BenchFailed } from './arguments.ts'
import { startServer } from './servers.ts'
import { type Stage, slugs } from './stage.ts'

const CONTACTS = 100_000
/** Inserted by one statement, within its time limit. */
const AT_ONCE = 10_000
const PASSPHRASE = 'five words that nobody guesses'

/** From the press of the button to the saved file, the passphrase among it. */
const AT_MOST_SECONDS = 30
const PATIENCE_MS = 300_000

interface Figures {
  form: ContactsForm
  /** Until the passphrase had opened the key. */
  unlocking: number
  /** From then on until the file was saved. */
  opening: number
  /** Of all of it. */
  cpu: number
  megabytes: number
}

export async function contactsBench(stage: Stage): Promise<void> {
  const key = aPair()
  await setKey(stage, key)
  await insertContacts(stage, key)
  const dataDir = await mkdtemp(join(tmpdir(), 'estamos-bench-'))
  // By http, which a browser takes a session of only on this machine.
  const settings = { ...stage.settings, MODE: 'local', PUBLIC_URL: '', TRUST_PROXY: '', DATA_DIR: dataDir }
  const { port } = await startServer('real', settings)
  const browser = await chromium.launch({ executablePath: findOrInstallChromium(), args: ['--no-sandbox'] })
  try {
    const url = `http://localhost:${port}`
    const context = await browser.newContext({ acceptDownloads: true })
    await context.addCookies([{ name: 'organizer', value: await anOwner(stage), url, httpOnly: true }])
    const page = await context.newPage()
    const measured: Figures[] = []
    for (const form of ['csv', 'xlsx'] as const) measured.push(await take(page, url, form))
    report(measured, browser.version())
  } finally {
    await browser.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function setKey({ deps }: Stage, { fingerprint, publicKey, privateKey }: TestKey): Promise<void> {
  await deps.db.execute(sql`
    insert into organization_keys (organization_id, fingerprint, public_key, wrapped_key, asked_by, asked_at, takes_effect_at)
    select id, ${Buffer.from(fingerprint, 'hex')}, ${Buffer.from(publicKey)}, ${Buffer.from(wrap(privateKey, PASSPHRASE))}, 0,
      now(), now() from organizations where slug = 'bench'`)
}

async function insertContacts({ deps }: Stage, key: TestKey): Promise<void> {
  for (let from = 0; from < CONTACTS; from += AT_ONCE) {
    const boxes = Array.from({ length: AT_ONCE }, (_, at) => boxOf(from + at, key).toString('hex'))
    await deps.db.execute(sql`
      with person as materialized (
        select sha256(convert_to((${from} + number)::text, 'utf8')) as digest, decode(box, 'hex') as box
        from json_array_elements_text(${JSON.stringify(boxes)}::json) with ordinality as one (box, number)),
      campaign as (select id, organization_id from campaigns where slug = ${slugs.real}),
      pledge as (
        insert into pledges (campaign_id, email_digest, address_digest, domain_digest, state, campus_proven, lists_name,
          wants_updates, text_version, locale, signed_at, confirmed_at)
        select id, digest, digest, digest, 'confirmed', false, false, false, 1, 'en', now(), now()
        from person, campaign returning email_digest)
      insert into sealed_contacts (campaign_id, email_digest, address_digest, organization_id, fingerprint, box, day)
      select id, digest, digest, organization_id, ${Buffer.from(key.fingerprint, 'hex')}, box, '2026-10-05'
      from person, campaign where (select count(*) from pledge) > 0`)
  }
}

function boxOf(person: number, { publicKey }: TestKey): Buffer {
  const contact = { email: `person-${person}@cc.gatech.edu`, name: `Wilhelmina Person ${person}` }
  return sealTo(publicKey, Buffer.from(JSON.stringify(contact)))
}

async function anOwner({ deps: { db, keys, now } }: Stage): Promise<string> {
  const id = await organizerOf(db, keys, { email: 'owner@bench.example' }, now())
  await db.execute(sql`
    insert into memberships (organization_id, organizer_id, role, since, owner_since)
    select id, ${id}, 'owner', now(), now() from organizations where slug = 'bench'`)
  return (await startSession(db, { organizerId: id, way: 'passkey', device: 'bench', now: now() })).token
}

async function take(page: Page, url: string, form: ContactsForm): Promise<Figures> {
  await page.goto(`${url}/console/campaigns/${slugs.real}/contacts`)
  await page.getByLabel(/^Passphrase/).fill(PASSPHRASE)
  await page.getByLabel(form === 'csv' ? 'CSV' : 'Excel workbook').check()
  const cpu = await pagesCpu(page)
  const from = performance.now()
  const [unlockedAt, file] = await Promise.all([
    page
      .getByText('Opening the contacts')
      .waitFor({ timeout: PATIENCE_MS })
      .then(() => performance.now()),
    page.waitForEvent('download', { timeout: PATIENCE_MS }),
    page.getByRole('button', { name: 'Take them out' }).click(),
  ])
  const savedAt = performance.now()
  await page.getByText(`${CONTACTS.toLocaleString('en')} contacts saved`).waitFor()
  return {
    form,
    unlocking: rounded((unlockedAt - from) / 1000),
    opening: rounded((savedAt - unlockedAt) / 1000),
    cpu: rounded((await pagesCpu(page)) - cpu),
    megabytes: await sizeOf(file, form),
  }
}

/** @throws BenchFailed where it is not as long as it should be */
async function sizeOf(file: Download, form: ContactsForm): Promise<number> {
  const content = await readFile(await file.path())
  const lines = content.toString().split('\r\n').length - 2
  if (form === 'csv' && lines !== CONTACTS) throw new BenchFailed(`The file has ${lines} contacts.`)
  return rounded(content.length / 1_000_000)
}

/** What the browser spent on pages and their workers so far, in seconds: elsewhere nobody was in their way. */
async function pagesCpu(page: Page): Promise<number> {
  const session = await page.context().browser()!.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { cpuTime }) => sum + cpuTime, 0)
}

function rounded(value: number): number {
  return Number(value.toFixed(1))
}

function report(measured: Figures[], browser: string): void {
  for (const { form, unlocking, opening, cpu, megabytes } of measured) {
    const cells = [`unlocking ${unlocking} s`, `opening ${opening} s`, `CPU ${cpu} s`, `${megabytes} MB`]
    process.stdout.write(`${form.padEnd(8)}${cells.map((cell) => cell.padStart(20)).join('')}\n`)
  }
  const machine = {
    chromium: browser,
    cpus: availableParallelism(),
    load: loadavg()[0],
    date: new Date().toISOString(),
  }
  process.stdout.write(`${JSON.stringify({ bench: 'contacts', contacts: CONTACTS, measured, ...machine })}\n`)
  const slow = measured.find(({ unlocking, opening }) => unlocking + opening > AT_MOST_SECONDS)
  if (slow) throw new BenchFailed(`Too slow: ${slow.form} took more than ${AT_MOST_SECONDS} s.`)
}
