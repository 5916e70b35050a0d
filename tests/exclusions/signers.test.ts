import { afterEach, describe, expect, test } from 'vitest'
import {
  anOpenCampaign,
  anOrganizer,
  asSigner,
  codeFor,
  confirm,
  letterTo,
  rowOf,
  sign,
  tallyDifferences,
  tokenFor,
  tryCode,
  withoutReceipt,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf, sums } from './flood.ts'
import { exclude, undo } from './rules.ts'

const server = estamos()
const ada = { email: 'ada@mail.example', campus: 'gatech.edu', source: 'sample', updates: true }
/** A mailbox for each drive, so that the newest letter in it is of that drive. */
const adaOf = (slug: string) => ({ ...ada, email: `ada-${slug}@mail.example` })

afterEach(() => delete server.clock.now)

describe('an excluded signer sees nothing different', () => {
  test('from one who is counted, in answers, headers, page, figures and letters', async () => {
    const [counted, excluded] = [await aDrive(), await aDrive({ others: 1 })]
    for (const slug of [counted, excluded]) {
      await sign(server, slug, adaOf(slug))
      await confirm(server, slug, adaOf(slug).email)
    }
    await exclude(server, await anOrganizer(server), excluded, { source: 'sample' })
    // Who leaves leaves the public figures with the day.
    server.clock.now = new Date(Date.now() + 24 * 3_600_000)
    await expect.poll(() => shownOf(counted)).toBe(9)
    await expect.poll(() => shownOf(excluded)).toBe(9)

    const [seen, seenByHer] = [await allThatIsSeen(counted), await allThatIsSeen(excluded)]

    expect(await rowOf(server, excluded, adaOf(excluded).email)).toMatchObject({
      state: 'withdrawn',
      exclusion_id: expect.any(Number),
    })
    expect(seen.map(({ status }) => status)).toEqual([200, 202, 200, 200, 200, 202, 202, 200, 200])
    expect(seenByHer).toEqual(seen)
  })

  test('from one who waits, and her confirmation keeps what she ticked and erases the rest', async () => {
    const [waiting, held] = [await aDrive(), await aDrive({ others: 1 })]
    for (const slug of [waiting, held])
      await sign(server, slug, { ...adaOf(slug), display: true, name: 'Ada Lovelace' })
    await exclude(server, await anOrganizer(server), held, { source: 'sample', state: 'pending' })
    const holding = await rowOf(server, held, adaOf(held).email)
    const row = async (slug: string) => {
      const { display_name, contact, state } = (await rowOf(server, slug, adaOf(slug).email)) ?? {}
      return { display_name, holdsContact: contact !== null, state }
    }

    const [seen, seenByHer] = [await allThatIsSeen(waiting), await allThatIsSeen(held)]
    await Promise.all([waiting, held].map((slug) => sign(server, slug, { ...adaOf(slug), updates: false })))
    await Promise.all([waiting, held].map((slug) => confirm(server, slug, adaOf(slug).email)))

    expect(holding).toMatchObject({ state: 'pending', exclusion_id: expect.any(Number) })
    expect(seen[0]).toMatchObject({ status: 200, body: expect.stringContaining('"pending"') })
    expect(seenByHer.map(({ status }) => status)).toEqual(seen.map(({ status }) => status))
    expect(await row(waiting)).toEqual({ display_name: null, holdsContact: false, state: 'confirmed' })
    expect(await row(held)).toEqual({ display_name: null, holdsContact: false, state: 'excluded' })
    expect(await tallyDifferences(server)).toEqual([])
  })
})

test('who confirms while an exclusion holds her is not counted, by link or by code, and counts after undo', async () => {
  const slug = await aDrive()
  const organizer = await anOrganizer(server)
  for (const name of ['ada', 'bea', 'cleo'])
    await sign(server, slug, { ...ada, email: `${name}@mail.example` })
  const { id, moved } = await exclude(server, organizer, slug, { source: 'sample' })

  const byLink = await confirm(server, slug, 'ada@mail.example')
  const byCode = await tryCode(
    server,
    slug,
    await codeFor(server, slug, 'bea@mail.example'),
    'bea@mail.example',
  )
  const during = await sums(server, slug)
  await undo(server, organizer, slug, id)

  expect(moved).toBe(3)
  expect([byLink.statusCode, byCode.statusCode]).toEqual([200, 200])
  expect(during).toEqual({ tallies: 8, rows: 8 })
  expect(await sums(server, slug)).toEqual({ tallies: 10, rows: 10 })
  expect(await rowOf(server, slug, 'cleo@mail.example')).toMatchObject({
    state: 'pending',
    exclusion_id: null,
  })
  expect(await confirm(server, slug, 'cleo@mail.example')).toMatchObject({ statusCode: 200 })
  expect(await sums(server, slug)).toEqual({ tallies: 11, rows: 11 })
})

