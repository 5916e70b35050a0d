import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anOpenCampaign, pledgesOf, sign, tallyDifferences, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf, sums } from '../exclusions/flood.ts'
import { confirmAll, signAll } from './farm.ts'
import { reached } from './reached.ts'

const server = estamos()

const letters = (min: number, max: number) =>
  fc.string({
    unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789'),
    minLength: min,
    maxLength: max,
  })
const isGmail = (domain: string) => domain === 'gmail.com'

/** A mailbox that no other run has. */
const mailbox = fc.record({
  local: fc.tuple(letters(3, 10), fc.uuid()).map(([name, id]) => `${name}${id.replaceAll('-', '')}`),
  domain: fc.constantFrom(
    'gmail.com',
    'mail.example',
    'cc.gatech.edu',
    'tenant.co.uk',
    'xn--bcher-kva.example',
  ),
})
type Mailbox = { local: string; domain: string }

/** Another way to write the same mailbox. */
const spelling = fc.record({
  tag: fc.option(letters(0, 8)),
  upper: fc.array(fc.boolean()),
  dots: fc.array(fc.boolean()),
})

function spelled(
  { local, domain }: Mailbox,
  { tag, upper, dots }: { tag: string | null; upper: boolean[]; dots: boolean[] },
): string {
  const dotted = isGmail(domain)
    ? [...local].map((sign, n) => (n > 0 && dots[n] ? `.${sign}` : sign)).join('')
    : local
  const cased = [...dotted].map((sign, n) => (upper[n] ? sign.toUpperCase() : sign)).join('')
  const host = isGmail(domain) && upper[0] ? 'GoogleMail.com' : domain
  return `${cased}${tag === null ? '' : `+${tag}`}@${host}`
}

/** Each is somebody else's mailbox, however near. */
function others({ local, domain }: Mailbox): string[] {
  const dot = isGmail(domain) ? [] : [`${local.slice(0, 2)}.${local.slice(2)}@${domain}`]
  return [
    ...dot,
    `${local}x@${domain}`,
    `${local}-tag@${domain}`,
    `${local}@n1.${domain}`,
    `${local}@other-${domain}`,
  ]
}

test('A11: however a mailbox is spelled it counts once, and whatever is another mailbox counts by itself', async () => {
  const slug = await anOpenCampaign(server)
  let spellings = 0
  let mailboxes = 0

  await fc.assert(
    fc.asyncProperty(mailbox, fc.array(spelling, { minLength: 2, maxLength: 5 }), async (own, ways) => {
      const variants = [...new Set(ways.map((way) => spelled(own, way)))]
      const before = (await sums(server, slug)).rows
      await signAll(server, slug, variants)
      const confirmed = await confirmAll(server, slug)
      const one = (await sums(server, slug)).rows
      await signAll(server, slug, others(own))
      await confirmAll(server, slug)

      expect(new Set(confirmed.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
      spellings += variants.length
      mailboxes += others(own).length
      expect({ one: one - before, all: (await sums(server, slug)).rows - one }).toEqual({
        one: 1,
        all: others(own).length,
      })
    }),
    { numRuns: 40 },
  )

  expect(await tallyDifferences(server)).toEqual([])
  reached(
    'A11',
    `${spellings} spellings of 40 mailboxes: 40 counted; ${mailboxes} neighbours of theirs: all counted`,
  )
})

test('A11: a thousand sub-domains are one domain, and are held as one flood', async () => {
  const slug = await anOpenCampaign(server)
  const at = new Date(Date.now() - 2 * 3_600_000)
  await aCrowdOf(server, slug, { people: 300, domain: 'gatech.edu', at, minutes: 600 })

  await signAll(
    server,
    slug,
    times(1_000, (n) => `ada@n${n}.farm.co.uk`),
  )
  await sign(server, slug, { email: 'ada@neighbour.co.uk' })
  await confirmAll(server, slug)
  await server.deps.rushes.close()
  await server.doJobs()

  expect(await sums(server, slug)).toEqual({ tallies: 301, rows: 301 })
  expect(new Set((await pledgesOf(server, slug)).map(({ exclusion_id }) => exclusion_id)).size).toBe(2)
  reached(
    'A11',
    '1,000 sub-domains of one domain: 0 counted until an organizer decides; a neighbour under the same co.uk counted',
  )
})
