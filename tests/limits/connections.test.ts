import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, buildApp } from '../../server/app.ts'
import { usual } from '../../server/limits/connections.ts'
import { anOpenCampaign, pledgesOf, times } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
const sockets: Socket[] = []
let app: App
let slug: string

beforeAll(async () => {
  slug = await anOpenCampaign(server)
  const limits = { ...usual, headMs: 150, requestMs: 300, checkMs: 20, silenceMs: 2_000, connections: 8 }
  app = await buildApp(server.deps, server.config, limits)
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await app.close()
})

const signing = () =>
  `POST /api/v1/campaigns/${slug}/pledges HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`
const health = 'GET /api/health HTTP/1.1\r\nHost: x\r\n'

describe('whoever is slow is hung up on', () => {
  test.each([
    ['before the head of a request is whole', () => health],
    ['in the middle of a header', () => `${health}X-Slow: a`],
    ['before its body is whole', () => `${signing()}Content-Length: 100\r\n\r\n{"email":`],
    ['in the middle of a chunk', () => `${signing()}Transfer-Encoding: chunked\r\n\r\n40\r\n{"email":`],
  ])('%s', async (_, sent) => {
    const answer = await said(sent())

    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('where nothing is said at all', async () => {
    expect(await said('')).toMatch(/^(HTTP\/1\.1 408 |$)/)
  })
})

describe('whatever is too large is refused', () => {
  test.each([
    ['a header of 20,000 bytes', () => `${health}X-Long: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['a thousand headers of 20 bytes', () => `${health}${'X-Filler: aaaaaaaa\r\n'.repeat(1_000)}\r\n`, 431],
    ['an address of 20,000 bytes', () => `GET /c/${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['a body that says it is large', () => `${signing()}Content-Length: 1000000\r\n\r\n`, 413],
    [
      'a body that turns out to be',
      () => `${signing()}Transfer-Encoding: chunked\r\n\r\n5000\r\n"${'a'.repeat(0x4ffe)}"\r\n0\r\n\r\n`,
      413,
    ],
  ])('%s', async (_, sent, status) => {
    expect(await said(sent())).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })
})

describe('what two servers could read as different requests is refused', () => {
  test.each([
    ['two lengths', () => `${signing()}Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}`],
    [
      'a length and chunks',
      () => `${signing()}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['chunks spelled otherwise', () => `${signing()}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['a header over two lines', () => `${health}X-Folded: a\r\n b\r\n\r\n`],
    ['a bare line break', () => `GET /api/health HTTP/1.1\nHost: x\n\n`],
    ['no host', () => 'GET /api/health HTTP/1.1\r\n\r\n'],
  ])('%s', async (_, sent) => {
    expect(await said(sent())).toMatch(/^HTTP\/1\.1 400 /)
  })
})

test('ten thousand headers are not read to their end', async () => {
  const answer = await said(
    `${health}${times(10_000, (n) => `X-${n}: ${'a'.repeat(100)}`).join('\r\n')}\r\n\r\n`,
  )

  // Who still writes while the server hangs up may not hear why.
  expect(answer).toMatch(/^(HTTP\/1\.1 431 |$)/)
})

test('requests that come in one go are each answered, in their order', async () => {
  const answer = await said(`${health}\r\n`.repeat(20) + `${health}Connection: close\r\n\r\n`)

  expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(21)
})

test('past so many connections a new one is hung up on, and those there are go on', async () => {
  const held = await Promise.all(times(8, () => opened()))

  const late = await said(`${health}\r\n`)
  const first = held[0] as Socket
  first.write(`${health}Connection: close\r\n\r\n`)

  expect(late).toBe('')
  expect(await heard(first)).toMatch(/^HTTP\/1\.1 200 /)
})

test('a server that stops waits for nobody who has said nothing', async () => {
  const stopping = await buildApp(server.deps, server.config)
  await stopping.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((stopping.server.address() as AddressInfo).port, '127.0.0.1')
  sockets.push(socket)
  await once(stopping.server, 'connection')
  const closed = once(socket, 'close')

  await stopping.close()

  await closed
  expect(socket.destroyed).toBe(true)
})

describe('nobody signs with', () => {
  const body = '{"email":"ada@example.edu","made-up":1'
  const types = [
    '',
    'application/json',
    'Application/JSON',
    'application/json;',
    'application/json; charset=utf-8',

    'application/json;charset=UTF-7',
    'application/json ; x=1',
    ' application/json',
    'application/json\t',

    'application/json\t;x',
    'application/json,text/plain',
    'text/plain, application/json',
    'application/jsonp',
    'application/problem+json',
    'application/ld+json',
    'application/json/',
    'application//json',
    'json',

    'text/json',
    'text/plain',
    'text/plain;charset=utf-8',
    'text/html',
    'multipart/form-data; boundary=x',

    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=utf-8',
    '*/*',
    '/',
    ';',

    'application/octet-stream',
    'application/xml',
    'application/json; boundary="',
    'a/b; application/json',
  ]

  test.each(types)('a bad body of type "%s"', async (type) => {
    const answers = await Promise.all(
      [body, 'email=ada%40example.edu', '"ada@example.edu"', '[]', '{"email":5}'].map((payload) =>
        server.app.inject({
          method: 'POST',
          url: `/api/v1/campaigns/${slug}/pledges`,
          headers: { 'content-type': type },
          payload,
        }),
      ),
    )

    expect(answers.filter(({ statusCode }) => statusCode < 400 || statusCode > 499)).toEqual([])
    expect(await pledgesOf(server, slug)).toEqual([])
  })
})

async function opened(): Promise<Socket> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

/** All that the server says to this, until it hangs up. */
async function said(sent: string): Promise<string> {
  const socket = await opened()
  socket.write(sent)
  return await heard(socket)
}

async function heard(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (part) => (text += part.toString('latin1')))
  await new Promise((closed) => socket.on('error', () => {}).on('close', closed))
  return text
}
