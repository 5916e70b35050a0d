import { sql } from 'drizzle-orm'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { forgetLetters } from '../../server/mail/forgetting.ts'
import { lettersIn } from '../../server/mail/mailbox.ts'
import { mailboxDigest, suppress } from '../../server/mail/suppressions.ts'
import { forgetTimes } from '../../server/pledges/forgetting.ts'
import { carryUpdatesOn, spreadUpdate } from '../../server/updates/spreading.ts'
import { anOpenCampaign, anOrganizer, campaignId, confirm, keyOf, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aReader, lettersOf, manyReaders, writingFor } from './writing.ts'

const server = estamos()

let people = 0
function anAddress(): string {
  people += 1
  return `reader-${people}@mail.example`
}

/** What an address got, newest first. */
async function mailTo(address: string) {
  const letters = await lettersIn(server.deps.mailboxFolder)
  return letters.filter(({ to, subject }) => to === address && /News|Novedades/.test(subject))
}

/** What the clock does every minute, and all that follows from it. */
async function aMinute(): Promise<void> {
  await carryUpdatesOn(server.deps)
  await server.work()
}

describe('an update', () => {
  test('goes once to each who confirmed and asked for it, in her language, and to nobody else', async () => {
    const slug = await anOpenCampaign(server)
    const ada = await aReader(server, slug, anAddress())
    const eva = await aReader(server, slug, anAddress(), { locale: 'es' })
    const silent = await aReader(server, slug, anAddress(), { updates: false })
    const waiting = anAddress()
    await sign(server, slug, { email: waiting, updates: true })
    const organizer = await writingFor(server, slug)

    const { id, found, state } = await organizer.send()
    await server.work()
    await aMinute()

    expect({ found, state }).toEqual({ found: 2, state: 'sending' })
    expect(await mailTo(ada)).toHaveLength(1)
    expect((await mailTo(ada))[0]?.text).toContain('We hand it over.\n\nCome along:\n– at noon')
    expect((await mailTo(ada))[0]?.text).toContain('/unsubscribe/')
    expect((await mailTo(eva))[0]?.text).toContain('La entregamos.')
    expect(await mailTo(silent)).toEqual([])
    expect(await mailTo(waiting)).toEqual([])
    expect(await organizer.sees(id)).toMatchObject({
      state: 'sent',
      written: 2,
      sent: 2,
      waiting: 0,
      late: 0,
    })
  })

  test('that is worded in one language goes to all in that', async () => {
    const slug = await anOpenCampaign(server)
    const ada = await aReader(server, slug, anAddress(), { locale: 'en' })

    await (
      await writingFor(server, slug)
    ).send({ words: { es: { subject: 'El jueves', body: 'La entregamos.' } } })
    await server.work()

    expect((await mailTo(ada))[0]?.subject).toBe('Novedades sobre lo que firmaste')
  })

  test('names neither campaign nor subject to a shoulder, unless the organizers chose so', async () => {
    const slug = await anOpenCampaign(server)
    const ada = await aReader(server, slug, anAddress())
    const organizer = await writingFor(server, slug)
    await organizer.send()
    await server.work()
    const neutral = (await mailTo(ada))[0]?.subject
    await server.deps.db.execute(sql`update campaigns set mail_names_campaign = true where slug = ${slug}`)
    await server.deps.db.execute(sql`select pg_notify('campaigns', '')`)
    await vi.waitUntil(async () => (await server.deps.campaigns.bySlug(slug)).mailNamesCampaign, 10_000)

    await organizer.send()
    await server.work()

    const letters = await lettersIn(server.deps.mailboxFolder)
    expect(neutral).toBe('News about what you signed')
    expect(letters.find(({ to }) => to === ada)?.subject).toBe('On Thursday')
  })

  test('goes to the campuses it is for', async () => {
    const slug = await anOpenCampaign(server, { smallestShown: 2 })
    const techs = await Promise.all(
      times(4, () => aReader(server, slug, anAddress(), { campus: 'gatech.edu' })),
    )
    const mit = await aReader(server, slug, anAddress(), { campus: 'mit.edu' })
    const none = await aReader(server, slug, anAddress())

    const { found } = await (await writingFor(server, slug)).send({ campuses: ['gatech.edu'] })
    await server.work()

    expect(found).toBe(4)
    expect(await Promise.all([...techs, mit, none].map(mailTo))).toMatchObject([
      ...techs.map((to) => [{ to }]),
      [],
      [],
    ])
  })

  test('does not reach whoever unsubscribed, took it back or erased it before her letter went', async () => {
    const slug = await anOpenCampaign(server)
    const readers = await Promise.all(times(4, () => aReader(server, slug, anAddress())))
    const organizer = await writingFor(server, slug)
    const { id } = await organizer.send()
    await spreadUpdate(server.deps, id)
    const [stopped, back, erased, stays] = await Promise.all(
      readers.map(async (email) => (await keyOf(server, slug, email)).addressDigest),
    )
    const { db } = server.deps
    await db.execute(
      sql`update pledges set wants_updates = false, contact = null where address_digest = ${stopped}`,
    )
    await db.execute(sql`
      update pledges set state = 'withdrawn', contact = null, wants_updates = false where address_digest = ${back}`)
    await db.execute(sql`delete from pledges where address_digest = ${erased}`)

    await server.work()

    expect(stays).toBeDefined()
    expect((await Promise.all(readers.map(mailTo))).map(({ length }) => length)).toEqual([0, 0, 0, 1])
  })

  test('begins at the time for which it was scheduled', async () => {
    const slug = await anOpenCampaign(server)
    const ada = await aReader(server, slug, anAddress())
    const organizer = await writingFor(server, slug)
    const { id, revision } = await organizer.draft()
    server.clock.now = new Date()
    onTestFinished(() => void delete server.clock.now)
    const owner = await anOrganizer(server)
    const at = new Date(server.clock.now.getTime() + 5 * 60_000)
    await owner.call('POST', `${organizer.at}/${id}/schedule`, { revision, at: at.toISOString() })
    await aMinute()
    const before = await mailTo(ada)

    server.clock.now = new Date(at.getTime() + 1_000)
    await aMinute()

    expect(before).toEqual([])
    expect(await mailTo(ada)).toHaveLength(1)
  })
})

