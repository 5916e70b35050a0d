import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { estamos } from '../estamos.ts'
import { type ADraft, aDraft, anOpenedDraft } from './drafts.ts'

const server = estamos()

const picture = sharp({ create: { width: 40, height: 20, channels: 3, background: '#b4231a' } })
const png = await picture.clone().png().toBuffer()
const jpeg = await picture.clone().jpeg().toBuffer()
const webp = await picture.clone().webp().toBuffer()
/** What a phone writes: where it was taken. */
const located = await picture
  .clone()
  .withExif({
    IFD0: { Artist: 'Ada Lovelace' },
    IFD3: { GPSLatitude: '33/1 46/1 31/1', GPSLatitudeRef: 'N' },
  })
  .jpeg()
  .toBuffer()
const huge = await sharp({ create: { width: 3000, height: 2000, channels: 3, background: 'white' } })
  .png()
  .toBuffer()
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
  ])('of %s is shown to everybody, cached for good, and as nothing else', async (type, bytes) => {
    const draft = await anOpenedDraft(server)

    const { logo } = (await send(draft, bytes)).json()
    const shown = await server.app.inject(`/api/v1/campaigns/${draft.slug}/logo/${logo.hash}`)

    expect(logo).toEqual({ hash: createHash('sha256').update(shown.rawPayload).digest('hex'), type })
    expect(await sharp(shown.rawPayload).metadata()).toMatchObject({
      format: type.slice('image/'.length),
      width: 40,
      height: 20,
    })
    expect(shown.headers).toMatchObject({
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
  })

  test.each([
    ['the place where it was taken and by whom', located, /Lovelace|Exif/],
    ['a script behind the picture', Buffer.concat([png, Buffer.from('<script>alert(1)</script>')]), /script/],
    ['a script behind a JPEG', Buffer.concat([jpeg, Buffer.from('<script>alert(1)</script>')]), /script/],
  ])('loses %s', async (_, bytes, secret) => {
    const draft = await anOpenedDraft(server)

    const { hash } = (await send(draft, bytes)).json().logo
    const shown = await server.app.inject(`/api/v1/campaigns/${draft.slug}/logo/${hash}`)

    expect(bytes.toString('latin1')).toMatch(secret)
    expect(shown.rawPayload.length).toBeGreaterThan(50)
    expect(shown.rawPayload.toString('latin1')).not.toMatch(secret)
  })

  test.each([
    ['an SVG, which may hold scripts', svg, 'image/svg+xml'],
    ['an SVG that says it is a PNG', svg, 'image/png'],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'image/png'],
    ['nothing', Buffer.alloc(0), 'image/png'],
    ['half a beginning', png.subarray(0, 6), 'image/png'],
    ['a picture that is cut off', jpeg.subarray(0, jpeg.length / 2), 'image/jpeg'],
    ['a head of a PNG and rubbish', Buffer.concat([png.subarray(0, 8), Buffer.alloc(200, 7)]), 'image/png'],
    ['six million pixels', huge, 'image/png'],
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

    expect(own.headers['content-type']).toBe('image/png')
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
