import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import { chromiumFlags } from '../chromium.ts'

export interface Browsers {
  /** Another person's browser: nothing in common with the others. */
  another(options?: BrowserContextOptions): Promise<BrowserContext>
}

/** Real Chromium; an error on a console that a test did not expect fails it. */
export function browsers({ expected }: { expected?: RegExp } = {}): Browsers {
  let browser: Browser
  const contexts: BrowserContext[] = []
  const errors: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: inject('chromium'), args: chromiumFlags })
  })
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
    expect(errors.splice(0).filter((error) => !expected?.test(error))).toEqual([])
  })
  afterAll(() => browser?.close())

  return {
    async another(options = {}) {
      const context = await browser.newContext({ viewport: { width: 360, height: 740 }, ...options })
      context.setDefaultTimeout(30_000)
      context.on('console', (said) => said.type() === 'error' && errors.push(said.text()))
      context.on('weberror', (thrown) => errors.push(thrown.error().message))
      contexts.push(context)
      return context
    },
  }
}
