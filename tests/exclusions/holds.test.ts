import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import type { Exclusion } from '../../server/exclusions/contract.ts'
import { tasks } from '../../server/jobs.ts'
import {
  anOpenCampaign,
  anOrganizer,
  asSigner,
  campaignId,
  confirm,
  keyOf,
  pledge,
  rowOf,
  sign,
  tallyDifferences,
  told,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf, sums } from './flood.ts'
import { undo } from './rules.ts'

const server = estamos()
afterEach(() => delete server.clock.now)

describe('a throw-away mailbox', () => {
  test('is answered like any other, and is not counted from the first moment', async () => {
    const slug = await anOpenCampaign(server)
    const signed = [await sign(server, slug, anybody), await sign(server, slug, throwAway)]

    const confirmed = [
      await confirm(server, slug, anybody.email),
      await confirm(server, slug, throwAway.email),
    ]
    const pages = await Promise.all(
      [anybody, throwAway].map(async ({ email }) => (await asSigner(server, slug, email))('GET')),
    )

    expect(signed.map(told)).toEqual([told(signed[0]!), told(signed[0]!)])
    expect(confirmed.map(({ statusCode, body }) => [statusCode, body])).toEqual([
      [200, confirmed[0]?.body],
      [200, confirmed[0]?.body],
    ])
    expect(pages.map((page) => page.json().state)).toEqual(['confirmed', 'confirmed'])
    expect(await rowOf(server, slug, throwAway.email)).toMatchObject({ state: 'excluded' })
    expect(await sums(server, slug)).toEqual({ tallies: 1, rows: 1 })
  })

  test('counts once an organizer lets such ones count, and later ones do, too', async () => {
    const slug = await anOpenCampaign(server)
    const organizer = await anOrganizer(server, { role: 'editor' })
    await pledge(server, slug, throwAway)
    const [hold] = await exclusionsOf(slug)

    const undone = await undo(server, organizer, slug, hold!.id)
    await pledge(server, slug, { email: 'eve@mailinator.com' })
    await aCrowdOf(server, slug, { people: 40, domain: 'mail.example', signals: ['disposable-domain'] })
    await notice()

    expect(hold).toMatchObject({ state: 'applied', moved: 1, held: { reason: 'disposable-domain' } })
    expect(undone).toMatchObject({ state: 'undone', moved: 1 })
    expect(await sums(server, slug)).toEqual({ tallies: 42, rows: 42 })
    expect(await exclusionsOf(slug)).toHaveLength(1)
  })

  test('stays out where an organizer says so, with those that come later, and can still be let count', async () => {
    const slug = await anOpenCampaign(server)
    const [viewer, editor] = [await anOrganizer(server, { role: 'viewer' }), await anOrganizer(server)]
    await pledge(server, slug, throwAway)
    const [hold] = await exclusionsOf(slug)
    const keep = `campaigns/${slug}/exclusions/${hold!.id}/keeping`

    const refused = await viewer.call('POST', keep)
    const [kept, again] = [await editor.call('POST', keep), await editor.call('POST', keep)]
    await pledge(server, slug, { email: 'eve@mailinator.com' })
    const undone = await undo(server, editor, slug, hold!.id)
    const late = await editor.call('POST', keep)

    expect([refused, kept, again, late].map(({ statusCode }) => statusCode)).toEqual([403, 200, 200, 200])
    expect(kept.json()).toMatchObject({ state: 'applied', madeBy: editor.email, moved: 1 })
    expect(undone).toMatchObject({ state: 'undone', moved: 2 })
    expect(await sums(server, slug)).toEqual({ tallies: 2, rows: 2 })
  })
})