test('taking it back and signing again does not lead around an exclusion, and its undo is for that pledge too', async () => {
  const slug = await aDrive()
  const organizer = await anOrganizer(server)
  await signAndConfirm(slug)
  const { id } = await exclude(server, organizer, slug, { source: 'sample' })
  await (
    await asSigner(server, slug, ada.email)
  )('POST', '/withdrawal')

  await signAndConfirm(slug)
  const again = await sums(server, slug)
  await undo(server, organizer, slug, id)

  expect(again).toEqual({ tallies: 8, rows: 8 })
  expect(await rowOf(server, slug, ada.email)).toMatchObject({ state: 'confirmed', exclusion_id: null })
  expect(await sums(server, slug)).toEqual({ tallies: 9, rows: 9 })
})

test('another spelling of an excluded mailbox is not counted either, before and after taking it back', async () => {
  const slug = await aDrive()
  const organizer = await anOrganizer(server)
  await signAndConfirm(slug)
  await exclude(server, organizer, slug, { source: 'sample' })
  const other = 'ada+again@mail.example'

  await sign(server, slug, { ...ada, email: other, source: 'poster' })
  const beside = await confirm(server, slug, other)
  await (
    await asSigner(server, slug, ada.email)
  )('POST', '/withdrawal')
  await sign(server, slug, { ...ada, email: other, source: 'poster' })
  const instead = await confirm(server, slug, other)

  expect([beside.statusCode, instead.statusCode]).toEqual([200, 200])
  expect(await rowOf(server, slug, other)).toMatchObject({ state: 'excluded' })
  expect(await sums(server, slug)).toEqual({ tallies: 8, rows: 8 })
})

test('what was taken back or erased while it was excluded stays so after undo', async () => {
  const slug = await aDrive()
  const organizer = await anOrganizer(server)
  const emails = ['ada@mail.example', 'bea@mail.example', 'cleo@mail.example']
  for (const email of emails) await signAndConfirm(slug, email)
  const { id } = await exclude(server, organizer, slug, { source: 'sample' })
  await (
    await asSigner(server, slug, emails[0])
  )('POST', '/withdrawal')
  await (
    await asSigner(server, slug, emails[1])
  )('DELETE')

  const undone = await undo(server, organizer, slug, id)

  expect(undone).toMatchObject({ state: 'undone', found: 2, moved: 2 })
  expect(await rowOf(server, slug, emails[0])).toMatchObject({ state: 'withdrawn', exclusion_id: null })
  expect(await rowOf(server, slug, emails[1])).toBeUndefined()
  expect(await sums(server, slug)).toEqual({ tallies: 9, rows: 9 })
})

test('a held pledge that nobody confirms is deleted after seven days like any other', async () => {
  const slug = await aDrive()
  await sign(server, slug, ada)
  await exclude(server, await anOrganizer(server), slug, { source: 'sample' })

  server.clock.now = new Date(Date.now() + 7.1 * 24 * 3_600_000)
  const { tasks } = await import('../../server/jobs.ts')
  await tasks(server.deps)['delete-unconfirmed']?.({}, {} as never)

  expect(await rowOf(server, slug, ada.email)).toBeUndefined()
})

/** A drive with eight others at Georgia Tech. */
async function aDrive({ others = 0 } = {}): Promise<string> {
  const slug = await anOpenCampaign(server)
  await aCrowdOf(server, slug, { people: 8 + others, domain: 'gatech.edu', source: 'poster' })
  return slug
}

async function signAndConfirm(slug: string, email = ada.email): Promise<void> {
  await sign(server, slug, { ...ada, email })
  await confirm(server, slug, email)
}

async function shownOf(slug: string): Promise<number> {
  return (await server.app.inject(`/api/v1/campaigns/${slug}/campuses/gatech.edu`)).json().confirmed
}

/** What a signer can get to see, one after the other, with the campaign's name and the time left out. */
async function allThatIsSeen(slug: string) {
  const { email } = adaOf(slug)
  const call = await asSigner(server, slug, email)
  const token = await tokenFor(server, slug, { email, purpose: 'confirm' })
  const askForLink = () =>
    server.app.inject({
      method: 'POST',
      url: '/api/v1/my-pledge-links',
      payload: { campaign: slug, email },
    })
  const asked = [
    () => call('GET'),
    () => sign(server, slug, { ...adaOf(slug), campus: 'mit.edu' }),
    () => call('PATCH', '', { updates: false }),
    () => call('PATCH', '', { campus: 'gatech.edu', display: true, name: 'Ada Lovelace' }),
    () => server.app.inject({ method: 'POST', url: '/api/v1/confirmations', payload: { token } }),
    askForLink,
    () => sign(server, slug, adaOf(slug)),
    () => call('GET'),
    () => call('POST', '/withdrawal'),
  ]
  const seen = []
  for (const ask of asked) {
    const { statusCode, body, headers } = await ask()
    const letter = (await letterTo(server, email))?.subject
    const { date: _, ...said } = headers
    if (said['set-cookie']) said['set-cookie'] = String(said['set-cookie']).replace(/=[\w-]+/, '=session')
    seen.push({
      status: statusCode,
      body: neutral(body, slug),
      headers: { ...said, 'content-length': 0 },
      letter,
    })
  }
  return seen
}

function neutral(body: string, slug: string): string {
  return withoutReceipt(body)
    .replaceAll(slug, 'slug')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
}
