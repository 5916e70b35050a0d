import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { anOpenCampaign, pledgesOf, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf, sums } from '../exclusions/flood.ts'
import { confirmAll, signAll } from './farm.ts'
import { reached } from './reached.ts'
import { scaled } from './scale.ts'

const server = estamos()
const FAKES = scaled({ full: 10_000, usual: 2_000 })

/** Each in a network of its own, every other one over IPv6. */
function home(n: number): string {
  return n % 2
    ? `2001:db8:${(n >> 8).toString(16)}:${(n & 0xff).toString(16)}::7`
    : `100.${64 + (n >> 8)}.${n & 0xff}.9`
}

function fromHomes(slug: string, source?: string) {
  return (email: string, n: number) =>
    server.app.inject({
      method: 'POST',
      url: `/api/v1/campaigns/${slug}/pledges`,
      remoteAddress: home(n),
      payload: { email, ...(source && { source }) },
    })
}

test(`A13: ${FAKES} fakes of one domain, each from another home, are caught by the domain: none is refused, none counts`, async () => {
  const slug = await aDrive()
  const began = performance.now()

  const signed = await signAll(
    server,
    slug,
    times(FAKES, (n) => `x${n}@rented.example`),
    fromHomes(slug),
  )
  const honest = await signAll(
    server,
    slug,
    times(40, (n) => `ada${n}@mail${n % 7}.example`),
    fromHomes(slug),
  )
  const confirmed = await confirmAll(server, slug, home)
  await doJobs()

  expect(new Set([...signed, ...honest].map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
  expect(new Set(confirmed.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1)
  expect(await sums(server, slug)).toEqual({ tallies: 1_040, rows: 1_040 })
  reached(
    'A13',
    `${FAKES} fakes of one domain from as many networks, of IPv4 and IPv6, in ${Math.round(performance.now() - began)} ms: none refused, 0 counted; 40 honest ones beside them all counted`,
  )
}, 120_000)

test('A13: fakes from mailboxes of a great provider, each from another home, are caught where they come in a burst and are named by a script', async () => {
  const slug = await aDrive()
  const emails = times(600, (n) => `${drawn(n)}@gmail.com`)
  const names = [
    'ada.lovelace',
    'jsmith1987',
    'maria.rodriguez',
    'lynnschwartz',
    'chris_mcgrath',
    'xochitl.garcia99',
  ]
  const honest = times(30, (n) => `${names[n % names.length]}${n}@gmail.com`)

  await signAll(server, slug, emails, fromHomes(slug, 'poster'))
  await signAll(server, slug, honest, fromHomes(slug, 'poster'))
  await doJobs()
  await confirmAll(server, slug, home)

  const held = (await pledgesOf(server, slug)).filter(({ state }) => state === 'excluded')
  const { rows, tallies } = await sums(server, slug)
  expect(tallies).toBe(rows)
  expect(rows).toBe(1_630 - held.length)
  expect(held.length).toBeGreaterThan(250)
  expect(new Set(held.map(({ signals }) => String(signals)))).toEqual(new Set(['random-name,burst']))
  reached(
    'A13',
    `600 random mailboxes at gmail.com by one source, from 600 networks: ${600 - held.length} counted, ${held.length} held by two signs; 30 honest ones in the same burst all counted`,
  )
})

/** As a script draws names, and the same in every run. */
function drawn(n: number): string {
  const letters = createHash('sha256').update(String(n)).digest('base64url').toLowerCase()
  return letters.replaceAll(/[^a-z0-9]/g, '').slice(0, 12)
}

/** With something to compare with. */
async function aDrive(): Promise<string> {
  const slug = await anOpenCampaign(server)
  const at = new Date(Date.now() - 2 * 3_600_000)
  await aCrowdOf(server, slug, { people: 800, domain: 'gatech.edu', source: 'ydsa-gt', at, minutes: 600 })
  await aCrowdOf(server, slug, { people: 200, domain: 'gmail.com', source: 'ydsa-gt', at, minutes: 600 })
  return slug
}

/** What the signatures asked for by themselves, and no letter. */
async function doJobs(): Promise<void> {
  await server.deps.rushes.close()
  await server.doJobs()
}
