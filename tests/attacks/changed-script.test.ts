import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { anOpenCampaign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from '../journeys/browsers.ts'
import { hostPage } from '../journeys/host-page.ts'
import { reached } from './reached.ts'

const server = estamos({ isUp: true })
const host = hostPage()
const people = browsers({ expected: /integrity/ })
const versions = globSync('web/widget/published/*.js')

describe.each(versions)('the published %s', (version) => {
  test('C8: fits the frame that this server renders, where a page has pinned it', async () => {
    const { page } = await aChaptersPage(version)

    await expect.poll(() => height(page)).not.toBe(720)

    const inside = page.frameLocator('iframe').locator('body')
    const needed = await inside.evaluate((body) => Math.ceil(body.getBoundingClientRect().height))
    expect(await height(page)).toBeGreaterThanOrEqual(needed)
    expect(await height(page)).toBeLessThan(needed + 280)
  })
})

test('C8: a script that whoever holds our server has changed does not run where its version is pinned, and she signs without it', async () => {
  const evil = `window.taken = true; ${readFileSync(versions[0]!, 'utf8')}`
  const { page, asked } = await aChaptersPage(versions[0]!, evil)

  const form = page.frameLocator('iframe')
  await form.getByLabel('Email', { exact: true }).fill('ada@mail.example')
  await form.getByRole('button', { name: 'Sign the pledge' }).click()
  await form.getByText('Now check your email').waitFor()

  expect(asked).toHaveLength(1)
  expect(await page.evaluate('window.taken')).toBeUndefined()
  expect(await height(page)).toBe(720)
  reached(
    'C8',
    'a changed script under a pinned address: Chromium runs none of it; the frame stays as high as the snippet says, and takes a signature',
  )
})

/** As the console's snippet has it, and with another script than that at its address, where one is given. */
async function aChaptersPage(version: string, instead?: string): Promise<{ page: Page; asked: string[] }> {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  const url = `${publicUrl}/widgets/${basename(version)}`
  const integrity = `sha384-${createHash('sha384').update(readFileSync(version)).digest('base64')}`
  host.policy = `${publicUrl}/widgets/; frame-src ${publicUrl}`
  host.body = `<iframe class="estamos" src="${publicUrl}/embed/${slug}" title="Sign" width="100%" height="720"></iframe>
    <script async src="${url}" integrity="${integrity}" crossorigin="anonymous"></script>`
  const context = await people.another()
  const asked: string[] = []
  if (instead)
    await context.route(url, async (route) => {
      asked.push(route.request().url())
      await route.fulfill({ response: await route.fetch(), body: instead })
    })
  const page = await context.newPage()
  await page.goto(host.url)
  return { page, asked }
}

async function height(page: Page): Promise<number> {
  return await page.locator('iframe').evaluate((frame) => frame.getBoundingClientRect().height)
}
