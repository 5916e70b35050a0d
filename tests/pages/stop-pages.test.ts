import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stopUrl } from '../../server/mail/stop-link.ts'
import { unsubscribeUrl } from '../../server/pledges/unsubscribing.ts'
import {
  anOpenCampaign,
  asSigner,
  checksum,
  confirm,
  keyOf,
  letterTo,
  rowOf,
  serverAt,
  sign,
  tallyDifferences,
  times,
  tokenFor,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
let slug: string

beforeEach(async () => {
  slug = await anOpenCampaign(server)
})
afterEach(() => delete server.clock.now)

const YEAR = 365 * 24 * 3_600_000
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const ONE_CLICK = { payload: 'List-Unsubscribe=One-Click', headers: FORM }

/** Where a link of an email leads. */
function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}

async function unsubscribePath(email: string): Promise<string> {
  return pathOf(unsubscribeUrl(server.deps, await keyOf(server, slug, email), 'en'))
}

const stopPath = (email: string) => pathOf(stopUrl(server.deps, email, 'en'))

function post(url: string, request: { payload?: string; headers?: Record<string, string> } = {}) {
  return server.app.inject({ method: 'POST', url, ...request })
}

async function wantsNews(email: string): Promise<void> {
  await sign(server, slug, { email, updates: true })
  await confirm(server, slug, email)
}

describe('one click on "unsubscribe"', () => {
  const multipart = [
    '--cut',
    'Content-Disposition: form-data; name="List-Unsubscribe"',
    '',
    'One-Click',
    '--cut--',
    '',
  ].join('\r\n')

  test.each([
    ['as RFC 8058 writes it', ONE_CLICK],
    [
      'as the other kind of form',
      { payload: multipart, headers: { 'content-type': 'multipart/form-data; boundary=cut' } },
    ],
    ['without a body', {}],
    [
      'from another site, with a cookie',
      {
        ...ONE_CLICK,
        headers: { ...FORM, origin: 'https://mail.example', 'sec-fetch-site': 'cross-site', cookie: 'a=b' },
      },
    ],
  ])('%s, ends the news and erases the address; the pledge goes on counting', async (_, request) => {
    await wantsNews('ada@gatech.edu')
    const before = await rowOf(server, slug, 'ada@gatech.edu')

    const answer = await post(await unsubscribePath('ada@gatech.edu'), request)

    expect(answer.statusCode).toBe(200)
    expect(before).toMatchObject({ wants_updates: true, contact: expect.any(Buffer) })
    expect(await rowOf(server, slug, 'ada@gatech.edu')).toEqual({
      ...before,
      wants_updates: false,
      contact: null,
    })
    expect(await tallyDifferences(server)).toEqual([])
  })

  test('done again, at once, or after the pledge is gone answers the same', async () => {
    await wantsNews('ada@gatech.edu')
    const url = await unsubscribePath('ada@gatech.edu')

    const answers = await Promise.all(times(5, () => post(url, ONE_CLICK)))
    await (
      await asSigner(server, slug, 'ada@gatech.edu')
    )('DELETE')
    answers.push(await post(url, ONE_CLICK))

    expect(answers[0]?.body).toContain('You get no more news.')
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1)
  })

  test('leaves what waits for its confirmation as it is, but for the news', async () => {
    await sign(server, slug, { email: 'ada@gatech.edu', updates: true })

    await post(await unsubscribePath('ada@gatech.edu'), ONE_CLICK)
    await confirm(server, slug, 'ada@gatech.edu')

    expect(await rowOf(server, slug, 'ada@gatech.edu')).toMatchObject({
      state: 'confirmed',
      wants_updates: false,
      contact: null,
    })
  })

  test('works in an email of two years ago, and in an older one says what to do', async () => {
    server.clock.now = new Date('2026-03-01T10:00:00Z')
    await wantsNews('ada@gatech.edu')
    const url = await unsubscribePath('ada@gatech.edu')

    server.clock.now = new Date(Date.parse('2026-03-01T10:00:01Z') + 2 * YEAR)
    const late = await post(url, ONE_CLICK)
    server.clock.now = new Date(Date.parse('2026-03-01T10:00:00Z') + 2 * YEAR)
    const inTime = await post(url, ONE_CLICK)

    expect(late.statusCode).toBe(410)
    expect(late.body).toContain('This link is too old, or was cut off.')
    expect(inTime.statusCode).toBe(200)
  })

  test('with more than a mail program would send is not read to its end', async () => {
    const url = await unsubscribePath('ada@gatech.edu')

    const answer = await post(url, { payload: 'a'.repeat(100_000), headers: FORM })

    expect(answer.statusCode).toBe(413)
  })
})

