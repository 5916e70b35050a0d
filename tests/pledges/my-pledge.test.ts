import { expect, test } from 'vitest'
import {
  addressKept,
  anOpenCampaign,
  asSigner,
  codeFor,
  confirm,
  letterTo,
  pledgesOf,
  rowOf,
  sign,
  tallyDifferences,
  tokenIn,
  tryCode,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('a signer asks for a link, and sees all that is held', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, {
    email: 'ada@gatech.edu',
    affiliation: 'student',
    source: 'poster',
    locale: 'es',
  })
  await confirm(server, slug, 'ada@gatech.edu')
  await server.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-links',
    payload: { campaign: slug, email: 'ada@gatech.edu' },
  })
  const token = tokenIn((await letterTo(server, 'ada@gatech.edu'))?.text ?? '', 'my-pledge')

  const opened = await server.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-sessions',
    payload: { token },
  })
  const cookies = { 'my-pledge': opened.cookies[0]?.value ?? '' }
  const held = await server.app.inject({ url: '/api/v1/my-pledge', cookies })

  expect(opened.statusCode).toBe(204)
  expect(opened.body).toBe('')
  expect(held.headers['cache-control']).toBe('no-store')
  expect(held.json()).toEqual({
    campaign: { slug, title: 'Sin tecnología para jaulas', text: 'No trabajaré para ella.', asks: false },
    state: 'confirmed',
    campus: { campus: 'gatech.edu', name: 'Georgia Institute of Technology', proven: true },
    affiliation: 'student',
    updates: false,
    display: false,
    listing: 'offered',
    clauses: [],
    answers: [],
    sharing: [],
    holdsAddress: false,
    textVersion: 1,
    locale: 'es',
    source: 'poster',
    signedAt: expect.stringMatching(/Z$/),
    confirmedAt: expect.stringMatching(/Z$/),
  })
})

test('a chosen campus can be changed, and the tallies follow', async () => {
  const { slug, call } = await aPledge({ campus: 'gatech.edu' })

  const changed = await call('PATCH', '', { campus: 'mit.edu' })
  const without = await call('PATCH', '', { campus: '' })

  expect(changed.json()).toMatchObject({ campus: { campus: 'mit.edu', proven: false } })
  expect(without.json()).not.toHaveProperty('campus')
  expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed', campus_id: null })
  expect(await tallyDifferences(server)).toEqual([])
})

test('a campus that the address proves cannot be changed', async () => {
  const { call, slug } = await aPledge({ email: 'ada@gatech.edu' })
  const before = await pledgesOf(server, slug)

  const answer = await call('PATCH', '', { campus: 'mit.edu' })

  expect([answer.statusCode, answer.json().code, answer.json().field]).toEqual([
    422,
    'campus-proven',
    'campus',
  ])
  expect(await pledgesOf(server, slug)).toEqual(before)
})

test('being listed is turned on with a name and off with a word', async () => {
  const { call, slug } = await aPledge({})

  const unnamed = await call('PATCH', '', { display: true })
  const on = await call('PATCH', '', { display: true, name: 'Ada Lovelace' })
  const off = await call('PATCH', '', { display: false })

  expect([unnamed.statusCode, unnamed.json().code]).toEqual([422, 'name-missing'])
  expect(on.json()).toMatchObject({ display: true, displayName: 'Ada L.' })
  expect(off.json()).toMatchObject({ display: false })
  expect(await rowOf(server, slug)).toMatchObject({ lists_name: false, display_name: null })
})

test('updates are turned on by the very address that pledged, and off without it', async () => {
  const { call, slug } = await aPledge({})

  const missing = await call('PATCH', '', { updates: true })
  const another = await call('PATCH', '', { updates: true, email: 'eve@example.edu' })
  const variant = await call('PATCH', '', { updates: true, email: 'ada+eve@example.edu' })
  const same = await call('PATCH', '', { updates: true, email: ' ADA@Example.edu' })

  const row = await rowOf(server, slug)
  expect([missing, another, variant].map((answer) => answer.json().code)).toEqual([
    'email-invalid',
    'email-mismatch',
    'email-mismatch',
  ])
  expect(same.json()).toMatchObject({ updates: true, holdsAddress: true })
  expect(await addressKept(server, slug, row?.contact)).toBe('ada@example.edu')
  expect((await call('PATCH', '', { updates: false })).json()).toMatchObject({ holdsAddress: false })
})

