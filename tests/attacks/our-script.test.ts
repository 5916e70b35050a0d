import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import type { EmbedSettings } from '../../server/coalitions/contract.ts'
import { anOpenCampaign, anOrganizer } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { reached } from './reached.ts'

const server = estamos()

/** By which a script gets hold of more code, calls somebody, or reads what is typed. */
const reach = [
  /\bimport\b/,
  /\beval\b/,
  /\bFunction\b/,
  /createElement\((['"`])script/,
  /\bfetch\b/,
  /XMLHttpRequest|sendBeacon|WebSocket|EventSource/,
  /innerHTML|insertAdjacentHTML|srcdoc/,
  /key(down|up|press)|['"`]input['"`]|clipboard/,
  /cookie|localStorage|sessionStorage/,
]

test('C8: the script on chapters’ pages is the one that was built, loads no other, calls nobody and hears no key', async () => {
  const built = readFileSync('dist/client/widget.js', 'utf8')

  const { body, headers } = await server.app.inject('/widget.js')

  expect(body).toBe(built)
  expect(body.length).toBeGreaterThan(500)
  expect(reach.filter((sign) => sign.test(body))).toEqual([])
  expect(headers['x-content-type-options']).toBe('nosniff')
  reached('C8', `${body.length} bytes that load no other script, call nobody and hear no key`)
})

const published = globSync('web/widget/published/*.js')

test('C8: the version that snippets pin is a published one, byte for byte what its address and its integrity say', async () => {
  const slug = await anOpenCampaign(server)
  const { call } = await anOrganizer(server, { role: 'viewer' })

  const { script } = (await call('GET', `campaigns/${slug}/embed`)).json<EmbedSettings>()
  const { body, headers } = await server.app.inject(script.url)

  expect(body).toBe(readFileSync('dist/client/widget.js', 'utf8'))
  expect(script.integrity).toBe(`sha384-${sha384(body).toString('base64')}`)
  expect(headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  })
  // A change of the widget is a new version: `npm run widget:publish`, and commit it.
  expect(published).toContain(`web/widget/published/${basename(script.url)}`)
})

test('C8: every version that was ever published is still there, unchanged, and nothing else is', async () => {
  const answers = await Promise.all(published.map((file) => server.app.inject(`/widgets/${basename(file)}`)))
  const others = await Promise.all(
    ['0123456789abcdef.js', 'widget.js', '..%2fwidget.js', `${basename(published[0]!)}.br`].map((file) =>
      server.app.inject(`/widgets/${file}`),
    ),
  )

  expect(published.map((file) => basename(file))).toContain('be4711c966422b34.js')
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(published.map(() => 200))
  expect(answers.map(({ body }) => `${sha384(body).toString('hex').slice(0, 16)}.js`)).toEqual(
    published.map((file) => basename(file)),
  )
  expect(others.filter(({ statusCode }) => statusCode < 400)).toEqual([])
  expect(others.map(({ headers }) => headers['cache-control'])).toEqual(others.map(() => 'no-store'))
})

function sha384(text: string): Buffer {
  return createHash('sha384').update(text).digest()
}
