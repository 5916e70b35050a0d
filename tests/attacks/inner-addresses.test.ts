import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHcaptcha } from '../../server/captcha/hcaptcha.ts'
import { checkSendgridKey } from '../../server/mail/checking/sendgrid-key.ts'
import { sendgridLists } from '../../server/mail/sendgrid-lists.ts'
import { sendgridMail } from '../../server/mail/sendgrid.ts'
import { aLetter, failureOf, from, send } from '../mail/letters.ts'
import { reached } from './reached.ts'

/** Every source that opens a connection to somebody, and the setting from which alone it takes the address. */
const callers: Record<string, string> = {
  'server/captcha/hcaptcha.ts': 'HCAPTCHA_VERIFY_URL',
  'server/config/dns.ts': 'DNS_SERVERS',
  'server/db/db.ts': 'DATABASE_URL',
  'server/db/embedded.ts': 'DATA_DIR',
  'server/db/listen.ts': 'DATABASE_URL',
  'server/db/migrate.ts': 'DATABASE_URL',
  'server/db/presence.ts': 'DATABASE_URL',
  'server/db/roles.ts': 'DATABASE_URL',
  'server/exclusions/mail-exchanges.ts': 'DNS_SERVERS',
  'server/mail-check.ts': 'the command line',
  'server/mail/checking/sendgrid-key.ts': 'SENDGRID_BASE_URL',
  'server/mail/checking/smtp-login.ts': 'SMTP_URL',
  'server/mail/mailbox.ts': 'nowhere: it writes files',
  'server/mail/sendgrid-lists.ts': 'SENDGRID_BASE_URL',
  'server/mail/sendgrid.ts': 'SENDGRID_BASE_URL',
  'server/mail/smtp.ts': 'SMTP_URL',
}

/** Node's own ways, and the libraries that call somebody. */
const ways =
  /^((node:)?(net|tls|http|https|http2|dgram|dns|dns\/promises)|undici|axios|nodemailer|@sendgrid\/.+|hcaptcha|pg)$/
/** What those modules have besides, or is only a type. */
const harmless = /^(type .+|STATUS_CODES|isIP|isIPv4|isIPv6|BlockList|createServer|)$/

function callsSomebody(text: string): boolean {
  const imports = [...text.matchAll(/^import (?!type )([^'"]*?) from '([^']+)'/gm)]
  const takesAWay = imports.some(([, names = '', from = '']) => {
    const named = names.replace(/[{}]/g, '').split(',')
    return ways.test(from) && !named.every((name) => harmless.test(name.trim()))
  })
  return takesAWay || /\bfetch\(|\bnew (WebSocket|EventSource)\(/.test(text)
}

test('C13: no source of the server calls anybody, but those that take the address from a setting', () => {
  const calling = globSync('server/**/*.ts')
    .filter((path) => callsSomebody(readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')))
    .toSorted()

  expect(calling).toEqual(Object.keys(callers).toSorted())
  reached('C13', `${calling.length} sources call somebody; none is told by a user whom`)
})

test('C13: whatever is fetched has a time limit and follows nobody elsewhere', () => {
  const fetches = globSync('server/**/*.ts').flatMap((path) => {
    const text = readFileSync(path, 'utf8')
    return [...text.matchAll(/\bfetch\(/g)].map(({ index }) => ({
      path,
      call: text.slice(index, index + 400),
    }))
  })

  const free = fetches.filter(
    ({ call }) => !call.includes("redirect: 'error'") || !call.includes('signal: AbortSignal.timeout('),
  )

  expect(fetches.length).toBeGreaterThan(2)
  expect(free.map(({ path }) => path)).toEqual([])
})

/** What stands inside, and would answer anybody who can reach it. */
const inside = { heard: [] as string[], url: '' }
const inner = createServer((request, response) => {
  inside.heard.push(`${request.method} ${request.url}`)
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end('{"success":true,"scopes":["mail.send"]}')
})
/** A service that was taken over, or somebody who answers in its name. */
const outer = createServer((request, response) => {
  request.resume()
  response.writeHead(307, { location: `${inside.url}/latest/meta-data` }).end()
})
let outside = ''

beforeAll(async () => {
  for (const server of [inner, outer]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  const urlOf = (server: typeof inner) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  inside.url = urlOf(inner)
  outside = urlOf(outer)
})
afterAll(() => {
  for (const server of [inner, outer]) server.close().closeAllConnections()
})

test('C13: a service that sends our calls on to an inner address is not followed', async () => {
  const sendgrid = { apiKey: 'SG.tests.of-redirects', baseUrl: outside }
  const secret = `0x${'0'.repeat(40)}`
  const hcaptcha = openHcaptcha({
    siteKey: '10000000-ffff-ffff-ffff-000000000001',
    secret,
    verifyUrl: `${outside}/siteverify`,
  } as never)

  const outcomes = {
    letter: await failureOf(send(sendgridMail({ ...sendgrid, from }), await aLetter())),
    lists: await sendgridLists(sendgrid).delete({ bounces: ['ada@example.edu'] }),
    key: (await checkSendgridKey(sendgrid)).map(({ code }) => code),
    captcha: await hcaptcha.check('a-token').then(
      () => 'lets in',
      (error: { code: string }) => error.code,
    ),
  }

  expect(inside.heard).toEqual([])
  expect(outcomes).toMatchObject({ key: ['sendgrid-unreachable'], captcha: 'captcha-away' })
  expect(outcomes.letter).toBeDefined()
  expect(outcomes.lists).toBeDefined()
  reached('C13', 'four calls sent on by a 307: none arrived inside')
})
