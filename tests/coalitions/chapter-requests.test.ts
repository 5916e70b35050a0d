import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ChapterRequest, Coalition } from '../../server/coalitions/contract.ts'
import { forgetUnanswered } from '../../server/coalitions/forgetting.ts'
import { type AnOrganizer, anOpenCampaign, anOrganizer, campaignId, letterTo, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aPartner } from './coalition.ts'

const server = estamos()
const MINUTE_MS = 60_000

afterEach(() => delete server.clock.now)

test('a student who asked in Spanish to lead is answered in Spanish, with the campus that they asked for', async () => {
  const slug = await anOpenCampaign(server)
  const host = await anOrganizer(server)
  const email = anAddress()
  await ask(slug, { email, domain: 'mit.edu', locale: 'es' })
  await press(await linkTo(email))
  const [request] = await requests(host, slug)

  await host.call('POST', `campaigns/${slug}/chapter-requests/${request?.id}/approval`, {
    chapterName: 'YDSA',
  })

  const letter = await letterTo(server, email)
  expect(letter?.subject).toContain('Pediste encabezarlo: sí')
  expect(letter?.text).toContain('Pediste encabezarlo en Massachusetts Institute of Technology: ¡sí!')
  expect(letter?.text).toContain('/console/partner-invitation#')
})

describe('asking to lead at a campus', () => {
  test('reaches the host only after the mailbox has said yes, once', async () => {
    const slug = await anOpenCampaign(server)
    const host = await anOrganizer(server)
    const email = anAddress('cc.gatech.edu')
    const asked = await ask(slug, { email, about: 'With my roommates.\nAnd the union.' })
    const before = await requests(host, slug)

    const link = await linkTo(email)
    const opened = await page(link)
    const reviewed = await review(link)
    const between = await requests(host, slug)
    const pressed = await press(link)
    const again = await press(link)

    expect(asked.statusCode).toBe(202)
    expect([before, between]).toEqual([[], []])
    expect(opened.statusCode).toBe(200)
    expect(opened.body.replace(/<style>.*<\/style>/s, '')).not.toMatch(/gatech|Georgia|Ada|roommates/)
    expect(reviewed.statusCode).toBe(200)
    expect(reviewed.body).toMatch(/Ada Lovelace.*With my roommates.\nAnd the union./s)
    expect([pressed.statusCode, again.statusCode]).toEqual([200, 200])
    expect(pressed.body).toContain('Georgia Institute of Technology')
    expect(await requests(host, slug)).toEqual([
      {
        id: expect.any(Number),
        campus: { campus: 'gatech.edu', name: 'Georgia Institute of Technology' },
        askedAt: expect.any(String),
        contact: {
          email,
          name: 'Ada Lovelace',
          about: 'With my roommates.\nAnd the union.',
          isOfCampus: true,
        },
      },
    ])
  })

  test('writes nothing of what was typed into the letter, and nothing readable into the database', async () => {
    const slug = await anOpenCampaign(server)
    const email = anAddress()
    await ask(slug, { email, name: 'Buy Pills', about: 'at pills.example' })

    const { rows } = await server.deps.db.execute(sql`
      select (select string_agg(row::text, '') from letters row)
        || (select string_agg(row::text, '') from chapter_requests row) as all`)
    const letter = await letterTo(server, email)

    expect(letter?.text).toContain('No tech for cages')
    expect(JSON.stringify({ ...letter, to: '' })).not.toMatch(/pills/i)
    expect(JSON.stringify(rows)).toContain('unconfirmed')
    for (const secret of [email, 'Pills', 'pills.example'])
      for (const form of [secret, Buffer.from(secret).toString('hex')])
        expect(JSON.stringify(rows)).not.toContain(form)
  })

  test('answers the same whether the address is new, waits, asked, or was declined', async () => {
    const slug = await anOpenCampaign(server)
    const host = await anOrganizer(server)
    const email = anAddress()
    const answers = [await ask(slug, { email }), await ask(slug, { email })]
    await press(await linkTo(email))
    answers.push(await ask(slug, { email }))
    const [{ id } = { id: 0 }] = await requests(host, slug)
    await host.call('DELETE', `campaigns/${slug}/chapter-requests/${id}`)
    answers.push(await ask(slug, { email }))

    expect(answers[0]?.statusCode).toBe(202)
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1)
    expect(await requests(host, slug)).toEqual([])
  })

  test('writes to a mailbox three times a day at most, however often somebody types its address', async () => {
    const slug = await anOpenCampaign(server)
    const email = anAddress()
    const sent = vi.spyOn(server.deps.mail, 'post')
    const emails = () =>
      sent.mock.calls.filter(([{ readers }]) => readers.some(({ to }) => to === email)).length

    for (const about of times(5, String)) await ask(slug, { email, about })
    await server.work()
    const thatDay = emails()
    server.clock.now = new Date(Date.now() + 25 * 60 * MINUTE_MS)
    await ask(slug, { email })
    await server.work()

    expect([thatDay, emails()]).toEqual([3, 4])
    sent.mockRestore()
  })

  test('by somebody else with the same address: each link hands on its own words, the first one pressed alone', async () => {
    const slug = await anOpenCampaign(server)
    const host = await anOrganizer(server)
    const email = anAddress()
    await ask(slug, { email, about: 'My own words' })
    const own = await linkTo(email)
    await ask(slug, { email, name: 'Vile Slur', about: 'Words of a stranger' })
    const strangers = await linkTo(email)

    const [reviewed, other] = [await review(own), await review(strangers)]
    const [pressed, late] = [await press(own), await press(strangers)]

    expect(reviewed.body).toContain('My own words')
    expect(reviewed.body).not.toMatch(/Vile|stranger/)
    expect(other.body).toContain('Words of a stranger')
    expect([pressed.statusCode, late.statusCode]).toEqual([200, 410])
    expect(await requests(host, slug)).toMatchObject([
      { contact: { name: 'Ada Lovelace', about: 'My own words' } },
    ])
  })

  test.each<[string, Typed, number]>([
    ['no email', { email: '' }, 422],
    ['two addresses', { email: 'a@b.example,c@d.example' }, 422],
    ['no name', { name: ' ' }, 422],
    ['a link for a name', { name: 'https://pills.example' }, 422],
    ['601 characters', { about: 'x'.repeat(601) }, 413],
  ])('is refused with %s, and keeps what was typed', async (_, typed, status) => {
    const slug = await anOpenCampaign(server)

    const answer = await ask(slug, { about: 'Kept as it is', ...typed })

    expect(answer.statusCode).toBe(status)
    expect(answer.body).toContain(typed.about ?? 'Kept as it is')
    expect(answer.body).toContain('class="refusal')
  })

  test('stops for the day after a hundred that nobody confirmed', async () => {
    const slug = await anOpenCampaign(server)
    await server.deps.db.execute(sql`
      insert into chapter_requests (campaign_id, campus_id, address_digest, request_id, state, asked_at)
      select ${await campaignId(server, slug)}, (select id from campuses where domain = 'mit.edu'), n::text::bytea,
        gen_random_uuid(), 'unconfirmed', now() from generate_series(1, 100) n`)

    const full = await ask(slug, { email: anAddress() })
    server.clock.now = new Date(Date.now() + 25 * 60 * MINUTE_MS)
    const nextDay = await ask(slug, { email: anAddress() })

    expect([full.statusCode, nextDay.statusCode]).toEqual([503, 202])
  })

  test('is offered where nobody leads, and nowhere else', async () => {
    const gatech = server.deps.campuses.byDomain('gatech.edu')?.id ?? 0
    const slug = await anOpenCampaign(server, { campuses: [{ campusId: gatech, chapterName: 'YDSA' }] })
    const closed = await anOpenCampaign(server, { state: 'closed' })
    const draft = await anOpenCampaign(server, { state: 'draft' })

    const offered = await page(`/c/${slug}/mit.edu`)
    const led = await page(`/c/${slug}/gatech.edu`)
    const forms = await Promise.all(
      [
        `${slug}/mit.edu`,
        `${slug}/gatech.edu`,
        `${closed}/mit.edu`,
        `${draft}/mit.edu`,
        `${slug}/nowhere.example`,
      ].map((place) => page(`/c/${place}/chapter-requests`)),
    )

    expect(offered.body).toContain(`/c/${slug}/mit.edu/chapter-requests`)
    expect(led.body).not.toContain('chapter-requests')
    expect(forms.map(({ statusCode }) => statusCode)).toEqual([200, 303, 303, 404, 404])
  })
})

