import { beforeAll, describe, expect, test, vi } from 'vitest'
import { cacheControl, doors } from '../../server/doors.ts'
import { access } from '../../server/organizers/access.ts'
import { type AnOrganizer, anOpenCampaign, anOrganizer, confirm, crowd, sign, tokenFor } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { nginxBefore } from './nginx.ts'
import { reached } from './reached.ts'
import { scaled } from './scale.ts'

const server = estamos({ isUp: true, env: () => ({ TRUST_PROXY: '127.0.0.1' }) })
const caches = nginxBefore(server)
let slug: string
let organizer: AnOrganizer
/** Of somebody who signed and organizes. */
let cookie: string
let publicPaths: string[]

beforeAll(async () => {
  slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'gatech.edu', people: 6 })
  organizer = await anOrganizer(server)
  await sign(server, slug, { email: 'wilhelmina@gatech.edu', name: 'Quirina Zebulon', display: true })
  await confirm(server, slug, 'wilhelmina@gatech.edu')
  const session = await tokenFor(server, slug, { email: 'wilhelmina@gatech.edu', purpose: 'session' })
  cookie = `organizer=${organizer.session}; my-pledge=${session}`
  const figures = () => server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)
  await vi.waitUntil(async () => (await figures()).json().confirmed === 7, 10_000)
  const page = await server.app.inject(`/c/${slug}`)
  publicPaths = [
    `/c/${slug}`,
    `/c/${slug}/gatech.edu`,
    `/embed/${slug}`,
    `/embed/${slug}?view=leaderboard`,
    `/api/v1/campaigns/${slug}`,
    `/api/v1/campaigns/${slug}/leaderboard`,
    `/api/v1/campaigns/${slug}/campuses/gatech.edu`,
    `/api/v1/campaigns/${slug}/campuses?q=georgia`,
    '/api/v1/campuses?q=georgia',
    `/oembed?url=${encodeURIComponent(`${server.config.publicUrl}/c/${slug}`)}`,
    '/widget.js',
    /\/assets\/[^"]+\.js/.exec(page.body)?.[0] ?? 'no script',
  ]
})

const EVIL = 'poison.example'

/** What no cache has in its key, and what servers have been known to answer by. */
const poisons: Record<string, string> = {
  host: EVIL,
  'x-forwarded-host': EVIL,
  'x-forwarded-server': EVIL,
  'x-forwarded-scheme': 'nothttps',
  'x-forwarded-proto': 'poison',
  'x-forwarded-port': '666',
  'x-forwarded-prefix': `//${EVIL}`,
  'x-forwarded-path': `/${EVIL}`,
  'x-forwarded-ssl': 'on',
  'x-forwarded-for': `127.0.0.1, ${EVIL}`,
  'x-host': EVIL,
  'x-original-host': EVIL,
  'x-original-url': '/console',
  'x-rewrite-url': '/console',
  'x-http-host-override': EVIL,
  'x-http-method-override': 'DELETE',
  'x-method-override': 'POST',
  'x-real-ip': EVIL,
  'x-wap-profile': `http://${EVIL}/`,
  'x-amz-website-redirect-location': `https://${EVIL}/`,
  'x-middleware-prefetch': '1',
  'x-requested-with': EVIL,
  'x-timer': EVIL,
  forwarded: `for=127.0.0.1;host=${EVIL};proto=poison`,
  via: `1.1 ${EVIL}`,
  origin: `https://${EVIL}`,
  referer: `https://${EVIL}/"><script>`,
  'user-agent': `${EVIL}"><script>`,
  authorization: `Bearer ${EVIL}`,
  cookie: `my-pledge=${EVIL}; locale=es`,
  accept: 'application/json',
  'accept-language': 'es',
  'accept-charset': EVIL,
  'accept-encoding': 'nonsense',
  'content-type': `text/${EVIL}`,
  'content-language': 'es',
  prefer: EVIL,
  'save-data': 'on',
  'sec-fetch-dest': 'iframe',
  'sec-fetch-site': 'cross-site',
  purpose: 'prefetch',
  range: 'bytes=0-0',
  'if-none-match': '*',
  'if-modified-since': 'Fri, 31 Dec 9999 23:59:59 GMT',
  upgrade: 'h2c',
}

