import { globSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { anOpenCampaign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
let slug: string

beforeAll(async () => {
  slug = await anOpenCampaign(server, { theme: { accent: '#aa2200' } })
})

const api = ['', '/leaderboard', '/campuses/gatech.edu'].map((path) => `/api/v1/campaigns/{slug}${path}`)

describe.each([...api, '/api/v1/campuses?q=georgia', '/api/v1/campaigns/no-such-drive'])('%s', (url) => {
  test('may be read from any page, with nobody’s cookies', async () => {
    const answer = await get(url, { origin: 'https://chapter.example', cookie: 'my-pledge=x' })

    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
    expect(answer.headers).not.toHaveProperty('set-cookie')
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'cross-origin',
    })
  })
})

test('a page may ask beforehand whether it may sign', async () => {
  const answer = await server.app.inject({
    method: 'OPTIONS',
    url: `/api/v1/campaigns/${slug}/pledges`,
    headers: {
      origin: 'https://chapter.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  })

  expect(answer.statusCode).toBe(204)
  expect(answer.headers['access-control-allow-origin']).toBe('*')
  expect(answer.headers['access-control-allow-methods']).toContain('POST')
  expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
})

const pages = [
  '/c/{slug}',
  '/c/{slug}/gatech.edu',
  '/embed/{slug}',
  '/embed/{slug}?view=leaderboard',
  '/embed/{slug}?view=counter',
]

describe.each([...pages, '/confirm/x', '/my-pledge/x', '/c/{slug}/my-pledge-links', '/nothing'])(
  'the page %s',
  (url) => {
    test('runs only scripts of ours and styles that the server wrote', async () => {
      const { headers, body } = await get(url, { accept: 'text/html' })
      const policy = String(headers['content-security-policy'])

      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toMatch(/unsafe|\*|https?:/)
      expect(policy).toContain("base-uri 'none'")
      expect(policy).toContain("form-action 'self'")
      expect(body).not.toMatch(/ on[a-z]+="| style="|javascript:/)
      expect(body.replaceAll(server.config.publicUrl, '')).not.toMatch(
        /<(script|link|img|iframe)[^>]* (src|href)="(https?:)?\/\//,
      )
    })
  },
)

describe.each(pages)('the page %s', (url) => {
  test('may be kept for a moment, and is nobody’s own', async () => {
    const answer = await get(url, { accept: 'text/html' })

    expect(answer.statusCode).toBe(200)
    expect(answer.headers['cache-control']).toBe('public, max-age=5, stale-while-revalidate=60')
    expect(answer.headers.vary).toContain('accept-language')
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })

  test('stands in foreign frames only if it is an embed', async () => {
    const { headers } = await get(url, { accept: 'text/html' })

    const isRefused = String(headers['content-security-policy']).includes("frame-ancestors 'none'")
    expect(isRefused).toBe(!url.startsWith('/embed/'))
  })

  test('takes nothing from headers that a proxy does not key on', async () => {
    const poison = Object.fromEntries(
      [
        'host',
        'x-forwarded-host',
        'x-host',
        'x-forwarded-server',
        'x-original-url',
        'x-rewrite-url',
        'forwarded',
        'x-forwarded-prefix',
        'x-forwarded-scheme',
        'origin',
        'referer',
        'user-agent',
      ].map((name) => [name, 'https://poison.example/']),
    )

    const answer = await get(url, { ...poison, accept: 'text/html' })

    expect(answer.statusCode).toBe(200)
    expect(answer.body).not.toContain('poison')
    expect(JSON.stringify(answer.headers)).not.toContain('poison')
  })
})

test('an error is kept by nobody', async () => {
  const answers = await Promise.all(
    [
      '/c/no-such-drive',
      '/embed/no-such-drive',
      '/c/{slug}/no-such.example',
      '/c/{slug}?view=nonsense',
      '/oembed?url=x',
    ].map((url) => get(url, { accept: 'text/html' })),
  )

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 400, 404])
  for (const { headers } of answers) expect(headers['cache-control']).toBe('no-store')
})

describe('text in the words of organizers stays text', () => {
  test.each(['/c/', '/embed/'])('on %s', async (base) => {
    const evil = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&`
    const own = await anOpenCampaign(server, {
      organization: { slug: 'evil', name: evil },
      texts: [{ locale: 'en', title: evil, body: evil, reason: evil }],
    })

    const { body, statusCode } = await get(`${base}${own}`, { accept: 'text/html' })

    expect(statusCode).toBe(200)
    expect(body).toContain('&lt;script>alert(1)')
    expect(body).not.toMatch(/<script>alert|<img src=x/)
  })
})

function get(url: string, headers: Record<string, string> = {}) {
  return server.app.inject({ url: url.replace('{slug}', slug), headers })
}

async function policyOfScript(name: string): Promise<unknown> {
  return (await get(`/assets/${name}`, { 'accept-encoding': 'br' })).headers['content-security-policy']
}

test('the script that holds keys runs WebAssembly and calls nobody; no other script may', async () => {
  const names = globSync('*.js', { cwd: new URL('../../dist/client/assets/', import.meta.url).pathname })

  const ofKeys = names.filter((name) => name.startsWith('contacts.worker-'))
  const others = names.filter((name) => !ofKeys.includes(name))

  expect(ofKeys).toHaveLength(1)
  expect(await policyOfScript(ofKeys[0] ?? '')).toBe(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
  )
  expect(others.length).toBeGreaterThan(10)
  for (const name of others) {
    expect(await policyOfScript(name)).toMatch(/^default-src 'none';(?!.*wasm)/)
  }
})
