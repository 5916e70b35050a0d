import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos({ isUp: true })

test.each([
  ['half a character', '/api/v1/campaigns/%F0%9F%8F'],
  ['a percent sign alone', '/c/%'],
  ['a part of 501 bytes', `/c/${'a'.repeat(501)}`],
  ['a part of 501 bytes behind the console', `/api/v1/console/campaigns/${'a'.repeat(501)}/settings`],
])('an address with %s is refused like any other, from what is denied to all', async (_, path) => {
  const [head = '', body = ''] = (await raw(`GET ${path} HTTP/1.1`)).split('\r\n\r\n')

  expect(head).toMatch(/^HTTP\/1.1 404 /)
  expect(head).toContain('content-type: application/problem+json')
  expect(head).toContain("content-security-policy: default-src 'none'")
  expect(head).toContain('cache-control: no-store')
  expect(body).toContain('"code":"not-found"')
  expect(body).not.toContain('aaa')
})

/** Over a socket: clients correct such addresses. */
async function raw(line: string): Promise<string> {
  const socket = connect(Number(new URL(server.config.publicUrl).port), '127.0.0.1')
  socket.write(`${line}\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
  return await text(socket)
}

test.each([
  ['nothing', ''],
  ['a byte that no text of the database holds', '%00'],
])('a campaign or organization whose name is %s is one that is not there', async (_, name) => {
  const { call } = await anOrganizer(server)

  const answers = [
    await call('GET', `campaigns/${name}/settings`),
    await call('POST', `campaigns/${name}/closure`),
    await call('GET', `organizations/${name}/keys`),
    await call('DELETE', `organizations/${name}/membership`),
  ]

  expect(answers.map(({ statusCode, json }) => [statusCode, json().code])).toEqual(
    answers.map(() => [404, 'not-found']),
  )
})

test('a revision that no column holds is refused as a request', async () => {
  const slug = await anOpenCampaign(server)
  const { call } = await anOrganizer(server)

  const answer = await call('PUT', `campaigns/${slug}/clauses`, { revision: 2 ** 31, clauses: [] })

  expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid-request'])
})

test('a page of campuses after one whose name holds a zero byte is refused as a request', async () => {
  const slug = await anOpenCampaign(server)
  const { call } = await anOrganizer(server)

  const answer = await call('GET', `campaigns/${slug}/campuses?after=%00`)

  expect([answer.statusCode, answer.json().code, answer.json().field]).toEqual([
    400,
    'invalid-request',
    'after',
  ])
})

test.each(['\0', 'Poster\0s'])('a source whose name is %j is refused as a request', async (name) => {
  const slug = await anOpenCampaign(server)
  const { call } = await anOrganizer(server)

  const answer = await call('POST', `campaigns/${slug}/sources`, { code: 'posters', name })

  expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid-request'])
})
