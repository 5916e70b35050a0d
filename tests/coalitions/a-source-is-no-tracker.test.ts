import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { access } from '../../server/organizers/access.ts'
import { type AnOrganizer, anOpenCampaign, campaignId, seeded, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aPartner } from './coalition.ts'

const server = estamos()
const SMALLEST = 5

/** Everything that a partner may read in the console, whatever is added to it later. */
const readings = Object.entries(access)
  .filter(([route, { partners }]) => partners && route.startsWith('GET '))
  .map(([route]) => route.replace('GET /api/v1/console/', ''))

interface Minted {
  code: string
  /** By day, as pledges of different age. */
  confirmed: number[]
  unconfirmed: number
}

describe('a partner with as many sources as it may have, one for each person it would like to watch', () => {
  test('reads the same whether anybody pledged through one that is too small, or through none', async () => {
    const random = seeded(5)
    const few = () => Math.floor(random() * SMALLEST)
    const minted = times(30, (n): Minted => {
      const isTarget = n < 20
      const confirmed = isTarget ? spread(few(), random) : spread(SMALLEST + few() * 3, random)
      return { code: `person-${n}`, confirmed, unconfirmed: few() }
    })
    const watched = await aDrive(minted)
    const idle = await aDrive(
      minted.map((source, n) => ({ ...source, unconfirmed: 0, confirmed: n < 20 ? [] : source.confirmed })),
    )
    // What came by the small ones came all the same: the public sees no difference.
    await pledges(
      idle.slug,
      minted.slice(0, 20).map(({ confirmed }) => ({ code: null, confirmed, unconfirmed: 0 })),
    )

    const [seen, nothing] = [await read(watched), await read(idle)]

    expect(readings).toContain('campaigns/:campaign/sources')
    expect(readings.length).toBeGreaterThan(3)
    expect(seen).toEqual(nothing)
    expect(seen).toMatch(/"confirmed":\d/)
    expect(seen).toMatch(/"campuses":\[{"campus":"[a-z.]+","name":"[^"]+","confirmed":\d/)
  })

  test('reads no number of people below the smallest that is shown', async () => {
    const random = seeded(7)
    const drive = await aDrive(
      times(30, (n) => ({ code: `person-${n}`, confirmed: spread(n % 12, random), unconfirmed: n % 4 })),
    )

    const answers = await read(drive)

    const people = [...answers.matchAll(/"(?:confirmed|created|pending|count|sent)":(\d+)/g)].map(([, n]) =>
      Number(n),
    )
    expect(people.length).toBeGreaterThan(10)
    expect(people.filter((one) => one > 0 && one < SMALLEST)).toEqual([])
  })
})

/** So many people over a month or so. */
function spread(people: number, random: () => number): number[] {
  const days = times(40, () => 0)
  for (let n = 0; n < people; n += 1) days[Math.floor(random() * days.length)]! += 1
  return days
}

async function aDrive(minted: Minted[]): Promise<{ slug: string; partner: AnOrganizer }> {
  const slug = await anOpenCampaign(server, { smallestShown: SMALLEST })
  const partner = await aPartner(server, slug)
  const answers = await Promise.all(
    minted.map(({ code }) => partner.call('POST', `campaigns/${slug}/sources`, { code, name: code })),
  )
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]))
  await pledges(slug, minted)
  return { slug, partner }
}

/** As they stand in the table once they are a few days old. */
async function pledges(
  slug: string,
  minted: (Omit<Minted, 'code'> & { code: string | null })[],
): Promise<void> {
  const crowds = minted.flatMap(({ code, confirmed, unconfirmed }) => [
    ...confirmed.map((people, age) => ({ code, people, age, state: 'confirmed' })),
    { code, people: unconfirmed, age: 0, state: 'pending' },
  ])
  const id = await campaignId(server, slug)
  await server.deps.db.execute(sql`
    with places as (select array_agg(id) as ids from (select id from campuses where short_name is not null order by id limit 3) few)
    insert into pledges (campaign_id, email_digest, address_digest, domain_digest, state, campus_id, campus_proven, lists_name,
      wants_updates, text_version, locale, source, signed_at, confirmed_at)
    select ${id}, digest, digest, digest, state, ids[1 + (person + age) % 4], false, false, false, 1, 'en', code,
      signed_at, case when state = 'confirmed' then signed_at end
    from json_to_recordset(${JSON.stringify(crowds)}::json) as crowd (code text, people int, age int, state text),
      places,       generate_series(1, people) as person,
      lateral (select sha256(concat(code, age, state, person, random())::bytea) as digest,
        date_trunc('day', now()) - make_interval(days => age) as signed_at) as pledge`)
  await server.deps.db.execute(sql`
    insert into tallies (campaign_id, campus_id, confirmed)
    select ${id}, coalesce(campus_id, 0), count(*) from pledges where campaign_id = ${id} and state = 'confirmed' group by 2
    on conflict (campaign_id, campus_id) do update set confirmed = excluded.confirmed`)
}

/** All answers in one text, without what differs from one drive, and one moment, to the next. */
async function read({ slug, partner }: { slug: string; partner: AnOrganizer }): Promise<string> {
  // Another process, so that no count from before is kept.
  const { app } = await server.another()
  const bodies = []
  for (const path of readings) {
    const answer = await app.inject({
      url: `/api/v1/console/${path.replace(':campaign', slug)}`,
      cookies: { organizer: partner.session },
    })
    expect([path, answer.statusCode]).toEqual([path, 200])
    bodies.push(answer.body)
  }
  return bodies
    .join('\n')
    .replaceAll(slug, 'drive')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"then"')
}