test('only what is named changes', async () => {
  const { call } = await aPledge({ campus: 'mit.edu', display: true, name: 'Ada Lovelace', updates: true })
  const before = (await call('GET')).json()

  const answer = await call('PATCH', '', { display: false })

  expect(before).toMatchObject({ display: true, displayName: 'Ada L.', updates: true, holdsAddress: true })
  const { displayName: _, ...rest } = before
  expect(answer.json()).toEqual({ ...rest, display: false })
})

test('what is refused changes nothing, not even the part that was right', async () => {
  const { call, slug } = await aPledge({})
  const before = await pledgesOf(server, slug)

  const answer = await call('PATCH', '', { campus: 'mit.edu', display: true, name: 'see evil.example.com' })

  expect(answer.json()).toMatchObject({ code: 'name-not-allowed', field: 'name' })
  expect(await pledgesOf(server, slug)).toEqual(before)
})

test('taking back counts out, erases what was kept, and twice is the same', async () => {
  const { call, slug } = await aPledge({
    campus: 'mit.edu',
    display: true,
    name: 'Ada Lovelace',
    updates: true,
  })

  const first = await call('POST', '/withdrawal')
  const again = await call('POST', '/withdrawal')

  expect(first.json()).toMatchObject({
    state: 'withdrawn',
    updates: false,
    display: false,
    holdsAddress: false,
  })
  expect(again.statusCode).toBe(200)
  expect(again.json()).toMatchObject({ state: 'withdrawn' })
  expect(await rowOf(server, slug)).toMatchObject({ contact: null, display_name: null })
  expect(await tallyDifferences(server)).toEqual([])
  expect((await call('PATCH', '', { updates: true })).json()).toMatchObject({ code: 'pledge-withdrawn' })
})

test('who took it back signs again: waits, confirms, counts once', async () => {
  const { call, slug } = await aPledge({ campus: 'mit.edu' })
  await call('POST', '/withdrawal')

  await sign(server, slug, { campus: 'mit.edu' })
  const waiting = await rowOf(server, slug)
  const letter = await letterTo(server, 'ada@example.edu')
  const answer = await tryCode(server, slug, await codeFor(server, slug))

  expect(waiting).toMatchObject({ state: 'pending', withdrawn_at: null, confirmed_at: null })
  expect(letter?.text).toContain('/confirm/')
  expect(answer.statusCode).toBe(200)
  expect(await pledgesOf(server, slug)).toMatchObject([{ state: 'confirmed' }])
  expect(await tallyDifferences(server)).toEqual([])
})

test('erasing leaves nothing, ends the session, and the link then leads nowhere', async () => {
  const { call, slug } = await aPledge({ campus: 'mit.edu' })

  const erased = await call('DELETE')

  expect(erased.statusCode).toBe(204)
  expect(erased.headers['set-cookie']).toMatch(/^my-pledge=; .*(Max-Age=0|Expires=Thu, 01 Jan 1970)/)
  expect(await pledgesOf(server, slug)).toEqual([])
  expect(await tallyDifferences(server)).toEqual([])
  expect((await call('GET')).json()).toMatchObject({ status: 401, code: 'not-signed-in' })
})

test('a pledge that waits can be seen, changed and erased through its email', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { campus: 'mit.edu' })
  const call = await asSigner(server, slug)

  const held = await call('GET')
  const changed = await call('PATCH', '', { display: true, name: 'Ada Lovelace' })
  const confirmation = await confirm(server, slug)

  expect(held.json()).toMatchObject({ state: 'pending' })
  expect(changed.statusCode).toBe(200)
  expect(confirmation.statusCode).toBe(200)
  expect(await rowOf(server, slug)).toMatchObject({
    state: 'confirmed',
    display_name: 'Ada L.',
    contact: null,
  })
  expect((await call('DELETE')).statusCode).toBe(204)
  expect(await tallyDifferences(server)).toEqual([])
})

async function aPledge(request: Parameters<typeof sign>[2]) {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, request)
  await confirm(server, slug, request?.email)
  return { slug, call: await asSigner(server, slug, request?.email) }
}