describe('the link that stops all mail', () => {
  test('stops it for that address, however it is typed, and for no other spelling', async () => {
    const letter = async (email: string) => {
      await sign(server, slug, { email })
      return await letterTo(server, email.toLowerCase())
    }
    const first = await letter('eva@mail.example')
    const [link = ''] = /https?:\S+\/stop-mail\/\S+/.exec(first?.text ?? '') ?? []

    const stopped = await post(pathOf(link))
    slug = await anOpenCampaign(server)
    const after = await letter('Eva@mail.example')
    const other = await letter('eva+x@mail.example')

    expect(stopped.body).toContain('We do not write to this address any more.')
    expect(after).toEqual(first)
    expect(other?.text).toContain('/stop-mail/')
  })

  test('pressed again changes nothing, and can be undone, as often as one likes', async () => {
    const url = stopPath('ida@mail.example')
    const bodies = []

    for (const _ of times(2, () => 0)) {
      bodies.push((await post(url)).body, (await post(url)).body)
      bodies.push((await post(`${url}&undo=1`)).body, (await post(`${url}&undo=1`)).body)
    }
    await sign(server, slug, { email: 'ida@mail.example' })

    expect(new Set(bodies).size).toBe(2)
    expect(bodies[3]).toContain('Email is allowed again.')
    expect(await letterTo(server, 'ida@mail.example')).toBeDefined()
  })

  test('is good however old it is', async () => {
    const url = stopPath('uma@mail.example')
    server.clock.now = new Date(Date.now() + 20 * YEAR)

    expect((await post(url)).statusCode).toBe(200)
  })

  test('is good here alone', async () => {
    const other = await serverAt(server, 'https://other.example')

    const answer = await other.app.inject({ method: 'POST', url: stopPath('ada@mail.example') })

    expect(answer.statusCode).toBe(400)
  })
})

describe('no link that ends mail opens anything else, and no other link ends mail', () => {
  test.each(['unsubscribe', 'stop-mail'])('/%s takes its own tokens alone', async (page) => {
    await wantsNews('ada@gatech.edu')
    const own = await unsubscribePath('ada@gatech.edu')
    const foreign = [
      page === 'unsubscribe' ? stopPath('ada@gatech.edu') : own,
      ...(await Promise.all(
        (['confirm', 'my-pledge', 'session', 'chapter-request'] as const).map(
          async (purpose) => `/x/${await tokenFor(server, slug, { email: 'ada@gatech.edu', purpose })}`,
        ),
      )),
      '/x/x',
      `/x/${'a'.repeat(136)}`,
      `${own.slice(0, 60)}`,
    ].map((path) => path.split(/[/?]/)[2])
    const before = await checksum(server)

    const undo = page === 'stop-mail' ? '?undo=1' : ''
    const answers = await Promise.all(
      foreign.flatMap((token) => [post(`/${page}/${token}`), post(`/${page}/${token}${undo}`)]),
    )

    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([400]))
    expect(answers[0]?.body).toContain('This link is too old, or was cut off.')
    expect(await checksum(server)).toBe(before)
  })

  test.each(['confirm', 'my-pledge', 'chapter-requests'])('/%s takes none of them', async (page) => {
    await wantsNews('ada@gatech.edu')
    const tokens = [await unsubscribePath('ada@gatech.edu'), stopPath('ada@gatech.edu')].map(
      (path) => path.split(/[/?]/)[2],
    )

    const answers = await Promise.all(tokens.map((token) => post(`/${page}/${token}`)))

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400])
  })
})

function open(path: string, language = 'en') {
  return server.app.inject({ url: path, headers: { 'accept-language': language } })
}

describe.each(['unsubscribe', 'stop-mail'])('/%s before its button is pressed', (page) => {
  test('looks the same whatever the token is, and in the reader’s language', async () => {
    await wantsNews('wilhelmina@gatech.edu')
    const real =
      page === 'unsubscribe'
        ? await unsubscribePath('wilhelmina@gatech.edu')
        : stopPath('wilhelmina@gatech.edu')
    const bodies = await Promise.all(
      [real, `/${page}/x?locale=en`].map(async (path) => (await open(path)).body),
    )
    const spanish = await open(`/${page}/x`, 'es-MX')

    expect(bodies[0]).toContain('<form method="post"')
    expect(bodies[0]).toBe(bodies[1])
    expect(bodies[0]).not.toMatch(/wilhelmina|gatech/)
    expect(spanish.body).toContain('lang="es"')
    expect(spanish.body).toMatch(/correos/)
  })
})
