import { expect, test } from 'vitest'
import { anOpenCampaign, rowOf } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from '../journeys/browsers.ts'
import { hostPage, snippet } from '../journeys/host-page.ts'
import { reached } from './reached.ts'

const server = estamos({ isUp: true })
const host = hostPage()
const people = browsers({ expected: /./ })

/** What old libraries and careless scripts did to pages, before the snippet came. */
const careless = `
  for (const name of ['estamos', 'height', 'campaign', 'theme', 'origin', 'src', 'bubbles', 'detail', 'childList', 'subtree'])
    Object.defineProperty(Object.prototype, name, { configurable: true, set() { throw new Error(name) }, get() { return 'polluted' } })
  window.fetch = JSON.parse = JSON.stringify = Array.from = () => { throw new Error('replaced') }
  Array.prototype.extra = String.prototype.extra = () => 'polluted'`

/** What a page can do at most: nothing of what a script is made of works any more. */
const hostile = `${careless}
  for (const name of ['get', 'set', 'value', 'writable'])
    Object.prototype[name] = 'polluted'
  window.URL = window.MutationObserver = window.WeakSet = window.CustomEvent = undefined
  window.addEventListener = window.postMessage = () => { throw new Error('replaced') }
  delete Array.prototype[Symbol.iterator]
  document.querySelectorAll = String.prototype.startsWith = () => { throw new Error('replaced') }`

test.each([
  ['careless', careless, true],
  ['hostile', hostile, false],
])(
  'C23: on a %s page, whose prototypes and built-ins are changed, she signs',
  async (kind, script, isFitted) => {
    const { publicUrl } = server.config
    const slug = await anOpenCampaign(server)
    host.policy = `${publicUrl}/widget.js; frame-src ${publicUrl}`
    host.body = `<script nonce="own">${script}</script>${snippet(publicUrl, `/embed/${slug}`)}`
    const page = await (await people.another()).newPage()

    await page.goto(host.url)
    const frame = page.frameLocator('iframe.estamos')
    await frame.getByLabel('Email', { exact: true }).fill('ada@mail.example')
    const fits = async () => (await page.locator('iframe.estamos').boundingBox())?.height !== 720
    await expect.poll(fits, { timeout: 5_000 }).toBe(isFitted)
    await frame.getByRole('button', { name: 'Sign the pledge' }).click()
    await frame.getByText('Now check your email').waitFor()

    expect(await rowOf(server, slug, 'ada@mail.example')).toMatchObject({ state: 'pending' })
    reached(
      'C23',
      `a ${kind} host page: she signs in the frame, whose height is ${isFitted ? 'fitted' : 'as the snippet says'}`,
    )
  },
)