describe('exactly once', () => {
  test('though spreading breaks off between two pieces, and two workers do it at once', async () => {
    const slug = await anOpenCampaign(server)
    await manyReaders(server, slug, 4_500)
    const organizer = await writingFor(server, slug)
    const { id } = await organizer.send()
    const other = await server.another()
    await brokenOff(() => spreadUpdate(server.deps, id))
    const [afterBreak] = await lettersOf(server, slug)

    await Promise.all([
      spreadUpdate(server.deps, id),
      spreadUpdate(other.deps, id),
      carryUpdatesOn(other.deps),
      spreadUpdate(server.deps, id),
    ])
    await spreadUpdate(server.deps, id)

    expect(afterBreak).toEqual({ state: 'queued', letters: 2_000, readers: 2_000 })
    expect(await lettersOf(server, slug)).toEqual([{ state: 'queued', letters: 4_500, readers: 4_500 }])
    const { written, late } = await organizer.sees(id)
    expect({ written, late }).toEqual({ written: 4_500, late: 0 })
    await server.deps.db.execute(
      sql`delete from letters where campaign_id = ${await campaignId(server, slug)}`,
    )
  })
})

/** Lets the first transaction pass, and breaks the second at its end. */
async function brokenOff(work: () => Promise<void>): Promise<void> {
  const pool = server.deps.db.$client
  const connect = pool.connect.bind(pool)
  let transactions = 0
  const spy = vi.spyOn(pool, 'connect').mockImplementation((async () => {
    const client = await connect()
    transactions += 1
    if (transactions === 2) {
      const query = client.query.bind(client) as (...all: unknown[]) => unknown
      vi.spyOn(client, 'query').mockImplementation(((...all: unknown[]) => {
        if (all[0] !== 'commit') return query(...all)
        vi.mocked(client.query).mockRestore()
        return Promise.reject(new Error('killed'))
      }) as typeof client.query)
    }
    return client
  }) as typeof pool.connect)
  try {
    await expect(work()).rejects.toThrow('killed')
  } finally {
    spy.mockRestore()
  }
}

const noonOf = (day: number) => new Date(Date.UTC(2026, 4, 1 + day, 12))