test('C10: no header that a cache does not key on stays in what it keeps for others', async () => {
  const poisoned: string[] = []
  let tries = 0
  let kept = 0

  for (const path of publicPaths) {
    const clean = shown(await caches.obedient.getAnew(path, visitor))
    expect([path, clean.status]).toEqual([path, 200])
    for (const [name, value] of Object.entries(poisons)) {
      await caches.obedient.getAnew(path, { ...visitor, [name]: value })
      const next = await caches.obedient.get(path, visitor)
      tries += 1
      if (next.isKept) kept += 1
      const answer = shown(next)
      if (JSON.stringify(answer) !== JSON.stringify(clean)) poisoned.push(`${path} by ${name}`)
    }
  }

  expect(poisoned).toEqual([])
  expect(kept).toBeGreaterThan(tries / 2)
  reached(
    'C10',
    `${Object.keys(poisons).length} headers at ${publicPaths.length} addresses through nginx: of ${tries} clean answers after them ${kept} came out of the cache, none differed`,
  )
})

describe('C10: a request that is refused', () => {
  const large = 'x'.repeat(7_000)

  test.each<[string, Record<string, string>, string?]>([
    ['with more headers than we read', { 'x-a': large, 'x-b': large, 'x-c': large }],
    ['with a body that is no JSON', { 'content-type': 'application/json' }, '{'],
    ['with a body of a type that nobody reads', { 'content-type': 'image/gif' }, 'GIF89a'],
    ['with a length that is none', { 'content-length': '5x' }],
    ['with a control character in a header', { 'x-a': 'a\tb' }],
    ['with an expectation', { expect: '200-ok' }],
  ])('%s is not kept for those who ask the same', async (_, headers, body) => {
    for (const path of publicPaths) {
      await caches.obedient.getAnew(path, { ...visitor, ...headers }, body).catch(() => {})

      expect([path, (await caches.obedient.get(path, visitor)).status]).toEqual([path, 200])
    }
  })

  test('because there is nothing at its address is not kept until there is', async () => {
    const own = `drive-made-later-${slug}`
    const before = await caches.obedient.get(`/c/${own}`, visitor)

    await anOpenCampaign(server, { slug: own })

    expect([before.status, before.headers['cache-control']]).toEqual([404, 'no-store'])
    expect((await caches.obedient.get(`/c/${own}`, visitor)).status).toBe(200)
  })
})

