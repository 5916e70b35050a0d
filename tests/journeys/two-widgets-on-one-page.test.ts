import { expect, test } from 'vitest'
import { anOpenCampaign, crowd } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'
import { hostPage } from './host-page.ts'

const server = estamos({ isUp: true, env: () => ({ CAPTCHA: 'altcha' }) })
const host = hostPage()
const people = browsers()

test('two widgets, an element and the script twice live on one page, each in its own height', async () => {
  const { publicUrl } = server.config
  const [one, other] = [await anOpenCampaign(server), await anOpenCampaign(server)]
  await crowd(server, one, { campus: 'gatech.edu', people: 5 })
  const script = `<script async src="${publicUrl}/widget.js"></script>`
  host.policy = `${publicUrl}/widget.js; frame-src ${publicUrl}`
  host.body = `
    <iframe id="a" class="estamos" src="${publicUrl}/embed/${one}" title="One" width="100%" height="200"></iframe>
    <iframe id="b" class="estamos" src="${publicUrl}/embed/${other}?view=counter" title="Other" width="100%" height="9"></iframe>
    <estamos-pledge campaign="${one}" campus="gatech.edu" view="leaderboard" source="poster"></estamos-pledge>
    ${script}${script}`
  const page = await (await people.another()).newPage()
  await page.goto(host.url)

  for (const frame of ['#a', '#b', 'estamos-pledge iframe']) {
    const fits = async () => {
      const inside = await page.frameLocator(frame).locator('body').boundingBox()
      const spare = ((await page.locator(frame).boundingBox())?.height ?? 0) - (inside?.height ?? Infinity)
      return spare >= 0 && spare < 280
    }
    await expect.poll(fits).toBe(true)
  }
  await page.frameLocator('#a').getByLabel('Email', { exact: true }).fill('a@mail.example')
  await page.frameLocator('#a').getByRole('button', { name: 'Sign the pledge' }).click()
  await page.frameLocator('#a').getByText('Now check your email').waitFor()

  expect(await page.evaluate('raised')).toEqual([['estamos:signed', { campaign: one }, 'IFRAME']])
  const element = page.locator('estamos-pledge iframe')
  expect(await element.count()).toBe(1)
  expect(await element.getAttribute('src')).toBe(
    `${publicUrl}/embed/${one}/gatech.edu?source=poster&view=leaderboard`,
  )
})

test('what is said by strangers is not heard, neither by the page nor in the frame', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  host.policy = `${publicUrl}/widget.js; frame-src ${publicUrl} blob: data:`
  host.body = `<iframe class="estamos" src="${publicUrl}/embed/${slug}" title="Sign" width="100%" height="333"></iframe>
    <iframe id="stranger" srcdoc="<p>stranger</p>"></iframe>`
  const page = await (await people.another()).newPage()
  await page.goto(host.url)
  await page.frameLocator('iframe.estamos').getByLabel('Email', { exact: true }).waitFor()

  // Without widget.js nobody greets the frame; then the script comes, and a sibling speaks in the frame's name.
  await page.evaluate(`window.said = []; addEventListener('message', ({ data }) => said.push(data))`)
  await page.evaluate(`new Promise((loaded) => {
    const script = document.createElement('script')
    script.src = '${publicUrl}/widget.js'; script.nonce = 'own'; script.onload = loaded
    document.body.append(script)
  })`)
  await page.waitForFunction(`said.some(({ estamos }) => estamos === 'height')`)
  const stranger = page.frames().find((frame) => frame.parentFrame() && !frame.url().startsWith(publicUrl))
  await stranger?.evaluate(`parent.postMessage({ estamos: 'signed', campaign: 'x' }, '*')
    parent.postMessage({ estamos: 'height', height: 5 }, '*')
    parent.frames[0].postMessage({ estamos: 'hello', theme: { accent: 'lime' } }, '*')`)
  await page.evaluate(`postMessage({ estamos: 'height', height: 7 }, '*')`)
  await page.waitForFunction(`said.some(({ height }) => height === 7)`)

  expect(await page.evaluate('raised')).toEqual([])
  expect((await page.locator('iframe.estamos').boundingBox())?.height).toBeGreaterThan(100)
  const accent = await page
    .frameLocator('iframe.estamos')
    .locator('html')
    .evaluate((html) => html.style.getPropertyValue('--pledge-accent'))
  expect(accent).not.toBe('lime')
})
