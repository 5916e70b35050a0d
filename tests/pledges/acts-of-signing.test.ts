import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { lettersIn } from '../../server/mail/mailbox.ts'
import type { PledgeRequest } from '../../server/pledges/contract.ts'
import {
  aCampaignThatAsks,
  anOpenCampaign,
  anOrganizer,
  answersTo,
  asSigner,
  campaignId,
  codeIn,
  confirmByToken,
  pledgesOf,
  rowOf,
  sign,
  tallyDifferences,
  times,
  tokenIn,
  tryCode,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
const ADA = 'ada@mail.example'

afterEach(() => delete server.clock.now)

interface Email {
  text: string
  link: string
  code: string
  myPledge: string
  receipt: string
}

/** Signs as somebody who types Ada's address, and reads the email that Ada gets for it. */
async function signFor(slug: string, request: Partial<PledgeRequest> = {}): Promise<Email> {
  const answer = await sign(server, slug, { email: ADA, ...request })
  return { ...(await newestEmail()), receipt: answer.json().receipt }
}

async function newestEmail(to = ADA) {
  await server.work()
  const [letter] = (await lettersIn(server.deps.mailboxFolder)).filter((one) => one.to === to)
  const text = letter?.text ?? ''
  return {
    text,
    link: tokenIn(text, 'confirm'),
    code: codeIn(text),
    myPledge: tokenIn(text, 'my-pledge'),
  }
}

/** The cookie that a mailed link to a pledge gives. */
async function open(token: string) {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-sessions',
    payload: { token },
  })
  return { answer, cookies: { 'my-pledge': answer.cookies[0]?.value ?? '' } }
}

function outcome(answer: { statusCode: number; json: () => { code?: string } }): string {
  return [answer.statusCode, answer.json().code].filter(Boolean).join(' ')
}

function campusOf(row: Record<string, unknown> | undefined): string | undefined {
  return server.deps.campuses.byId((row?.campus_id as number | null) ?? 0)?.domain
}

async function bothSigned() {
  const asked = await aCampaignThatAsks(server)
  const [question] = asked.questions
  const adas = await signFor(asked.slug, {
    campus: 'gatech.edu',
    affiliation: 'student',
    source: 'poster',
    answers: [{ question, option: 1 }],
  })
  const mallorys = await signFor(asked.slug, {
    campus: 'mit.edu',
    affiliation: 'other',
    source: 'sample',
    answers: [{ question, option: 3 }],
  })
  return { ...asked, question, adas, mallorys }
}

