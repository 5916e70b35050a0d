import axe from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { AnOrganizer } from '../builders.ts'
import type { Estamos } from '../estamos.ts'

/** Puts an organizer's session into a browser, as signing in would. */
export async function signedIn(
  context: BrowserContext,
  server: Estamos,
  { session }: AnOrganizer,
): Promise<BrowserContext> {
  const { publicUrl: url } = server.config
  await context.addCookies([{ name: 'organizer', value: session, url, httpOnly: true, sameSite: 'Strict' }])
  return context
}

/** A device with a fingerprint reader that always knows her. */
export async function withDevice(page: Page) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { cdp, authenticatorId }
}

/** No violation of axe's rules, and nothing that makes the page wider than its window; a frame is a page of its own. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(
    (await violationsOn(page)).map(({ id, nodes }) => ({
      id,
      at: nodes.map(({ html, failureSummary }) => [html, failureSummary]),
    })),
  ).toEqual([])
  expect(
    await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
  ).toBeLessThanOrEqual(0)
}

/** In the page itself: axe's own runner for Playwright starts a second one for each look, which takes twice as long. */
async function violationsOn(page: Page): Promise<axe.Result[]> {
  await page.evaluate(axe.source)
  return await page.evaluate<axe.Result[]>(`
    axe.run({ exclude: ['iframe'] }, { iframes: false, resultTypes: ['violations'] })
      .then(({ violations }) => violations)`)
}