describe('paused', () => {
  test('nothing goes out, neither what is written nor what is not; resumed, each gets it once', async () => {
    const slug = await anOpenCampaign(server)
    const readers = await Promise.all(times(6, () => aReader(server, slug, anAddress())))
    const organizer = await writingFor(server, slug)
    const { id } = await organizer.send()
    await spreadUpdate(server.deps, id)
    await organizer.does(id, 'pause')
    const late = await aReader(server, slug, anAddress())
    await aMinute()
    await aMinute()
    const during = await Promise.all([...readers, late].map(mailTo))
    const shown = await organizer.sees(id)

    await organizer.resumes(id)
    await aMinute()
    await aMinute()

    expect(during.flat()).toEqual([])
    expect(shown).toMatchObject({ state: 'paused', waiting: 7, sent: 0 })
    expect((await Promise.all([...readers, late].map(mailTo))).map(({ length }) => length)).toEqual(
      times(7, () => 1),
    )
  })

  test('a letter that was under way and is refused for now waits too', async () => {
    const slug = await anOpenCampaign(server)
    const ada = await aReader(server, slug, anAddress())
    const organizer = await writingFor(server, slug)
    const { id } = await organizer.send()
    await spreadUpdate(server.deps, id)
    const { MailFailure } = await import('../../server/mail/mail.ts')
    const post = vi.spyOn(server.deps.mail, 'post').mockImplementation(async ({ readers }) => {
      await organizer.does(id, 'pause')
      return readers.map(() => new MailFailure('refused', { status: 450 }))
    })

    await server.work()
    post.mockRestore()
    await server.deps.db.execute(
      sql`update letters set due_at = now() where due_at < 'infinity' and state = 'queued'`,
    )
    await server.work()

    expect(await mailTo(ada)).toEqual([])
    await organizer.resumes(id)
    await server.work()
    expect(await mailTo(ada)).toHaveLength(1)
  })

  test('for a fortnight, it goes on where it stopped: nobody is left out, and nobody gets it twice', async () => {
    onTestFinished(() => {
      delete server.clock.now
    })
    server.clock.now = noonOf(0)
    const slug = await anOpenCampaign(server)
    const readers = await Promise.all(times(2, () => aReader(server, slug, anAddress())))
    const organizer = await writingFor(server, slug)
    const { id } = await organizer.send()
    await spreadUpdate(server.deps, id)
    await server.deps.db.execute(sql`
      update letters set due_at = due_at + interval '1 hour'
      where id in (select id from letters where update_id = ${id} order by id limit 1)`)
    await aMinute()
    const late = await aReader(server, slug, anAddress())
    await aMinute()
    await organizer.does(id, 'pause')
    const meanwhile = await aReader(server, slug, anAddress())
    const all = [...readers, late, meanwhile]
    const before = (await Promise.all(all.map(mailTo))).flat().length
    for (const day of times(14, (n) => n + 1)) {
      server.clock.now = noonOf(day)
      await forgetLetters(server.deps)
      await forgetTimes(server.deps)
      await aMinute()
    }
    const during = (await Promise.all(all.map(mailTo))).flat().length
    all.push(await aReader(server, slug, anAddress()))
    await aMinute()

    const resumed = await (await writingFor(server, slug)).resumes(id)
    await aMinute()
    await aMinute()

    expect([before, during]).toEqual([2, 2])
    expect(resumed).toMatchObject({ state: 'sending' })
    expect((await Promise.all(all.map(mailTo))).map(({ length }) => length)).toEqual(times(5, () => 1))
    const { rows } = await server.deps.db.execute(
      sql`select state, found, written, late from updates where id = ${id}`,
    )
    expect(rows).toEqual([{ state: 'sent', found: 2, written: 2, late: 3 }])
  })

  test('and resumed, a letter that is refused for now is tried for as many days as any other', async () => {
    onTestFinished(() => {
      delete server.clock.now
    })
    server.clock.now = new Date('2026-06-01T12:00:00Z')
    const slug = await anOpenCampaign(server)
    const ada = await aReader(server, slug, anAddress())
    const organizer = await writingFor(server, slug)
    const { id } = await organizer.send()
    await spreadUpdate(server.deps, id)
    await organizer.does(id, 'pause')
    server.clock.now = new Date('2026-06-11T12:00:00Z')
    await (await writingFor(server, slug)).resumes(id)
    const { MailFailure } = await import('../../server/mail/mail.ts')
    const post = vi
      .spyOn(server.deps.mail, 'post')
      .mockImplementation(async ({ readers }) =>
        readers.map(() => new MailFailure('refused', { status: 450 })),
      )

    await server.work()
    post.mockRestore()
    server.clock.now = new Date('2026-06-11T12:10:00Z')
    await server.work()

    expect(await mailTo(ada)).toHaveLength(1)
  })
})