test('C10: a query that nobody knows, as sites hang on to links, shows the page and takes no place in a cache', async () => {
  const paths = publicPaths.filter((path) => /^\/(c|embed)\//.test(path))

  for (const path of paths) {
    const [known, madeUp] = [path, `${path}${path.includes('?') ? '&' : '?'}fbclid=x1`]
    await caches.obedient.getAnew(known, visitor)
    await caches.obedient.getAnew(madeUp, visitor)

    const kept = await caches.obedient.get(known, visitor)
    const shownAnew = await caches.obedient.get(madeUp, visitor)
    expect([path, kept.status, kept.isKept]).toEqual([path, 200, true])
    expect([path, shownAnew.status, shownAnew.isKept]).toEqual([path, 200, false])
    expect(shownAnew.headers['cache-control']).toBe(cacheControl.never)
  }
})

/** Between an address and `.css`: what one program takes for a part of the name, and another for its end. */
const bends =
  '| / /x //x /. . %2e ; ;x ;/x %3b %3bx %2f %2fx %252fx %5c %5cx %0a %0ax %0d%0a %00 %09 %20 %23 %23x %3f %3fx %26 %ff ! ~ , $ :'
    .replace('|', '')
    .split(' ')

function likeFiles(path: string): string[] {
  return [...bends.map((bend) => `${path}${bend}.css`), ...through(path)]
}

/** Ways to an address through a folder that caches keep. */
function through(path: string): string[] {
  return ['..', '%2e%2e', '..;', '..%2f..', '.%2e'].flatMap((up) =>
    ['/assets/', '/assets%2f', '/widget.js/', '/assets/x.css/../'].flatMap((folder) => [
      `${folder}${up}${path}`,
      `${folder}${up}${path.replaceAll('/', '%2f')}`,
    ]),
  )
}

test('C10: no address that looks like a file’s has a cache keep what is a signer’s or an organizer’s own', async () => {
  const token = await tokenFor(server, slug, { email: 'wilhelmina@gatech.edu', purpose: 'my-pledge' })
  const [ofSigners, ofOrganizers] = [own, Object.keys(access)].map((routes) =>
    routes.filter((route) => route.startsWith('GET ')).map((route) => fill(route.slice(4), token)),
  ) as [string[], string[]]
  const every = scaled({ full: 1, usual: 12 })
  const paths = [
    ...ofSigners.flatMap(likeFiles),
    ...ofOrganizers.flatMap((path, n) => [path, ...likeFiles(path).filter((_, m) => (n + m) % every === 0)]),
  ]
  const told: string[] = []
  const broken: string[] = []
  let kept = 0

  for (const path of paths) {
    const hers = await caches.bySuffix.get(path, { cookie, accept: 'text/html' })
    const his = await caches.bySuffix.get(path, { accept: 'text/html' })
    if (his.isKept) kept += 1
    if (hers.status >= 500) broken.push(path)
    if (his.isKept && hers.status < 400 && /no-store/.test(String(hers.headers['cache-control']))) {
      const nobodys = await server.app.inject({ url: path, headers: { accept: 'text/html' } })
      if (nobodys.body !== his.body) told.push(path)
    }
    if (/Quirina|wilhelmina/.test(his.body) || his.body.includes(organizer.email)) told.push(path)
  }

  expect([told, broken]).toEqual([[], []])
  expect(kept).toBeGreaterThan(paths.length / 2)
  reached(
    'C10',
    `${paths.length} addresses like files’ opened with cookies through a cache that keeps by name: ${kept} answers kept, in none anything of hers`,
  )
})

test('C10: what sets a cookie is kept by no cache', async () => {
  const url = `/my-pledge/${await tokenFor(server, slug, { email: 'wilhelmina@gatech.edu', purpose: 'my-pledge' })}`
  const session = await server.app.inject({ method: 'POST', url })
  const opening = Object.keys(access).filter((route) => ['nobody', 'organizer'].includes(access[route]!.role))
  const answers = await Promise.all(
    [...own, ...opening].map((route) => {
      const [method, url = ''] = route.split(' ')
      return server.app.inject({ method: method as 'GET', url: fill(url, 'x'), headers: { cookie } })
    }),
  )

  const setting = [...answers, session].filter((answer) => answer?.headers['set-cookie'])
  expect(setting).toContain(session)
  for (const answer of setting) expect(answer?.headers['cache-control']).toBe(cacheControl.never)
})

/** Routes that know of links and cookies of signers. */
const own = Object.keys(doors).filter((route) => ['signer', 'link'].includes(doors[route]!.for))

const visitor = { accept: 'text/html' }

/** What somebody sees of an answer, but for when it was made. */
function shown({ status, headers, body }: Awaited<ReturnType<typeof caches.obedient.get>>) {
  const { date: _date, 'x-kept': _kept, connection: _connection, ...others } = headers
  return { status, others, body }
}

function fill(url: string, token: string): string {
  return url
    .replace(':slug', slug)
    .replace(':campaign', slug)
    .replace(':organization', 'mijente')
    .replace(':domain', 'gatech.edu')
    .replace(':token', token)
    .replace(':form', 'csv')
    .replaceAll(/:\w+/g, '1')
}
