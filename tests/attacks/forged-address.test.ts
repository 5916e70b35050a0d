import { beforeEach, describe, expect, test } from 'vitest'
import { requestLimits } from '../../server/limits/classes.ts'
import { times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { reached } from './reached.ts'

/** A tenth of the usual, so that a form of header is tried out in 100 calls. */
const LIMITS = 0.1
const server = estamos({ env: () => ({ TRUST_PROXY: '10.0.0.0/8, fd00::/64', LIMITS: String(LIMITS) }) })
const most = LIMITS * requestLimits.nothing.address.most

const proxy = '10.1.2.3'
const behindProxy = (client: string) => ({ from: proxy, headers: { 'x-forwarded-for': client } })

beforeEach(() => {
  const hour = (server.clock.now ?? new Date('2026-11-26T00:00:00Z')).getTime() + 3_600_000
  server.clock.now = new Date(hour)
})

interface Call {
  from: string
  headers?: Record<string, string>
}

async function status({ from, headers = {} }: Call): Promise<number> {
  const { statusCode } = await server.app.inject({ url: '/nothing/here', remoteAddress: from, headers })
  return statusCode
}

/** Asks as often as one address may. */
async function askOut(call: (n: number) => Call): Promise<void> {
  await Promise.all(times(most, (n) => status(call(n))))
}

const number = (n: number) => `198.51.${n >> 8}.${n & 0xff}`

describe('C16: whoever is no proxy of ours gets no fresh limit', () => {
  test.each<[string, (n: number) => Record<string, string>]>([
    ['X-Forwarded-For', (n) => ({ 'x-forwarded-for': number(n) })],
    ['several values', (n) => ({ 'x-forwarded-for': `${number(n)}, 10.0.0.1, ${number(n + 1)}` })],
    ['the name of our proxy', (n) => ({ 'x-forwarded-for': `${number(n)}, 10.1.2.3` })],
    ['Forwarded', (n) => ({ forwarded: `for=${number(n)};proto=https` })],
    ['X-Real-IP', (n) => ({ 'x-real-ip': number(n) })],
    ['True-Client-IP', (n) => ({ 'true-client-ip': number(n) })],
    ['CF-Connecting-IP', (n) => ({ 'cf-connecting-ip': number(n) })],
    ['X-Forwarded-For with ports', (n) => ({ 'x-forwarded-for': `${number(n)}:${1024 + n}` })],
    ['X-Forwarded-For in brackets', (n) => ({ 'x-forwarded-for': `[2001:db8:${n.toString(16)}::1]:443` })],
    ['garbage', (n) => ({ 'x-forwarded-for': `${'<'.repeat(n % 50)}${n}` })],
  ])('by %s', async (form, headers) => {
    await askOut((n) => ({ from: '203.0.113.9', headers: headers(n) }))

    const forged = await status({ from: '203.0.113.9', headers: headers(most + 1) })
    const plain = await status({ from: '203.0.113.9' })
    const neighbour = await status({ from: '203.0.113.10', headers: headers(1) })

    expect({ forged, plain, neighbour }).toEqual({ forged: 429, plain: 429, neighbour: 404 })
    reached('C16', `${most + 1} calls, each under another ${form}: the last was refused as one address's`)
  })
})

describe('C16: whoever comes through our proxy gets no fresh limit', () => {
  test.each<[string, (n: number) => Record<string, string>]>([
    ['what he forged before it', (n) => ({ 'x-forwarded-for': `${number(n)}, 203.0.113.9` })],
    [
      'addresses of proxies before it',
      (n) => ({ 'x-forwarded-for': `10.9.${n >> 8}.${n & 0xff}, 203.0.113.9` }),
    ],
    ['garbage before it', (n) => ({ 'x-forwarded-for': `x${n}, , "${n}", 203.0.113.9` })],
    ['a header of its own kind', (n) => ({ 'x-real-ip': number(n), 'x-forwarded-for': '203.0.113.9' })],
    ['Forwarded besides', (n) => ({ forwarded: `for=${number(n)}`, 'x-forwarded-for': '203.0.113.9' })],
    ['a new port each time', (n) => ({ 'x-forwarded-for': `203.0.113.9:${1024 + n}` })],
    ['two proxies of ours', (n) => ({ 'x-forwarded-for': `${number(n)}, 203.0.113.9, 10.7.7.7` })],
    ['a mapped address', () => ({ 'x-forwarded-for': '::ffff:203.0.113.9' })],
    ['a mapped address in hexadecimal', () => ({ 'x-forwarded-for': '::ffff:cb00:7109' })],
  ])('by %s', async (_, headers) => {
    await askOut((n) => ({ from: proxy, headers: headers(n) }))

    const again = await status({ from: proxy, headers: headers(most + 1) })
    const plain = await status(behindProxy('203.0.113.9'))
    const other = await status(behindProxy('203.0.113.10'))

    expect({ again, plain, other }).toEqual({ again: 429, plain: 429, other: 404 })
  })

  test.each(['2001:db8:5:6::', '[2001:db8:5:6::'])('by another address of its line, as %s…', async (line) => {
    const end = line.startsWith('[') ? ']:443' : ''
    await askOut((n) => behindProxy(`${line}${(n + 1).toString(16)}${end}`))

    const again = await status(behindProxy('2001:db8:5:6:ffff::1'))
    const nextLine = await status(behindProxy('2001:db8:5:7::1'))

    expect({ again, nextLine }).toEqual({ again: 429, nextLine: 404 })
  })

  test('by what is no address at all: then the proxy is who asks', async () => {
    await askOut((n) => behindProxy(`unknown-${n}`))

    const again = await status(behindProxy('unknown'))
    const withAddress = await status(behindProxy('203.0.113.9'))

    expect({ again, withAddress }).toEqual({ again: 429, withAddress: 404 })
  })
})

test('C16: two clients behind one proxy have two limits, over IPv4 and over IPv6', async () => {
  await askOut(() => behindProxy('203.0.113.9'))

  const first = await status(behindProxy('203.0.113.9'))
  const second = await status(behindProxy('203.0.113.10'))
  const bySix = await status({ from: 'fd00::7', headers: { 'x-forwarded-for': '203.0.113.9' } })
  const noProxy = await status({ from: 'fd00:1::7', headers: { 'x-forwarded-for': '203.0.113.9' } })

  expect({ first, second, bySix, noProxy }).toEqual({ first: 429, second: 404, bySix: 429, noProxy: 404 })
})