describe('the first link, after a stranger signs the same address with other choices,', () => {
  test('confirms the campus, affiliation, source and answers that its email was about', async () => {
    const { slug, question, adas } = await bothSigned()

    const answer = await confirmByToken(server, adas.link)

    expect(answer.json()).toMatchObject({ campus: { campus: 'gatech.edu' } })
    expect(await rowOf(server, slug, ADA)).toMatchObject({ affiliation: 'student', source: 'poster' })
    expect(campusOf(await rowOf(server, slug, ADA))).toBe('gatech.edu')
    expect(await answersTo(server, question)).toEqual({ 1: 1 })
    expect(await tallyDifferences(server)).toEqual([])
  })

  test('has a code of its own, which confirms the same', async () => {
    const { slug, question, adas, mallorys } = await bothSigned()

    const answer = await tryCode(server, slug, adas.code, ADA)

    expect(adas.code).not.toBe(mallorys.code)
    expect(answer.json()).toMatchObject({ campus: { campus: 'gatech.edu' } })
    expect(await answersTo(server, question)).toEqual({ 1: 1 })
  })

  test('answers alike once the second link confirmed, and changes nothing', async () => {
    const { slug, question, adas, mallorys } = await bothSigned()

    const second = await confirmByToken(server, mallorys.link)
    const before = await pledgesOf(server, slug)
    const first = await confirmByToken(server, adas.link)
    const firstCode = await tryCode(server, slug, adas.code, ADA)

    expect([second.statusCode, first.statusCode, firstCode.statusCode]).toEqual([200, 200, 200])
    expect(first.body).toBe(second.body)
    expect(await pledgesOf(server, slug)).toEqual(before)
    expect(await answersTo(server, question)).toEqual({ 3: 1 })
  })

  test('pressed at the same moment as the second confirms one of the two, whole', async () => {
    const { slug, question, adas, mallorys } = await bothSigned()
    const other = await server.another()

    const answers = await Promise.all([
      confirmByToken(server, adas.link),
      confirmByToken(other, mallorys.link),
    ])

    const row = await rowOf(server, slug, ADA)
    const isAdas = row?.source === 'poster'
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200])
    expect(row).toMatchObject(
      isAdas ? { affiliation: 'student', source: 'poster' } : { affiliation: 'other', source: 'sample' },
    )
    expect(campusOf(row)).toBe(isAdas ? 'gatech.edu' : 'mit.edu')
    expect(await answersTo(server, question)).toEqual(isAdas ? { 1: 1 } : { 3: 1 })
    expect(await tallyDifferences(server)).toEqual([])
  })

  test('shows and changes its own signing through the link to the pledge', async () => {
    const { slug, adas } = await bothSigned()
    const { cookies } = await open(adas.myPledge)

    const shown = await server.app.inject({ url: '/api/v1/my-pledge', cookies })
    await server.app.inject({
      method: 'PATCH',
      url: '/api/v1/my-pledge',
      cookies,
      payload: { campus: 'psu.edu', display: true, name: 'Ada Lovelace' },
    })
    await confirmByToken(server, adas.link)

    expect(shown.json()).toMatchObject({
      campus: { campus: 'gatech.edu' },
      affiliation: 'student',
      source: 'poster',
      answers: [{ answer: '2027' }],
    })
    const row = await rowOf(server, slug, ADA)
    expect(row).toMatchObject({ state: 'confirmed', display_name: 'Ada L.', source: 'poster' })
    expect(campusOf(row)).toBe('psu.edu')
  })

  test('erases the pledge, and with it what the stranger signed', async () => {
    const { slug, adas, mallorys } = await bothSigned()
    const { cookies } = await open(adas.myPledge)

    await server.app.inject({ method: 'DELETE', url: '/api/v1/my-pledge', cookies })
    const answer = await confirmByToken(server, mallorys.link)

    expect(outcome(answer)).toBe('410 token-expired')
    expect(await pledgesOf(server, slug)).toEqual([])
  })
})

test('a stranger who signs an address in the same second does not replace its email', async () => {
  const slug = await anOpenCampaign(server)
  await Promise.all([
    sign(server, slug, { email: ADA, campus: 'gatech.edu' }),
    sign(server, slug, { email: ADA, campus: 'mit.edu' }),
  ])
  await server.work()

  const letters = (await lettersIn(server.deps.mailboxFolder)).filter(({ to }) => to === ADA).slice(0, 2)

  expect(letters.map(({ text }) => /Georgia|Massachusetts/.exec(text)?.[0]).sort()).toEqual([
    'Georgia',
    'Massachusetts',
  ])
})

test('an email lists the campus, the affiliation and the ticks that it confirms', async () => {
  const slug = await anOpenCampaign(server)

  const english = await signFor(slug, {
    campus: 'gatech.edu',
    affiliation: 'alum',
    updates: true,
    locale: 'en',
  })
  const spanish = await signFor(slug, { campus: 'mit.edu', affiliation: 'student', locale: 'es' })
  const neither = await signFor(slug, { locale: 'en' })

  expect(english.text).toContain('You sign for: Georgia Institute of Technology. You are: alum.')
  expect(english.text).toContain('You ticked: email me about this pledge.')
  expect(spanish.text).toContain('Firmas por: Massachusetts Institute of Technology. Eres: estudiante.')
  expect(neither.text).toContain('You sign for no campus.')
})

