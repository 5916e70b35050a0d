import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
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
  reached(
    'C8',
    `${body.length} bytes: no other script, no call, no key; but no fixed hash either, so who takes our server takes it`,
  )
})
