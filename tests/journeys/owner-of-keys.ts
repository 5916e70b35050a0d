import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'

/** What an owner has after she made a key. */
export interface MadeKey {
  passphrase: string
  recoveryFile: { name: string; mimeType: string; buffer: Buffer }
  /** In hex. */
  fingerprint: string
}

/** From the page of her organization on: reads, chooses a passphrase, and has the pair made. Nothing is sent yet. */
export async function makesPair(page: Page): Promise<MadeKey> {
  await page.getByRole('button', { name: /Make a key|Replace the key/ }).click()
  await page.getByLabel('We understand').check()
  await page.getByRole('button', { name: 'Propose five words' }).click()
  const passphrase = await page.getByLabel('Passphrase', { exact: true }).inputValue()
  await page.getByLabel('The passphrase again').fill(passphrase)
  await page.getByRole('button', { name: 'Make the key' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save estamos-key' }).click(),
  ])
  const buffer = await readFile(await file.path())
  const recoveryFile = { name: file.suggestedFilename(), mimeType: 'application/json', buffer }
  return { passphrase, recoveryFile, fingerprint: JSON.parse(buffer.toString()).fingerprint }
}

/** Shows that she has the file, and has the key used. */
export async function usesKey(page: Page, { recoveryFile, fingerprint }: MadeKey): Promise<void> {
  await page.getByLabel('The file that you saved').setInputFiles(recoveryFile)
  await page.getByRole('button', { name: /Use this key|Ask to replace/ }).click()
  await page.getByRole('form', { name: 'Recovery file' }).waitFor({ state: 'detached' })
  await page.getByText(grouped(fingerprint)).first().waitFor()
}

export function grouped(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1 ')
}