test('two hundred signatures of one address at the same moment send as many emails as a mailbox takes', async () => {
  const slug = await anOpenCampaign(server)
  const other = await server.another()
  const email = 'crowd@mail.example'

  const answers = await Promise.all(
    times(200, (n) =>
      sign(n % 2 ? server : other, slug, { email, campus: n % 2 ? 'mit.edu' : 'gatech.edu' }),
    ),
  )
  await server.work()
  const letters = (await lettersIn(server.deps.mailboxFolder)).filter(({ to }) => to === email)
  const confirmed = await Promise.all(
    letters.map(({ text }) => confirmByToken(server, tokenIn(text, 'confirm'))),
  )

  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
  expect(letters).toHaveLength(3)
  expect(confirmed.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200])
  expect(await pledgesOf(server, slug)).toMatchObject([{ state: 'confirmed' }])
  expect(await tallyDifferences(server)).toEqual([])
})

test('an import of the same address leaves what waits as it is, and its own email confirms its own row', async () => {
  const { slug, questions } = await aCampaignThatAsks(server)
  const [question] = questions
  const editor = await anOrganizer(server, { role: 'editor' })
  const own = await signFor(slug, {
    campus: 'gatech.edu',
    source: 'poster',
    updates: true,
    answers: [{ question, option: 1 }],
  })
  const before = await rowOf(server, slug, ADA)

  const imported = await editor.call('POST', `campaigns/${slug}/imports`, {
    rows: [{ row: 2, email: ADA, campus: 'mit.edu' }],
  })
  const shown = await rowOf(server, slug, ADA)
  const confirmed = await confirmByToken(server, own.link)

  expect(imported.json().rows).toMatchObject([{ status: 'ok' }])
  expect(shown).toEqual(before)
  expect(confirmed.statusCode).toBe(200)
  const after = await rowOf(server, slug, ADA)
  expect(campusOf(after)).toBe('gatech.edu')
  expect(after).toMatchObject({ source: 'poster', wants_updates: true })
  expect(await answersTo(server, question)).toEqual({ 1: 1 })
})

describe('a link to the pledge and a reminder, once a stranger signed again,', () => {
  test('are about what they list', async () => {
    const slug = await anOpenCampaign(server)
    server.clock.now = new Date('2026-03-02T10:00:00Z')
    await signFor(slug, { campus: 'gatech.edu', locale: 'en' })
    await signFor(slug, { campus: 'mit.edu', locale: 'en' })
    await server.app.inject({
      method: 'POST',
      url: '/api/v1/my-pledge-links',
      payload: { campaign: slug, email: ADA },
    })
    const again = await newestEmail()
    server.clock.now = new Date('2026-03-04T11:00:00Z')
    await server.deps.db.execute(sql`select graphile_worker.add_job('remind-unconfirmed')`)
    await server.work()
    const reminder = await newestEmail()
    await signFor(slug, { campus: 'psu.edu', locale: 'en' })

    const confirmation = await confirmByToken(server, reminder.link)

    expect(again.text).toContain('Massachusetts Institute of Technology')
    expect(reminder.text).toContain('Your signature does not count yet')
    expect(reminder.text).toContain('Massachusetts Institute of Technology')
    expect(confirmation.json()).toMatchObject({ campus: { campus: 'mit.edu' } })
  })
})