describe('a flood from a mail domain', () => {
  test('is held at its confirmations and before, and all of it comes back as it was', async () => {
    const slug = await aDrive()
    const organizer = await anOrganizer(server)
    await aCrowdOf(server, slug, { people: 300, domain: 'fakes.example', minutes: 8 })
    await sign(server, slug, { email: 'waits@fakes.example' })
    const before = await sums(server, slug)

    await notice()
    const held = await sums(server, slug)
    await pledge(server, slug, { email: 'late@fakes.example' })
    await confirm(server, slug, 'waits@fakes.example')
    await pledge(server, slug, { email: 'ada@other.example' })
    const during = await sums(server, slug)
    const [hold] = await exclusionsOf(slug)
    await undo(server, organizer, slug, hold!.id)
    await notice()

    expect([before, held, during]).toEqual([
      { tallies: 800, rows: 800 },
      { tallies: 500, rows: 500 },
      { tallies: 501, rows: 501 },
    ])
    expect(hold).toMatchObject({
      moved: 302,
      held: {
        reason: 'domain',
        minutes: 10,
        now: { pledges: 300, of: 300 },
        before: { pledges: 0, of: 500 },
      },
    })
    expect(await sums(server, slug)).toEqual({ tallies: 803, rows: 803 })
    expect(await tallyDifferences(server)).toEqual([])
  })

  test('needs mailboxes: of addresses that nobody confirmed, real people of the domain count as ever', async () => {
    const slug = await aDrive()
    await aCrowdOf(server, slug, { people: 300, domain: 'union.example', state: 'pending', minutes: 8 })

    await notice()
    await pledge(server, slug, { email: 'ada@union.example' })

    expect(await sums(server, slug)).toEqual({ tallies: 501, rows: 501 })
    expect(await exclusionsOf(slug)).toEqual([])
  })

  test('gives back, within a minute, who was still given to it when an organizer let it count', async () => {
    const slug = await aDrive()
    const organizer = await anOrganizer(server)
    await aCrowdOf(server, slug, { people: 300, domain: 'fakes.example', minutes: 8 })
    await notice()
    const [hold] = await exclusionsOf(slug)
    await pledge(server, slug, { email: 'late@fakes.example' })
    await undo(server, organizer, slug, hold!.id)
    await server.deps.db.execute(sql`
      with late as (
        update pledges set state = 'excluded', exclusion_id = ${hold!.id}
        where campaign_id = ${await campaignId(server, slug)} and email_digest = ${(await keyOf(server, slug, 'late@fakes.example')).emailDigest}
        returning campaign_id)
      update tallies set confirmed = confirmed - 1 from late
      where tallies.campaign_id = late.campaign_id and campus_id = 0`)

    await tasks(server.deps)['unfinished-exclusions']?.({}, {} as never)

    expect(await sums(server, slug)).toEqual({ tallies: 801, rows: 801 })
  })

  test('leaves alone who signed from it long before', async () => {
    const slug = await aDrive()
    await aCrowdOf(server, slug, { people: 5, domain: 'union.example', at: hoursAgo(3) })
    await aCrowdOf(server, slug, { people: 300, domain: 'union.example', minutes: 8 })

    await notice()

    expect(await sums(server, slug)).toEqual({ tallies: 505, rows: 505 })
  })

  test('is none where everybody has a mailbox, nor at a campus, nor where the domain grows by less than ten times', async () => {
    const slug = await aDrive()
    await aCrowdOf(server, slug, { people: 60, domain: 'union.example', at: hoursAgo(3) })
    for (const domain of ['gmail.com', 'mit.edu', 'union.example'])
      await aCrowdOf(server, slug, { people: 200, domain, minutes: 8 })

    await notice()

    expect(await sums(server, slug)).toEqual({ tallies: 1_160, rows: 1_160 })
    expect(await exclusionsOf(slug)).toEqual([])
  })

  test('is seen at a launch, too, where it is more than all others together', async () => {
    const slug = await anOpenCampaign(server)
    await aCrowdOf(server, slug, { people: 100, domain: 'gatech.edu', minutes: 40 })
    await aCrowdOf(server, slug, { people: 150, domain: 'fakes.example', minutes: 40 })

    await notice()

    expect(await sums(server, slug)).toEqual({ tallies: 100, rows: 100 })
  })
})

test('one sign holds nobody, two do, whenever she confirms; a campus address never', async () => {
  const slug = await anOpenCampaign(server)
  const waiting = { people: 10, domain: 'mail.example', minutes: 20 }
  await aCrowdOf(server, slug, { ...waiting, signals: ['burst'] })
  await aCrowdOf(server, slug, { ...waiting, signals: ['same-name'] })
  await aCrowdOf(server, slug, { ...waiting, signals: ['burst', 'same-name'] })
  await aCrowdOf(server, slug, { ...waiting, domain: 'gatech.edu', signals: ['burst', 'same-name'] })

  await notice()

  expect(await sums(server, slug)).toEqual({ tallies: 30, rows: 30 })
  expect(await exclusionsOf(slug)).toMatchObject([{ moved: 10, held: { reason: 'several-signs' } }])
})

const anybody = { email: 'ada@mail.example' }
const throwAway = { email: 'ada@mailinator.com' }

/** With something to compare with. */
async function aDrive(): Promise<string> {
  const slug = await anOpenCampaign(server)
  await aCrowdOf(server, slug, { people: 400, domain: 'gatech.edu', at: hoursAgo(2), minutes: 600 })
  await aCrowdOf(server, slug, { people: 100, domain: 'gmail.com', at: hoursAgo(2), minutes: 600 })
  return slug
}

function hoursAgo(hours: number): Date {
  return new Date(Date.now() - hours * 3_600_000)
}

async function notice(): Promise<void> {
  await tasks(server.deps)['notice-fakes']?.({}, {} as never)
}

async function exclusionsOf(slug: string): Promise<Exclusion[]> {
  const organizer = await anOrganizer(server, { role: 'viewer' })
  return (await organizer.call('GET', `campaigns/${slug}/exclusions`)).json().exclusions
}