describe('the host', () => {
  test('approves: the chapter has a name, and she is invited as a partner of that name', async () => {
    const { slug, host, email, request } = await asked()

    const answer = await host.call('POST', `campaigns/${slug}/chapter-requests/${request.id}/approval`, {
      chapterName: ' YDSA at MIT ',
    })
    const letter = await letterTo(server, email)

    expect(answer.json()).toMatchObject({
      chapterRequests: [],
      invitations: [{ organizationName: 'YDSA at MIT', email }],
    })
    expect(letter?.text).toContain('YDSA at MIT')
    await expect.poll(async () => (await standing(slug)).chapter).toBe('YDSA at MIT')
    expect(await contactsOf(slug)).toEqual([{ state: 'approved', contact: null }])
  })

  test('declines: name and address are erased, and nobody is written to', async () => {
    const { slug, host, email, request } = await asked()
    const before = (await letterTo(server, email))?.subject

    const answer = await host.call('DELETE', `campaigns/${slug}/chapter-requests/${request.id}`)

    expect(answer.json().chapterRequests).toEqual([])
    expect(await contactsOf(slug)).toEqual([{ state: 'declined', contact: null }])
    expect((await letterTo(server, email))?.subject).toBe(before)
  })

  test('decides once, whatever two owners press at the same moment', async () => {
    const { slug, host, request } = await asked()
    const other = await anOrganizer(server)
    const url = `campaigns/${slug}/chapter-requests/${request.id}`

    const answers = await Promise.all([
      host.call('POST', `${url}/approval`, { chapterName: 'One' }),
      other.call('POST', `${url}/approval`, { chapterName: 'Two' }),
      other.call('DELETE', url),
    ])

    const codes = answers.map(({ statusCode }) => statusCode)
    expect(codes.sort()).toEqual([200, 409, 409])
  })

  test('finds a second request for a campus that has a chapter by now still open, and is told', async () => {
    const { slug, host, request } = await asked()
    const second = anAddress()
    await ask(slug, { email: second, domain: 'mit.edu' })
    await press(await linkTo(second))
    await host.call('POST', `campaigns/${slug}/chapter-requests/${request.id}/approval`, {
      chapterName: 'One',
    })
    const [{ id } = { id: 0 }] = await requests(host, slug)

    const answer = await host.call('POST', `campaigns/${slug}/chapter-requests/${id}/approval`, {
      chapterName: 'Two',
    })

    expect([answer.statusCode, answer.json().code]).toEqual([409, 'chapter-there'])
    expect(await requests(host, slug)).toMatchObject([{ id, contact: { email: second } }])
  })

  test('shows who asks to those who decide, to nobody else, and tells nobody in its log', async () => {
    const { slug, host, email, request } = await asked()
    const viewer = await anOrganizer(server, { role: 'viewer' })
    const partner = await aPartner(server, slug)

    const [seen] = await requests(viewer, slug)
    const ofPartner = await partner.call('GET', `campaigns/${slug}/coalition`)
    await host.call('DELETE', `campaigns/${slug}/chapter-requests/${request.id}`)

    const { rows } = await server.deps.db.execute(sql`
      select action, details from audit_log where campaign_id = ${await campaignId(server, slug)}`)
    expect(seen?.campus.campus).toBe('mit.edu')
    expect(seen?.contact).toBeUndefined()
    expect(ofPartner.body).not.toContain('chapterRequests')
    expect(rows).toEqual([
      { action: 'chapter-request.decline', details: { request: request.id, campus: 'mit.edu' } },
    ])
    expect(JSON.stringify(rows)).not.toContain(email)
  })
})

