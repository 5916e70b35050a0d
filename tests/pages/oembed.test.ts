import { beforeAll, describe, expect, test } from 'vitest'
import { anOpenCampaign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
let slug: string
let ours: string

beforeAll(async () => {
  slug = await anOpenCampaign(server)
  ours = server.config.publicUrl
})

test('a link to a campaign becomes its embed', async () => {
  const answer = await ask(`${ours}/c/${slug}`)

  expect(answer.json()).toEqual({
    version: '1.0',
    type: 'rich',
    provider_name: 'Estamos',
    provider_url: ours,
    title: 'No tech for cages',
    width: 480,
    height: 720,
    html: `<iframe class="estamos" src="${ours}/embed/${slug}" title="Sign the pledge" loading="lazy" width="100%" height="720"></iframe>`,
  })
  expect(answer.headers['access-control-allow-origin']).toBe('*')
  expect(answer.headers['cache-control']).toBe('public, max-age=300')
})

test('a link to a campus becomes the embed of that campus, and nothing else of the address is taken over', async () => {
  const answer = await ask(`${ours}/c/${slug}/gatech.edu?locale="><script>&source=x#"onload=`)

  expect(answer.json().html).toContain(`src="${ours}/embed/${slug}/gatech.edu"`)
  expect(answer.json().html).not.toMatch(/script|onload|source=/)
})

describe('whatever is not the address of a campaign here is a 404, and nothing is fetched', () => {
  test.each([
    'https://evil.example/c/{slug}',
    'http://localhost.evil.example/c/{slug}',
    '{ours}.evil.example/c/{slug}',
    '{ours}@evil.example/c/{slug}',
    'http://user:password@{host}/c/{slug}',
    'http://user@{host}/c/{slug}',
    '//{host}/c/{slug}',
    '/c/{slug}',
    'https://{host}/c/{slug}',
    'http://127.0.0.1.xip.io/c/{slug}',
    'http://169.254.169.254/c/{slug}',
    'file:///c/{slug}',
    'javascript:alert(1)',
    'data:text/html,/c/{slug}',
    'ftp://{host}/c/{slug}',
    '{ours}/c/{slug}%2f..%2f..',
    '{ours}/c%2f{slug}',
    '{ours}//c/{slug}',
    '{ours}/c/{slug}/',
    '{ours}/c/{slug}/gatech.edu/more',
    '{ours}/c/{slug}">',
    '{ours}/c/{slug}%22%3E',
    '{ours}/confirm/{slug}',
    '{ours}/c/no-such-drive',
    '{ours}/c/{slug}/no-such.example',
    '{ours}/',
    '',
  ])('%s', async (url) => {
    const host = new URL(ours).host

    const answer = await ask(url.replace('{ours}', ours).replace('{host}', host).replace('{slug}', slug))

    expect(answer.statusCode).toBe(404)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.body).not.toContain('iframe')
  })
})

test('an address that is missing or too long is refused', async () => {
  const answers = await Promise.all([
    server.app.inject('/oembed'),
    ask(`${ours}/c/${slug}?${'x'.repeat(600)}`),
    server.app.inject(`/oembed?url=${ours}/c/${slug}&url=${ours}`),
  ])

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400])
})

function ask(url: string) {
  return server.app.inject(`/oembed?url=${encodeURIComponent(url)}`)
}