describe('every link, code and session from before', () => {
  const ends = ['withdrawal', 'erasure'] as const

  async function ended(how: (typeof ends)[number]) {
    const slug = await anOpenCampaign(server)
    const first = await signFor(slug, { campus: 'gatech.edu', updates: true })
    await confirmByToken(server, first.link)
    const { cookies } = await open(first.myPledge)
    const mine = await asSigner(server, slug, ADA)
    const inBrowser = await (how === 'withdrawal' ? mine('POST', '/withdrawal') : mine('DELETE'))
    return { slug, first, cookies, inBrowser }
  }

  async function tried({
    slug,
    first,
    cookies,
  }: Pick<Awaited<ReturnType<typeof ended>>, 'slug' | 'first' | 'cookies'>) {
    return {
      link: outcome(await confirmByToken(server, first.link)),
      code: outcome(await tryCode(server, slug, first.code, ADA)),
      myPledge: outcome(await open(first.myPledge).then(({ answer }) => answer)),
      session: outcome(await server.app.inject({ url: '/api/v1/my-pledge', cookies })),
    }
  }

  test.each(ends)('ends with %s', async (how) => {
    const old = await ended(how)

    expect(await tried(old)).toEqual({
      link: how === 'withdrawal' ? '409 pledge-withdrawn' : '410 token-expired',
      code: '422 code-wrong',
      myPledge: '410 token-expired',
      session: '401 not-signed-in',
    })
  })

  test.each(ends)('stays ended when a stranger signs the address after %s', async (how) => {
    const old = await ended(how)
    const strangers = await signFor(old.slug, { campus: 'mit.edu' })

    const answers = await tried(old)
    const before = await rowOf(server, old.slug, ADA)
    const own = await confirmByToken(server, strangers.link)

    expect(answers).toEqual({
      link: '410 token-expired',
      code: '422 code-wrong',
      myPledge: '410 token-expired',
      session: '401 not-signed-in',
    })
    expect(before).toMatchObject({ state: 'pending' })
    expect(own.statusCode).toBe(200)
    expect(await tallyDifferences(server)).toEqual([])
  })

  test('stays ended sixty days after withdrawal', async () => {
    const old = await ended('withdrawal')
    server.clock.now = new Date(Date.now() + 60 * 24 * 3_600_000)
    await sign(server, old.slug, { email: ADA, campus: 'mit.edu' })

    expect(outcome(await tryCode(server, old.slug, old.first.code, ADA))).toBe('422 code-wrong')
    expect(await rowOf(server, old.slug, ADA)).toMatchObject({ state: 'pending' })
  })

  test('of another spelling of the mailbox ends with withdrawal', async () => {
    const slug = await anOpenCampaign(server)
    const plain = await signFor(slug)
    await sign(server, slug, { email: 'ada+tag@mail.example' })
    const tagged = await newestEmail('ada+tag@mail.example')
    await confirmByToken(server, plain.link)
    await (
      await asSigner(server, slug, ADA)
    )('POST', '/withdrawal')

    const answer = await confirmByToken(server, tagged.link)

    expect(outcome(answer)).toBe('410 token-expired')
    expect((await pledgesOf(server, slug)).filter(({ state }) => state === 'confirmed')).toEqual([])
    expect(await tallyDifferences(server)).toEqual([])
  })

  test('leaves the browser that withdrew a fresh session, which goes on', async () => {
    const { slug, inBrowser } = await ended('withdrawal')
    const cookies = { 'my-pledge': inBrowser.cookies[0]?.value ?? '' }

    const shown = await server.app.inject({ url: '/api/v1/my-pledge', cookies })
    const again = await server.app.inject({ method: 'POST', url: '/api/v1/my-pledge/withdrawal', cookies })
    const erased = await server.app.inject({ method: 'DELETE', url: '/api/v1/my-pledge', cookies })

    expect(shown.json()).toMatchObject({ state: 'withdrawn' })
    expect([again.statusCode, erased.statusCode]).toEqual([200, 204])
    expect(await pledgesOf(server, slug)).toEqual([])
  })
})

test('what waited for a confirmation keeps nothing but its id once another email confirmed', async () => {
  const slug = await anOpenCampaign(server)
  server.clock.now = new Date('2026-03-02T10:20:30Z')
  const first = await signFor(slug, { campus: 'gatech.edu', updates: true })
  await signFor(slug, { campus: 'mit.edu', updates: true, name: 'Eve', display: true })
  await confirmByToken(server, first.link)

  const { rows } = await server.deps.db.execute(sql`
    select sealed, signed_at = '2026-03-02T00:00:00Z' as is_date from signings
    where campaign_id = ${await campaignId(server, slug)}`)
  server.clock.now = new Date('2026-03-10T10:20:31Z')
  await server.deps.db.execute(sql`select graphile_worker.add_job('delete-unconfirmed')`)
  await server.work()
  const left = await server.deps.db.execute(sql`
    select from signings where campaign_id = ${await campaignId(server, slug)}`)

  expect(rows).toEqual(times(2, () => ({ sealed: null, is_date: true })))
  expect(left.rows).toEqual([])
  expect(await rowOf(server, slug, ADA)).toMatchObject({ state: 'confirmed', wants_updates: true })
})