test('what nobody confirmed is gone after a week, and what was left open after a season', async () => {
  const { slug, request } = await asked()
  await ask(slug, { email: anAddress() })
  const states = async () => (await contactsOf(slug)).map(({ state }) => state).sort()
  const at = async (days: number) => {
    server.clock.now = new Date(Date.now() + days * 24 * 60 * MINUTE_MS)
    await forgetUnanswered(server.deps)
    return await states()
  }

  expect(request.id).toBeGreaterThan(0)
  expect(await at(6)).toEqual(['asked', 'unconfirmed'])
  expect(await at(8)).toEqual(['asked'])
  expect(await at(91)).toEqual([])
})

interface Typed {
  email?: string
  name?: string
  about?: string
  domain?: string
  locale?: string
}

async function ask(slug: string, { domain = 'gatech.edu', locale = 'en', ...typed }: Typed) {
  return await server.app.inject({
    method: 'POST',
    url: `/c/${slug}/${domain}/chapter-requests?locale=${locale}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      email: anAddress(),
      name: 'Ada Lovelace',
      about: '',
      ...typed,
    }).toString(),
  })
}

/** A request that the host sees. */
async function asked() {
  const slug = await anOpenCampaign(server)
  const host = await anOrganizer(server)
  const email = anAddress()
  await ask(slug, { email, domain: 'mit.edu' })
  await press(await linkTo(email))
  const [request] = await requests(host, slug)
  if (!request) throw new Error('nothing was asked')
  return { slug, host, email, request }
}

function anAddress(domain = 'mail.example'): string {
  return `asks-${Math.random().toString(36).slice(2)}@${domain}`
}

async function linkTo(email: string): Promise<string> {
  const { text = '' } = (await letterTo(server, email)) ?? {}
  return /\/chapter-requests\/[\w-]+/.exec(text)?.[0] ?? 'no link'
}

async function page(url: string) {
  return await server.app.inject({ url, headers: { accept: 'text/html' } })
}

/** The first press, which shows what the next one hands on. */
async function review(url: string) {
  return await post(url, '')
}

async function press(url: string) {
  return await post(url, 'confirmed=yes')
}

async function post(url: string, payload: string) {
  return await server.app.inject({
    method: 'POST',
    url,
    headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    payload,
  })
}

async function requests(organizer: AnOrganizer, slug: string): Promise<ChapterRequest[]> {
  const answer = await organizer.call('GET', `campaigns/${slug}/coalition`)
  return (answer.json() as Coalition).chapterRequests ?? []
}

async function standing(slug: string): Promise<{ chapter?: string }> {
  return (await server.app.inject(`/api/v1/campaigns/${slug}/campuses/mit.edu`)).json()
}

async function contactsOf(slug: string): Promise<Record<string, unknown>[]> {
  const { rows } = await server.deps.db.execute(sql`
    select state, contact from chapter_requests where campaign_id = ${await campaignId(server, slug)} order by id`)
  return rows
}
