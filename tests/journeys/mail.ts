import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Received } from '../smtp-inbox.ts'

/** The link to one of our pages in a message's text. */
export function linkIn({ text = '' }: Received, page: 'confirm' | 'my-pledge'): string {
  const [link] = new RegExp(`https?://\\S+/${page}/\\S+`).exec(text) ?? []
  if (!link) throw new Error(`no ${page} link in the message`)
  return link
}

/** A message as a mail program shows it: its HTML, of which every link opens a page of its own. */
export async function openedMail(context: BrowserContext, { html = '' }: Received): Promise<Page> {
  const mail = await context.newPage()
  await mail.setContent(html)
  await mail.evaluate(`document.head.insertAdjacentHTML('afterbegin', '<base target="_blank">')`)
  return mail
}

/** The page to which a link in an opened message leads. */
export async function followed(mail: Page, link: RegExp): Promise<Page> {
  const opened = mail.context().waitForEvent('page')
  await mail.getByRole('link', { name: link }).click()
  const page = await opened
  await page.waitForURL(/^http/)
  return page
}

/**
 * What a filter does before she sees the message: asks for the head of each address in it, and opens each in a browser
 * that runs scripts. @returns the pages it saw, by the first part of their paths
 */
export async function scanned(scanner: BrowserContext, mail: Page, message: Received): Promise<string[]> {
  const addresses = await addressesIn(mail, message)
  const pages = await Promise.all(addresses.map((address) => opened(scanner, address)))
  expect(await scanner.cookies()).toEqual([])
  return [...new Set(pages)].sort()
}

/** Those of its HTML, and the one that its headers offer to mail programs. */
async function addressesIn(mail: Page, { headers }: Received): Promise<string[]> {
  const links = await mail.getByRole('link').all()
  const inHtml = await Promise.all(links.map((link) => link.getAttribute('href')))
  const offered = headers.find(({ key }) => key === 'list-unsubscribe')?.value.slice(1, -1)
  return [...inHtml, offered].filter((address) => typeof address === 'string')
}

async function opened(scanner: BrowserContext, address: string): Promise<string> {
  const head = await scanner.request.head(address)
  const page = await scanner.newPage()
  const answer = await page.goto(address, { waitUntil: 'networkidle' })
  await page.close()
  const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  expect([head.status(), answer?.status()]).toEqual([200, 200])
  expect([head.headers(), answer?.headers()]).toMatchObject([headers, headers])
  return new URL(address).pathname.split('/')[1] ?? ''
}
