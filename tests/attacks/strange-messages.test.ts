import { expect, test } from 'vitest'
import { anOpenCampaign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from '../journeys/browsers.ts'
import { hostPage } from '../journeys/host-page.ts'
import { reached } from './reached.ts'

const server = estamos({ isUp: true })
const host = hostPage()
// Chromium says so where a greeting does not find the origin that it is for.
const people = browsers({ expected: /does not match the recipient window's origin/ })

/** Says what our frame could say, and greets our frame as its host would. */
const speaks = (name: string) => `<script nonce="own">
  const say = () => {
    parent.postMessage({ estamos: 'height', height: 5 }, '*')
    parent.postMessage({ estamos: 'signed', campaign: 'x' }, '*')
    parent.postMessage({ estamos: 'confirmed', campaign: 'x' }, '*')
    parent.frames[0].postMessage({ estamos: 'hello', theme: { accent: 'lime' } }, '*')
    parent.postMessage({ by: '${name}' }, '*')
  }
  window.heard = []
  addEventListener('message', ({ data }) => heard.push(data))
  setTimeout(say)
</script>`

test('C5: siblings, look-alikes of our origin, origins that are none and a frame that has gone elsewhere are not heard', async () => {
  const { publicUrl } = server.config
  const { port } = new URL(publicUrl)
  const slug = await anOpenCampaign(server)
  const alike = [
    `http://localhost.evil.example:${port}/`,
    `http://evil-localhost:${port}/`,
    `http://localhost:${Number(port) + 1}/`,
    `http://sub.localhost:${port}/`,
    `http://evil.example/${publicUrl}/`,
  ]
  const speakers = [
    'sibling',
    'of no origin',
    'data',
    'gone elsewhere',
    'ours, in no frame of ours',
    ...alike,
  ]
  host.policy = `${publicUrl}/widget.js; frame-src http: data:`
  host.body = `
    <iframe class="estamos" id="real" src="${publicUrl}/embed/${slug}" title="Sign" width="100%" height="333"></iframe>
    <iframe class="estamos" id="gone" src="${publicUrl}/embed/${slug}?view=counter" title="Count" height="44"></iframe>
    <script async src="${publicUrl}/widget.js"></script>`
  const context = await people.another()
  await context.route(isStrange(alike), (route) =>
    route.fulfill({ contentType: 'text/html', body: speaks(new URL(route.request().url()).href) }),
  )
  const page = await context.newPage()
  await page.goto(host.url)
  await page.evaluate(
    `window.by = []; addEventListener('message', ({ data }) => data?.by && by.push(data.by))`,
  )
  const height = () => page.locator('#real').evaluate((frame) => frame.getBoundingClientRect().height)
  await expect.poll(height).not.toBe(333)
  const fitted = await height()

  const gone = page.frames().find((frame) => frame.url().includes('view=counter'))
  await gone?.goto(`http://gone.evil.example:${port}/`)
  await gone?.evaluate(`parent.postMessage({ by: 'gone elsewhere' }, '*')`)
  await page.evaluate(addFrames, [
    { srcdoc: speaks('sibling') },
    { srcdoc: speaks('of no origin'), sandbox: 'allow-scripts' },
    { src: `data:text/html,${encodeURIComponent(speaks('data'))}` },
    { src: `${publicUrl}/embed/${slug}?view=leaderboard` },
    ...alike.map((url) => ({ src: url })),
  ])
  await expect
    .poll(() => page.frames().find((frame) => frame.url().includes('view=leaderboard')))
    .toBeDefined()
  const ours = page.frames().find((frame) => frame.url().includes('view=leaderboard'))
  await ours?.evaluate(`parent.postMessage({ estamos: 'signed', campaign: 'x' }, '*')
    parent.postMessage({ by: 'ours, in no frame of ours' }, '*')`)
  const by = async () => [...new Set(await page.evaluate<string[]>('by'))].sort()
  await expect.poll(by).toEqual(expect.arrayContaining(speakers))

  const accent = await page
    .frameLocator('#real')
    .locator('html')
    .evaluate((html) => html.style.getPropertyValue('--pledge-accent'))
  expect(await page.evaluate('raised')).toEqual([])
  expect(await height()).toBe(fitted)
  expect(accent).not.toBe('lime')
  expect(await gone?.evaluate('heard')).toEqual([])
  reached(
    'C5',
    `${speakers.length} strangers spoke as our frame and greeted it as its host: no event, no height, no colour, and no greeting for the frame that had gone elsewhere`,
  )
})

function isStrange(alike: string[]) {
  const hosts = new Set(alike.map((url) => new URL(url).host))
  return ({ host: asked }: URL) => hosts.has(asked) || asked.startsWith('gone.')
}

/** Runs in the page. */
function addFrames(frames: Record<string, string | undefined>[]): void {
  for (const attributes of frames) {
    const frame = document.createElement('iframe')
    for (const [name, value = ''] of Object.entries(attributes)) frame.setAttribute(name, value)
    document.body.append(frame)
  }
}
