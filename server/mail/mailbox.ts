import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import PostalMime, { type Address } from 'postal-mime'
import { type Mail, oneByOne } from './mail.ts'
import { messageOf, onlyToItsRecipient, readSender } from './message.ts'

/** A letter read back from the mailbox. Its HTML is not safe to show outside a sandboxed frame. */
export interface MailboxLetter {
  id: string
  from: string
  to: string
  subject: string
  messageId: string
  locale: string
  /** ISO 8601. */
  date: string
  html: string
  text: string
}

const kept = 200
/** Microseconds since 1970, then a random part: names sort by time, and no path can hide in one. */
const idShape = /^[0-9]{16}-[0-9a-f]{12}$/

/** Sends nothing anywhere: each letter becomes an `.eml` file in `folder`, and the newest 200 stay. */
export function mailboxMail({ folder, from }: { folder: string; from: string }): Mail {
  const sender = readSender(from)
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  transport.use('stream', onlyToItsRecipient)

  const post = oneByOne(sender, async (letter) => {
    const { message } = await transport.sendMail(messageOf(letter, sender))
    await keep(folder, message as Buffer)
    await forgetOldest(folder)
  })

  return { largest: 1, lanes: 1, post, async close() {} }
}

/** Newest first; empty as long as nothing was sent. */
export async function lettersIn(folder: string): Promise<MailboxLetter[]> {
  const letters = await Promise.all((await idsIn(folder)).reverse().map((id) => letterIn(folder, id)))
  return letters.filter((letter) => letter !== undefined)
}

/** Undefined for an id that is unknown, forgotten, or not an id at all. */
export async function letterIn(folder: string, id: string): Promise<MailboxLetter | undefined> {
  if (!idShape.test(id)) return undefined
  const file = await readFile(pathOf(folder, id)).catch(unlessMissing)
  if (!file) return undefined
  const {
    from,
    to,
    subject = '',
    messageId = '',
    headers,
    date = '',
    html = '',
    text = '',
  } = await PostalMime.parse(file)
  const locale = headers.find(({ key }) => key === 'content-language')?.value ?? ''
  return { id, from: spelled(from), to: spelled(to?.[0]), subject, messageId, locale, date, html, text }
}

/** Written aside and renamed, so that a reader never meets half a letter. Readable by its owner only: it holds addresses. */
async function keep(folder: string, message: Buffer): Promise<void> {
  const microseconds = Math.floor((performance.timeOrigin + performance.now()) * 1000)
  const id = `${microseconds}-${randomBytes(6).toString('hex')}`
  const unfinished = join(folder, `${id}.part`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(unfinished, message, { mode: 0o600 })
  await rename(unfinished, pathOf(folder, id))
}

async function forgetOldest(folder: string): Promise<void> {
  const old = (await idsIn(folder)).slice(0, -kept)
  await Promise.all(old.map((id) => rm(pathOf(folder, id), { force: true })))
}

/** Oldest first. */
async function idsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(unlessMissing)) ?? []
  return names
    .filter((name) => name.endsWith('.eml'))
    .map((name) => name.slice(0, -'.eml'.length))
    .filter((id) => idShape.test(id))
    .sort()
}

function pathOf(folder: string, id: string): string {
  return join(folder, `${id}.eml`)
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function spelled(address: Address | undefined): string {
  if (!address?.address) return ''
  return address.name ? `${address.name} <${address.address}>` : address.address
}
