import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { estamos } from '../estamos.ts'
import { type ADraft, aDraft, anOpenedDraft } from './drafts.ts'

const server = estamos()

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(200, 7)])
const jpeg = Buffer.concat([Buffer.of(0xff, 0xd8, 0xff, 0xe0), Buffer.alloc(200, 7)])
const webp = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'), Buffer.alloc(200, 7)])
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')

async function send({ slug, organizer, settings }: ADraft, bytes: Buffer, type = 'application/octet-stream') {
  return await server.app.inject({
    method: 'PUT',
    url: `/api/v1/console/campaigns/${slug}/logo?revision=${(await settings()).revision}`,
    cookies: { organizer: organizer.session },
    headers: { 'content-type': type },
    payload: bytes,
  })
}

describe('a logo', () => {
  test.each([
    ['image/png', png],
    ['image/jpeg', jpeg],
    ['image/webp', webp],
  ])('of %s is shown to everybody as it came, for ever, and as nothing else', async (type, bytes) => {
    const draft = await anOpenedDraft(server)
    const hash = createHash('sha256').update(bytes).digest('hex')

    const saved = await send(draft, bytes)
    const shown = await server.app.inject(`/api/v1/campaigns/${draft.slug}/logo/${hash}`)

    expect(saved.json().logo).toEqual({ hash, type })
    expect(shown.rawPayload).toEqual(bytes)
    expect(shown.headers).toMatchObject({
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
  })

  test.each([
    ['an SVG, which may hold scripts', svg, 'image/svg+xml'],
    ['an SVG that says it is a PNG', svg, 'image/png'],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'image/png'],
    ['nothing', Buffer.alloc(0), 'image/png'],
    ['half a beginning', png.subarray(0, 6), 'image/png'],
    ['JSON', Buffer.from('{"revision":1}'), 'application/json'],
    ['200,001 bytes', Buffer.concat([png, Buffer.alloc(200_001 - png.length)]), 'image/png'],
  ])('%s is refused with what to do', async (_, bytes, type) => {
    const draft = await aDraft(server)

    const answer = await send(draft, bytes, type)

    expect([answer.statusCode, answer.json().code, answer.json().field]).toEqual([
      422,
      'setting-invalid',
      'logo',
    ])
    expect(await draft.settings()).not.toHaveProperty('logo')
  })

  test('of five megabytes is not even read', async () => {
    const draft = await aDraft(server)

    expect((await send(draft, Buffer.alloc(5_000_000))).json().code).toBe('too-large')
  })

  test('of a draft is its organizers’ alone', async () => {
    const draft = await aDraft(server)
    const { hash } = (await send(draft, png)).json().logo

    const own = await draft.organizer.call('GET', `campaigns/${draft.slug}/logo?hash=${hash}`)
    const everybody = await server.app.inject(`/api/v1/campaigns/${draft.slug}/logo/${hash}`)

    expect(own.rawPayload).toEqual(png)
    expect(everybody.statusCode).toBe(404)
  })

  test('that was replaced or taken away is found no more', async () => {
    const draft = await anOpenedDraft(server)
    const first = (await send(draft, png)).json().logo.hash
    const second = (await send(draft, jpeg)).json().logo.hash
    const { revision } = await draft.settings()
    const get = (hash: string) => server.app.inject(`/api/v1/campaigns/${draft.slug}/logo/${hash}`)

    const replaced = await get(first)
    const gone = await draft.organizer.call('DELETE', `campaigns/${draft.slug}/logo?revision=${revision}`)
    const taken = await get(second)

    expect([replaced.statusCode, gone.statusCode, taken.statusCode]).toEqual([404, 200, 404])
    expect((await get('0'.repeat(63))).statusCode).toBe(400)
  })

  test('asked for at a revision that has passed is not saved', async () => {
    const draft = await aDraft(server)
    const { revision } = await draft.settings()
    await send(draft, png)

    const late = await server.app.inject({
      method: 'PUT',
      url: `/api/v1/console/campaigns/${draft.slug}/logo?revision=${revision}`,
      cookies: { organizer: draft.organizer.session },
      headers: { 'content-type': 'image/jpeg' },
      payload: jpeg,
    })

    expect([late.statusCode, late.json().code]).toEqual([409, 'changed-meanwhile'])
    expect((await draft.settings()).logo?.type).toBe('image/png')
  })
})
