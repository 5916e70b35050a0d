import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { letterIn, lettersIn, mailboxMail } from '../../server/mail/mailbox.ts'
import { aLetter, failureOf, from, hostileAddresses, send } from './letters.ts'

async function aMailbox() {
  const parent = await mkdtemp(join(tmpdir(), 'mailbox-'))
  onTestFinished(() => rm(parent, { recursive: true }))
  const folder = join(parent, 'mailbox')
  return { parent, folder, mail: mailboxMail({ folder, from }) }
}

test('a mailbox nobody has written to is empty', async () => {
  const { folder } = await aMailbox()

  expect(await lettersIn(folder)).toEqual([])
})

test.for(['en', 'es'])('a letter is read back as it was sent, in %s', async (locale) => {
  const { folder, mail } = await aMailbox()
  const letter = await aLetter({ locale })

  await send(mail, letter)

  const [read] = await lettersIn(folder)
  expect(read).toMatchObject({
    from: 'Estamos <hello@pledge.example.org>',
    to: 'ada@gatech.edu',
    subject: letter.subject,
    messageId: `<${letter.id}@pledge.example.org>`,
    locale,
  })
  expect(read?.text.trim()).toBe(letter.text.trim())
  expect(read?.html.trim()).toBe(letter.html.trim())
  expect(await letterIn(folder, read?.id ?? '')).toEqual(read)
})

test('the file is a real message that any mail program opens', async () => {
  const { folder, mail } = await aMailbox()

  await send(mail, await aLetter())

  const [name = ''] = await readdir(folder)
  const raw = await readFile(join(folder, name), 'utf8')
  expect(name).toMatch(/\.eml$/)
  expect(raw).toMatch(/^From: Estamos <hello@pledge\.example\.org>\r\nTo: ada@gatech\.edu\r\n/m)
  expect(raw.split('\r\n').every((line) => line.length <= 998)).toBe(true)
  expect((await stat(join(folder, name))).mode & 0o077).toBe(0)
})

test('the newest letter is on top, and the newest 200 stay', async () => {
  const { folder, mail } = await aMailbox()
  for (let i = 1; i <= 205; i++) await send(mail, await aLetter({ to: `student${i}@gatech.edu` }))

  const letters = await lettersIn(folder)

  expect(letters).toHaveLength(200)
  expect(letters[0]?.to).toBe('student205@gatech.edu')
  expect(letters.at(-1)?.to).toBe('student6@gatech.edu')
})

test('letters sent at the same moment are all kept', async () => {
  const { folder, mail } = await aMailbox()
  const people = Array.from({ length: 50 }, (_, i) => `student${i}@gatech.edu`)

  await Promise.all(people.map(async (to) => send(mail, await aLetter({ to }))))

  expect((await lettersIn(folder)).map(({ to }) => to).sort()).toEqual(people.sort())
})

test('nothing outside the mailbox can be read', async () => {
  const { parent, folder, mail } = await aMailbox()
  await send(mail, await aLetter())
  await writeFile(join(parent, 'secret.eml'), 'Subject: secret\r\n\r\nsecret')
  await writeFile(join(folder, 'other.eml'), 'Subject: secret\r\n\r\nsecret')
  const id = '1234567890123456-0123456789ab'

  const ids = [
    '../secret',
    '..%2Fsecret',
    'other',
    '',
    '.',
    `../${id}`,
    `${id}/../../secret`,
    `${id}\0`,
    `${id}\n`,
    id,
  ]

  expect(await Promise.all(ids.map((one) => letterIn(folder, one)))).toEqual(ids.map(() => undefined))
  expect(await lettersIn(folder)).toHaveLength(1)
})

test.for(hostileAddresses)('%j is refused as it would be elsewhere', async (to) => {
  const { folder, mail } = await aMailbox()

  const failure = await failureOf(send(mail, await aLetter({ to })))

  expect(failure).toMatchObject({ code: 'letter-unsafe', isPermanent: true })
  expect(await lettersIn(folder)).toEqual([])
})
