import { sql } from 'drizzle-orm'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { LONGEST_UPDATE } from '../../emails/update.ts'
import { lettersIn } from '../../server/mail/mailbox.ts'
import type { Readers, UpdatePreview } from '../../server/updates/contract.ts'
import { carryUpdatesOn } from '../../server/updates/spreading.ts'
import { anOpenCampaign, anOrganizer, asSigner, campaignId, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aReader, WORDS, writingFor } from './writing.ts'

const server = estamos()

async function aDraft(content: object = {}, settings = {}) {
  const slug = await anOpenCampaign(server, settings)
  await aReader(server, slug, 'ada@mail.example', { campus: 'gatech.edu' })
  await aReader(server, slug, 'bob@mail.example')
  const organizer = await anOrganizer(server, { role: 'editor' })
  const update = await (await writingFor(server, slug)).draft(content)
  const at = `campaigns/${slug}/updates/${update.id}`
  return { slug, at, organizer, update }
}

let readers = 0

async function readersAt(slug: string, campus: string, people: number): Promise<void> {
  for (const email of times(people, () => `reader-${(readers += 1)}@mail.example`))
    await aReader(server, slug, email, { campus })
}

describe('a draft', () => {
  test('keeps what was typed, however unfinished, and the second of two who write is told', async () => {
    const { at, organizer, update } = await aDraft({ words: {} })
    const half = { words: { en: { subject: '', body: ' half a sen' } }, campuses: ['gatech.edu'] }

    const first = await organizer.call('PUT', at, { ...half, revision: update.revision })
    const second = await organizer.call('PUT', at, { words: WORDS, revision: update.revision })

    expect(first.json()).toMatchObject({ ...half, revision: 2, state: 'draft' })
    expect(second.json()).toMatchObject({ code: 'changed-meanwhile' })
    expect((await organizer.call('GET', at)).json()).toMatchObject(half)
  })

  test('is counted and shown as its readers would get it, in every language', async () => {
    const { slug, at, organizer } = await aDraft()

    const preview = (await organizer.call('GET', `${at}/preview`)).json<UpdatePreview>()
    const readers = (await organizer.call('GET', `campaigns/${slug}/update-readers`)).json<Readers>()
    const email = await organizer.call('GET', `${at}/emails/es`)

    expect(preview).toMatchObject({
      readers: 2,
      problems: [],
      emails: [{ locale: 'en', subject: 'News about what you signed' }, { locale: 'es' }],
    })
    expect(readers).toEqual({ all: 2, campuses: [] })
    expect(email.headers['content-security-policy']).toContain('sandbox')
    expect(email.body).toContain('La entregamos.')
    expect((await organizer.call('GET', `${at}/emails/fr`)).statusCode).toBe(404)
  })

  test('tells of no campus with few readers, and of others a rounded number', async () => {
    const { slug, at, organizer } = await aDraft({ campuses: ['mit.edu'] })
    const few = async () => [
      (await organizer.call('GET', `${at}/preview`)).json<UpdatePreview>().readers,
      (await organizer.call('GET', `campaigns/${slug}/update-readers`)).json<Readers>().campuses.length,
    ]
    const none = await few()
    await readersAt(slug, 'mit.edu', 9)

    const nine = await few()
    await readersAt(slug, 'mit.edu', 4)

    expect([none, nine]).toEqual([
      [undefined, 0],
      [undefined, 0],
    ])
    await vi.waitUntil(async () => (await few())[0] === 10, 10_000)
    expect((await organizer.call('GET', `campaigns/${slug}/update-readers`)).json()).toMatchObject({
      all: 15,
      campuses: [{ campus: 'mit.edu', readers: 10 }],
    })
  })

  test('is sent for a test to the organizer who asks, and to nobody else', async () => {
    const { at, organizer, update } = await aDraft()

    const answer = await organizer.call('POST', `${at}/tests`, { revision: update.revision })
    await server.work()

    const letters = (await lettersIn(server.deps.mailboxFolder)).filter(({ text }) => text.includes('[Test]'))
    expect(answer.statusCode).toBe(202)
    expect(letters.map(({ to }) => to)).toEqual([organizer.email, organizer.email])
    expect(letters.map(({ text }) => text).join()).not.toContain('/my-pledge/')
  })

  test('is tested no more often than it takes', async () => {
    const { at, organizer, update } = await aDraft()
    await server.deps.db.execute(sql`update updates set tests = 30 where id = ${update.id}`)

    const answer = await organizer.call('POST', `${at}/tests`, { revision: update.revision })

    expect(answer.json()).toMatchObject({ code: 'too-many-tests' })
  })

  test('is deleted, but not once it is on its way', async () => {
    const { at, organizer, update } = await aDraft()
    const other = await aDraft()

    expect((await organizer.call('DELETE', at)).statusCode).toBe(204)
    expect((await organizer.call('GET', at)).statusCode).toBe(404)
    await other.organizer.call('POST', `${other.at}/sending`, { revision: other.update.revision })
    expect((await other.organizer.call('DELETE', other.at)).json()).toMatchObject({ code: 'wrong-stage' })
    expect(update.id).not.toBe(other.update.id)
  })

  test('of one campaign is not found in another', async () => {
    const { update } = await aDraft()
    const { slug, organizer } = await aDraft()

    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/preview'],
      ['GET', '/emails/en'],
      ['DELETE', ''],
      ['POST', '/pause'],
      ['POST', '/cancellation'],
    ] as const) {
      const answer = await organizer.call(method, `campaigns/${slug}/updates/${update.id}${path}`)
      expect(answer.json()).toMatchObject({ code: 'not-found' })
    }
  })
})