test('cancelled, what has not gone never goes', async () => {
  const slug = await anOpenCampaign(server)
  const ada = await aReader(server, slug, anAddress())
  const organizer = await writingFor(server, slug)
  const { id } = await organizer.send()
  await spreadUpdate(server.deps, id)

  expect(await organizer.does(id, 'cancellation')).toMatchObject({ state: 'cancelled' })
  const late = await aReader(server, slug, anAddress())
  await aMinute()

  expect([...(await mailTo(ada)), ...(await mailTo(late))]).toEqual([])
})

describe('whoever confirms afterwards', () => {
  test('gets the current update, once, and whoever has it does not get it again', async () => {
    const slug = await anOpenCampaign(server)
    const ada = await aReader(server, slug, anAddress())
    const organizer = await writingFor(server, slug)
    const { id } = await organizer.send()
    await aMinute()
    const late = anAddress()
    await sign(server, slug, { email: late, updates: true })
    await aMinute()
    const before = await mailTo(late)
    await confirm(server, slug, late)
    const silent = await aReader(server, slug, anAddress(), { updates: false })

    const other = await server.another()
    await Promise.all([carryUpdatesOn(server.deps), carryUpdatesOn(other.deps)])
    await aMinute()
    await aMinute()

    expect(before).toEqual([])
    expect((await Promise.all([ada, late, silent].map(mailTo))).map(({ length }) => length)).toEqual([
      1, 1, 0,
    ])
    expect(await organizer.sees(id)).toMatchObject({ written: 2, late: 1 })
  })

  test('and gets no mail is counted once, however often the clock looks', async () => {
    const slug = await anOpenCampaign(server)
    await aReader(server, slug, anAddress())
    const organizer = await writingFor(server, slug)
    const { id } = await organizer.send()
    await aMinute()
    const late = await aReader(server, slug, anAddress())
    const { keys, db, now } = server.deps
    await suppress(db, { digests: [mailboxDigest(keys, late)], reason: 'bounced', at: now() })

    for (const _ of times(4, () => 'a minute')) await aMinute()

    expect(await mailTo(late)).toEqual([])
    expect(await organizer.sees(id)).toMatchObject({
      state: 'sent',
      written: 2,
      late: 1,
      waiting: 0,
      sent: 1,
      refused: 0,
    })
    expect(await lettersOf(server, slug)).toEqual([
      { state: 'dropped', letters: 1, readers: 1 },
      { state: 'sent', letters: 1, readers: 1 },
    ])
  })

  test('gets the newest that is for her campus, and none that is a month old', async () => {
    const slug = await anOpenCampaign(server, { smallestShown: 2 })
    for (const email of times(4, anAddress)) await aReader(server, slug, email, { campus: 'mit.edu' })
    await aReader(server, slug, anAddress())
    const organizer = await writingFor(server, slug)
    const all = await organizer.send({ words: { en: { subject: 'All', body: 'To all of you.' } } })
    const mits = await organizer.send({
      words: { en: { subject: 'MIT', body: 'To MIT alone.' } },
      campuses: ['mit.edu'],
    })
    await aMinute()
    const mit = await aReader(server, slug, anAddress(), { campus: 'mit.edu' })
    const tech = await aReader(server, slug, anAddress(), { campus: 'gatech.edu' })
    await aMinute()

    expect((await mailTo(mit)).map(({ text }) => /To .*\./.exec(text)?.[0])).toEqual(['To MIT alone.'])
    expect((await mailTo(tech)).map(({ text }) => /To .*\./.exec(text)?.[0])).toEqual(['To all of you.'])
    await server.deps.db.execute(sql`
      update updates set started_at = started_at - interval '31 days' where id in (${all.id}, ${mits.id})`)
    const tooLate = await aReader(server, slug, anAddress())
    await aMinute()
    expect(await mailTo(tooLate)).toEqual([])
  })
})

test('whoever signs now does not wait for thousands who are written to', async () => {
  const slug = await anOpenCampaign(server)
  await manyReaders(server, slug, 300)
  const { id } = await (await writingFor(server, slug)).send()
  await spreadUpdate(server.deps, id)
  await sign(server, slug, { email: anAddress() })
  const { claimLetters } = await import('../../server/mail/ledger.ts')

  const [first] = await claimLetters(server.deps.db, { worker: 1, most: 5, now: server.deps.now() })

  expect(first?.template).toBe('confirm')
  await server.deps.db.execute(sql`delete from letters where campaign_id = ${await campaignId(server, slug)}`)
})
