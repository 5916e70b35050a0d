/** Whether the time of an answer tells if somebody has pledged: attack A6. */
import { availableParallelism } from 'node:os'
import { Agent, request } from 'node:http'
import { randomInt } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { organizerOf } from '../../server/organizers/organizer.ts'
import { makePledge } from '../../server/pledges/pledge.ts'
import { BenchFailed } from './arguments.ts'
import { sameness } from './sameness.ts'
import { startServer } from './servers.ts'
import { address } from './sign.ts'
import { type Stage, slugs } from './stage.ts'

/** What an address may have done before somebody signs with it. In this order they are brought about. */
const cases = ['excluded', 'withdrawn', 'confirmed', 'pending', 'new'] as const
type Case = (typeof cases)[number]
type Times = Record<Case, number>

const OF_EACH = 2_000
const WARM_UP = 1_000
/** Below, the difference is taken to be one. */
const LEAST_P = 0.01
const MOST_MEDIAN_DIFFERENCE_MS = 0.2

export async function casesBench(stage: Stage): Promise<void> {
  const addresses = await bringAbout(stage)
  const { port } = await startServer('real', stage.settings)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async (email: string) => await timed(agent, port, email)
  for (let n = 0; n < WARM_UP; n++) await ask(address(stage.mailDomains, 1_000_000 + n))
  const times: Record<Case, number[]> = { excluded: [], withdrawn: [], confirmed: [], pending: [], new: [] }
  for (const [name, email] of shuffled(addresses)) times[name].push(await ask(email))
  agent.destroy()
  report(times)
}

async function bringAbout({ deps, mailDomains }: Stage): Promise<[Case, string][]> {
  const campaign = await deps.campaigns.bySlug(slugs.real)
  const madeBy = await organizerOf(deps.db, deps.keys, { email: 'editor@bench.example' }, deps.now())
  const { rows } = await deps.db.execute<{ id: number }>(sql`
    insert into exclusions (campaign_id, rule, state, found, made_by, made_at)
    values (${campaign.id}, '{}', 'applied', 0, ${madeBy}, now()) returning id`)
  const become: Partial<Record<Case, ReturnType<typeof sql>>> = {
    excluded: sql`state = 'excluded', contact = null, confirmed_at = now(), exclusion_id = ${rows[0]?.id}`,
    withdrawn: sql`state = 'withdrawn', contact = null, confirmed_at = now(), withdrawn_at = now()`,
    confirmed: sql`state = 'confirmed', contact = null, confirmed_at = now()`,
  }
  const addresses: [Case, string][] = []
  for (const [place, name] of cases.entries()) {
    const emails = Array.from({ length: OF_EACH }, (_, n) => address(mailDomains, place * OF_EACH + n))
    addresses.push(...emails.map((email): [Case, string] => [name, email]))
    if (name === 'new') continue
    await Promise.all(emails.map((email) => makePledge(deps, campaign, { email })))
    const change = become[name]
    if (change) await deps.db.execute(sql`update pledges set ${change} where state = 'pending'`)
  }
  await deps.db.execute(sql`analyze pledges`)
  return addresses
}

function shuffled<Item>(items: Item[]): Item[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomInt(last + 1)
    ;[items[last], items[other]] = [items[other] as Item, items[last] as Item]
  }
  return items
}

/** Signs, over a connection that stays open. @returns milliseconds until the whole answer is there */
async function timed(agent: Agent, port: number, email: string): Promise<number> {
  const body = JSON.stringify({ email, campus: 'gatech.edu' })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const from = performance.now()
  await new Promise<void>((resolve, reject) => {
    const path = `/api/v1/campaigns/${slugs.real}/pledges`
    const asking = request({ agent, port, path, method: 'POST', headers }, (answer) => {
      if (answer.statusCode !== 202) reject(new BenchFailed(`An answer was ${answer.statusCode}.`))
      answer.resume().once('end', resolve)
    })
    asking.once('error', reject).end(body)
  })
  return performance.now() - from
}

function report(times: Record<Case, number[]>): void {
  const medians = Object.fromEntries(cases.map((name) => [name, quantile(times[name], 0.5)])) as Times
  const p = sameness(cases.map((name) => times[name]))
  const spread = Math.max(...Object.values(medians)) - Math.min(...Object.values(medians))
  console.table(
    cases.map((name) => ({
      case: name,
      requests: times[name].length,
      'median, ms': medians[name].toFixed(3),
      'p99, ms': quantile(times[name], 0.99).toFixed(3),
    })),
  )
  const machine = { node: process.version, cpus: availableParallelism(), date: new Date() }
  process.stdout.write(`${JSON.stringify({ medians, spread, p, ...machine })}\n`)
  if (p < LEAST_P || spread > MOST_MEDIAN_DIFFERENCE_MS)
    throw new BenchFailed(`The time tells: p = ${p}, medians differ by ${spread} ms.`)
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
}