const said = (body: string) => ({ words: { en: { subject: 'News', body } } })

describe('nothing is sent', () => {
  test.each([
    ['without words', { words: {} }, /subject and a text/],
    ['without a subject', { words: { en: { subject: ' ', body: 'Text.' } } }, /no subject/],
    [
      'without a text',
      { words: { en: WORDS.en, es: { subject: 'Hola', body: '' } } },
      /Spanish subject has no text/,
    ],
    ['that is too long', said('x'.repeat(LONGEST_UPDATE + 1)), /6,000 is the most/],
    ['with signs that nobody sees', said('safe \u202Egnp.exe'), /cannot be seen/],
    ['with a link that hides where it leads', said('See https://bit.ly/3abc'), /bit\.ly/],
  ])('%s', async (_, content, why) => {
    const { at, organizer, update } = await aDraft(content)

    const preview = (await organizer.call('GET', `${at}/preview`)).json<UpdatePreview>()
    const sent = await organizer.call('POST', `${at}/sending`, { revision: update.revision })

    expect(preview.problems.join()).toMatch(why)
    expect(sent.json()).toMatchObject({ code: 'setting-invalid', detail: preview.problems[0] })
  })

  test('to nobody, twice, of an older revision, or without a passkey', async () => {
    const { at, organizer, update } = await aDraft({ campuses: ['mit.edu'] })
    const stale = await anOrganizer(server, { role: 'editor', isFresh: false })
    const { revision } = update

    const toNobody = await organizer.call('POST', `${at}/sending`, { revision })
    const older = await organizer.call('POST', `${at}/sending`, { revision: revision + 1 })
    const without = await stale.call('POST', `${at}/sending`, { revision })
    await organizer.call('PUT', at, { words: WORDS, revision })
    const both = await Promise.all(
      [1, 2].map(() => organizer.call('POST', `${at}/sending`, { revision: revision + 1 })),
    )

    expect(toNobody.json()).toMatchObject({ code: 'too-few', field: 'campuses' })
    expect(older.json()).toMatchObject({ code: 'changed-meanwhile' })
    expect(without.json()).toMatchObject({ code: 'passkey-needed' })
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409])
  })

  test('to campuses of fewer than ten readers, however far they are from it, at once or later', async () => {
    const { slug, at, organizer, update } = await aDraft({ campuses: ['mit.edu', 'berkeley.edu'] })
    const { revision } = update
    const later = new Date(Date.now() + 3_600_000).toISOString()
    const asked = async () => [
      (await organizer.call('POST', `${at}/sending`, { revision })).json(),
      (await organizer.call('POST', `${at}/schedule`, { revision, at: later })).json(),
    ]

    const none = await asked()
    await readersAt(slug, 'mit.edu', 8)
    await readersAt(slug, 'berkeley.edu', 1)
    const few = await asked()
    await readersAt(slug, 'berkeley.edu', 1)
    const enough = await organizer.call('POST', `${at}/sending`, { revision })

    expect(none).toMatchObject([{ code: 'too-few' }, { code: 'too-few' }])
    expect(few).toEqual(none)
    expect(enough.json()).toMatchObject({ state: 'sending', found: 10 })
  })

  test('to campuses whose readers became too few before the time that was set', async () => {
    const { slug, at, organizer, update } = await aDraft({ campuses: ['mit.edu'] }, { smallestShown: 2 })
    await readersAt(slug, 'mit.edu', 4)
    const when = new Date(Date.now() + 3_600_000).toISOString()
    const scheduled = await organizer.call('POST', `${at}/schedule`, { revision: update.revision, at: when })
    await (
      await asSigner(server, slug, `reader-${readers}@mail.example`)
    )('POST', '/withdrawal')
    server.clock.now = new Date(Date.parse(when) + 60_000)
    onTestFinished(() => {
      delete server.clock.now
    })

    await carryUpdatesOn(server.deps)

    const again = await anOrganizer(server, { role: 'editor' })
    expect(scheduled.json()).toMatchObject({ state: 'scheduled' })
    expect((await again.call('GET', at)).json()).toMatchObject({ state: 'draft', written: 0 })
  })

  test('more than twice a day, scheduled ones counted', async () => {
    const { slug, organizer } = await aDraft()
    const writer = await writingFor(server, slug)
    await writer.send()
    const second = await writer.draft()
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
    const scheduled = await organizer.call('POST', `${writer.at}/${second.id}/schedule`, {
      revision: second.revision,
      at: inAnHour,
    })

    expect(scheduled.json()).toMatchObject({ state: 'scheduled', scheduledAt: inAnHour })
    expect(await writer.send()).toMatchObject({ code: 'too-many-updates' })
    await organizer.call('DELETE', `${writer.at}/${second.id}/schedule`)
    expect(await writer.send()).toMatchObject({ state: 'sending' })
  })

  test('at a time that is over, or far away', async () => {
    const { at, organizer, update } = await aDraft()
    const far = new Date(Date.now() + 100 * 86_400_000).toISOString()

    for (const when of ['2020-01-01T00:00:00Z', far]) {
      const answer = await organizer.call('POST', `${at}/schedule`, { revision: update.revision, at: when })
      expect(answer.json()).toMatchObject({ code: 'setting-invalid', field: 'at' })
    }
  })
})

test('every step is written down, and typing on is written down once', async () => {
  const { slug, at, organizer, update } = await aDraft()
  let { revision } = update
  for (const body of ['One.', 'One. Two.', 'One. Two. Three.']) {
    const words = { en: { subject: 'News', body } }
    const answer = await organizer.call('PUT', at, { words, revision })
    revision = answer.json<{ revision: number }>().revision
  }
  await organizer.call('POST', `${at}/tests`, { revision })
  await organizer.call('POST', `${at}/sending`, { revision })
  await organizer.call('POST', `${at}/pause`)
  await organizer.call('DELETE', `${at}/pause`)
  await organizer.call('POST', `${at}/cancellation`)

  const { rows } = await server.deps.db.execute<{ action: string }>(sql`
    select action from audit_log where campaign_id = ${await campaignId(server, slug)} order by id`)

  expect(rows.map(({ action }) => action)).toEqual([
    'update.write',
    'update.change',
    'update.test',
    'update.send',
    'update.pause',
    'update.resume',
    'update.cancel',
  ])
})
