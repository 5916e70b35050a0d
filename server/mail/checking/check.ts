import { createPublicKey } from 'node:crypto'
import type { Resolver } from 'node:dns/promises'
import type { MailConfig } from '../../config.ts'
import { readSender } from '../message.ts'
import { readSmtpUrl } from '../smtp-url.ts'
import { checkDkim } from './dkim.ts'
import { checkDmarc } from './dmarc.ts'
import { isBearable, ok, type Finding } from './finding.ts'
import { checkFrom, hopelessSender } from './from.ts'
import { lookBy, orUnknown, type Look } from './look.ts'
import { checkReplies } from './replies.ts'
import { checkSendgridKey } from './sendgrid-key.ts'
import { checkSmtp } from './smtp-login.ts'
import { checkSpf } from './spf.ts'

export interface MailCheck {
  /** `pledge@example.org`. */
  from: string
  way: 'smtp' | 'sendgrid' | 'mailbox'
  groups: Group[]
}

export interface Group {
  about: string
  findings: Finding[]
}

interface Asked {
  config: MailConfig
  resolver: Resolver
  /** Names of the keys that letters are signed with, where they are known. */
  selectors?: string[]
  /** The domain that signs, where it is not that of MAIL_FROM. */
  dkimDomain?: string | undefined
}

/** Looks at what letters need to arrive: settings, DNS, and the way out. Sends nothing. */
export async function checkMail(asked: Asked): Promise<MailCheck> {
  const { mail, publicUrl } = asked.config
  const { address } = readSender(mail.from)
  const domain = domainOf(address)
  if (!mail.smtpUrl && !mail.sendgridApiKey)
    return { from: address, way: 'mailbox', groups: [nothingToCheck] }
  const way = mail.smtpUrl ? 'smtp' : 'sendgrid'
  const wayOut = checkWayOut(mail)
  const hopeless = hopelessSender(address, domain)
  const from = {
    about: 'From address',
    findings: hopeless ? [hopeless] : checkFrom(address, domain, publicUrl),
  }
  const groups = hopeless ? [] : await checkDns(lookBy(asked.resolver), { ...asked, domain, way })
  return { from: address, way, groups: [from, ...groups, { about: 'Way out', findings: await wayOut }] }
}

function domainOf<Address extends string | undefined>(address: Address): Address {
  return address?.slice(address.lastIndexOf('@') + 1).toLowerCase() as Address
}

const nothingToCheck = {
  about: 'Way out',
  findings: [
    ok(
      'mailbox',
      'Local mode keeps letters in its mailbox folder and sends none, so there is nothing to check.',
    ),
  ],
}

interface AskedOfDns extends Asked {
  domain: string
  way: 'smtp' | 'sendgrid'
}

async function checkDns(
  look: Look,
  { config, domain, way, selectors = [], dkimDomain }: AskedOfDns,
): Promise<Group[]> {
  const smtpHost = config.mail.smtpUrl ? readSmtpUrl(config.mail.smtpUrl).host : undefined
  const { dkim: key } = config.mail
  const ours = key && selectors.length === 0 ? createPublicKey(key.privateKey) : undefined
  const names = key && selectors.length === 0 ? [key.selector] : selectors
  const signsAs = dkimDomain ?? key?.domain ?? domain
  const envelope = domainOf(config.mail.bounceAddress) ?? domain
  const [replies, spf, dkim] = await Promise.all([
    Promise.all([...new Set([domain, envelope])].map((one) => orUnknown(checkReplies(look, one)))),
    orUnknown(checkSpf(look, { domain: envelope, way, smtpHost })),
    checkDkim(look, { domain: signsAs, way, selectors: names, ours }),
  ])
  const returnPath = way === 'smtp' && spf.every(isBearable) ? envelope : undefined
  const dmarc = await orUnknown(checkDmarc(look, domain, { signed: dkim.signed, signsAs, returnPath }))
  return [
    { about: 'Replies and bounces', findings: replies.flat() },
    { about: 'SPF', findings: spf },
    { about: 'DKIM', findings: dkim.findings },
    { about: 'DMARC', findings: dmarc },
  ]
}

async function checkWayOut({
  smtpUrl,
  sendgridApiKey = '',
  sendgridBaseUrl,
}: MailConfig['mail']): Promise<Finding[]> {
  if (smtpUrl) return await checkSmtp(smtpUrl)
  return await checkSendgridKey({ apiKey: sendgridApiKey, baseUrl: sendgridBaseUrl })
}
