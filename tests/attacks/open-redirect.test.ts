import { expect, test } from 'vitest'
import { doors } from '../../server/doors.ts'
import { access } from '../../server/organizers/access.ts'
import { anOpenCampaign, anOrganizer, confirm, sign, tokenFor } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { reached } from './reached.ts'

const server = estamos()

const COPY = 'evil.example'
/** What forms of other software take to say where to go on to. */
const lure = new URLSearchParams(
  ['next', 'return', 'url', 'redirect', 'returnTo', 'continue', 'to', 'goto', 'dest', 'r'].map((name, n) => [
    name,
    n % 2 ? `//${COPY}/` : `https://${COPY}/`,
  ]),
).toString()
/** Paths that some servers mend, by sending on to a host. */
const mended = [
  `//${COPY}`,
  `/\\${COPY}`,
  `/%2f%2f${COPY}`,
  `//${COPY}/%2e%2e`,
  `/c//${COPY}/..`,
  `/c/..//${COPY}`,
]

test('C12: no route sends anybody on to another host, whatever it is told', async () => {
  const slug = await anOpenCampaign(server)
  const { session } = await anOrganizer(server)
  await sign(server, slug)
  await confirm(server, slug)
  const pledge = await tokenFor(server, slug, { purpose: 'session' })
  const ours = server.config.publicUrl
  let redirects = 0
  const strays: string[] = []
  const routes = [...Object.keys(doors), ...Object.keys(access)].filter(
    (route) => !route.includes('*') && !route.endsWith('/live'),
  )
  const calls = [...routes, ...mended.map((path) => `GET ${path}`)]

  for (const [n, route] of calls.entries()) {
    const [method, pattern = ''] = route.split(' ')
    const link = pattern.includes(':token') ? await linkFor(slug, pattern, `ada${n}@gatech.edu`) : ''
    const url = pattern
      .replace(':slug', slug)
      .replace(':campaign', slug)
      .replace(':domain', 'gatech.edu')
      .replace(':token', link)
      .replaceAll(/:\w+/g, '1')
    const ways = [[`${url}?${lure}`, lure], ...(method === 'POST' ? [[url, '']] : [])]
    for (const [target = '', payload = ''] of ways) {
      const answer = await server.app.inject({
        method: method as 'GET',
        url: target,
        cookies: { organizer: session, 'my-pledge': pledge },
        headers: { 'x-forwarded-host': COPY, referer: `https://${COPY}/` },
        remoteAddress: `10.0.${n >> 8}.${n & 255}`,
        ...(payload && { payload, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      })
      const { location, refresh } = answer.headers
      if (location) redirects += 1
      if (location && new URL(location, ours).origin !== ours) strays.push(`${route}: ${location}`)
      if (refresh || /(href|action|src|content)="[^"]*evil\.example/.test(answer.body)) strays.push(route)
    }
  }

  expect(strays).toEqual([])
  expect(redirects).toBeGreaterThan(0)
  reached(
    'C12',
    `${calls.length} routes and paths told to go on to another host in ten ways: ${redirects} redirects, all to ourselves`,
  )
})

/** A link that is good, where the route takes one. */
async function linkFor(slug: string, pattern: string, email: string): Promise<string> {
  if (!pattern.includes(':token')) return 'none'
  await sign(server, slug, { email })
  return await tokenFor(server, slug, {
    email,
    purpose: pattern.startsWith('/my-pledge') ? 'my-pledge' : 'confirm',
  })
}
