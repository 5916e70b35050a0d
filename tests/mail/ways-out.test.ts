import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lettersIn } from '../../server/mail/mailbox.ts'
import { openMail } from '../../server/mail/ways-out.ts'
import { sendgridStandIn } from '../sendgrid-stand-in.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { aLetter, from as mailFrom, send } from './letters.ts'

test('with a mailbox folder no letter goes anywhere else, whatever else is set', async () => {
  const mailboxFolder = await mkdtemp(join(tmpdir(), 'mailbox-'))
  const [inbox, standIn] = await Promise.all([smtpInbox(), sendgridStandIn()])
  onTestFinished(async () => {
    await Promise.all([inbox.close(), standIn.close(), rm(mailboxFolder, { recursive: true })])
  })
  const mail = openMail({
    mailFrom,
    mailboxFolder,
    smtpUrl: inbox.url,
    sendgridApiKey: standIn.apiKey,
    sendgridBaseUrl: standIn.baseUrl,
  })

  await send(mail, await aLetter())

  expect(await lettersIn(mailboxFolder)).toHaveLength(1)
  expect(inbox.received).toEqual([])
  expect(standIn.headers).toEqual([])
})

test('an SMTP URL alone sends by SMTP', async () => {
  const inbox = await smtpInbox()
  const mail = openMail({ mailFrom, smtpUrl: inbox.url })
  onTestFinished(async () => {
    await mail.close()
    await inbox.close()
  })

  await send(mail, await aLetter())

  expect(inbox.received).toHaveLength(1)
})

test('a SendGrid key alone sends by SendGrid', async () => {
  const standIn = await sendgridStandIn()
  onTestFinished(() => standIn.close())
  const mail = openMail({ mailFrom, sendgridApiKey: standIn.apiKey, sendgridBaseUrl: standIn.baseUrl })

  await send(mail, await aLetter())

  expect(standIn.accepted).toHaveLength(1)
})

test('no way out, or two, stop the start', () => {
  expect(() => openMail({ mailFrom })).toThrow('no way out')
  expect(() => openMail({ mailFrom, smtpUrl: 'smtp://localhost', sendgridApiKey: 'SG.a.b' })).toThrow(
    'both set',
  )
})
