import { generateKeyPairSync } from 'node:crypto'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { expect, onTestFinished, test } from 'vitest'
import { openMail } from '../../server/mail/ways-out.ts'
import { smtpInbox, type Received } from '../smtp-inbox.ts'
import { aLetter, from as mailFrom, send } from './letters.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const dkim = {
  domain: 'pledge.example.org',
  selector: 'estamos',
  privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
}

/** What is published, and nothing else. */
async function resolver(name: string, type: string): Promise<string[][]> {
  const isOurs = type === 'TXT' && name === 'estamos._domainkey.pledge.example.org'
  if (!isOurs) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
  return [[`v=DKIM1; k=rsa; p=${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`]]
}

async function arrived(different: Parameters<typeof aLetter>[0], key?: typeof dkim): Promise<Received> {
  const inbox = await smtpInbox()
  const mail = openMail({ mailFrom, smtpUrl: inbox.url, dkim: key })
  onTestFinished(async () => {
    await mail.close()
    await inbox.close()
  })
  await send(mail, await aLetter(different))
  return await inbox.next('ada@gatech.edu')
}

async function judged(raw: string) {
  const { results } = await dkimVerify(raw, { resolver, strict: true })
  return results.map(({ status, signingDomain, selector, signingHeaders }) => ({
    result: status.result,
    aligned: status.aligned,
    signingDomain,
    selector,
    keys: signingHeaders?.keys.toLowerCase(),
  }))
}

test.for(['en', 'es'])('with a key each letter is signed for its sender, in %s', async (locale) => {
  const { raw } = await arrived({ locale, fromName: 'Ñandú' }, dkim)

  const [verdict, ...others] = await judged(raw)

  expect(others).toEqual([])
  expect(verdict).toMatchObject({
    result: 'pass',
    aligned: 'pledge.example.org',
    signingDomain: 'pledge.example.org',
    selector: 'estamos',
  })
  for (const name of ['from', 'to', 'subject', 'date', 'message-id', 'content-type', 'mime-version'])
    expect(verdict?.keys?.split(': ')).toContain(name)
})

test('the signature covers both headers of one-click unsubscribing, as mailboxes ask', async () => {
  const { raw } = await arrived({ unsubscribeUrl: 'https://pledge.example.org/unsubscribe/token' }, dkim)

  const [verdict] = await judged(raw)

  expect(verdict?.result).toBe('pass')
  expect(verdict?.keys).toContain('list-unsubscribe:')
  expect(verdict?.keys).toContain('list-unsubscribe-post')
})

test.for([
  ['a word', (raw: string) => raw.replace('Confirm my signature', 'Confirm mY signature')],
  ['the link for unsubscribing', (raw: string) => raw.replace('/unsubscribe/token', '/unsubscribe/other')],
  ['the subject', (raw: string) => raw.replace('Subject: Confirm', 'Subject: Conform')],
] as const)('whoever changes %s on the way breaks it', async ([, change]) => {
  const { raw } = await arrived({ unsubscribeUrl: 'https://pledge.example.org/unsubscribe/token' }, dkim)
  const changed = change(raw)

  const [verdict] = await judged(changed)

  expect(changed).not.toBe(raw)
  expect(verdict?.result).not.toBe('pass')
})

test('without a key nothing is signed', async () => {
  const { raw } = await arrived({})

  expect(raw).not.toContain('DKIM-Signature')
})
