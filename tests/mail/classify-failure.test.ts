import { expect, test } from 'vitest'
import {
  classifyFailure,
  type FailureReport,
  type FailureVerdict,
} from '../../server/mail/classify-failure.ts'

const NOBODY = 'no-such-mailbox'
const FULL = 'mailbox-full-or-temporary'
const US = 'refuses-us'
const UNKNOWN = 'unknown'

/** Replies of real servers, with made-up addresses and hosts. */
const replies: [FailureVerdict, string][] = [
  // Postfix
  [NOBODY, '550 5.1.1 <ada@mail.example>: Recipient address rejected: User unknown in local recipient table'],
  [NOBODY, '550 5.1.1 <ada@mail.example>: Recipient address rejected: User unknown in relay recipient table'],
  [NOBODY, '550 5.1.1 <ada@mail.example>: Recipient address rejected: User unknown in virtual mailbox table'],
  [NOBODY, '550 <ada@mail.example>: Recipient address rejected: User unknown in virtual alias table'],
  [US, '550 5.1.0 <hello@pledge.example.org>: Sender address rejected: User unknown in virtual mailbox table'],
  [US, '550 5.1.8 <hello@pledge.example.org>: Sender address rejected: Domain not found'],
  [US, '554 5.7.1 <ada@mail.example>: Relay access denied'],
  [US, '554 5.7.1 <ada@mail.example>: Recipient address rejected: Access denied'],
  [US, '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1'],
  [US, '504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname'],
  [US, '550 5.7.23 <hello@pledge.example.org>: Sender address rejected: Message rejected due to: SPF fail - not authorized'],
  [FULL, '450 4.2.0 <ada@mail.example>: Recipient address rejected: Greylisted, see http://postgrey.example/help'],
  [FULL, '552 5.2.2 <ada@mail.example>: Recipient address rejected: Mailbox is full'],
  [NOBODY, '5.4.4 Host or domain name not found. Name service error for name=gmial.example type=A: Host not found'],
  // Exchange and Outlook
  [NOBODY, '550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [BN1NAM02FT022.eop-nam02.prod.protection.outlook.com]'],
  [NOBODY, '550 5.4.1 [ada@mail.example]: Recipient address rejected: Access denied'],
  [NOBODY, '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@mail.example not found by SMTP address lookup'],
  [NOBODY, '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'],
  [NOBODY, '550 5.1.351 Remote server returned unknown recipient or mailbox unavailable'],
  [NOBODY, '550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).'],
  [US, '550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal from this list please visit https://sender.office.com/'],
  [US, '550 5.7.1 Unfortunately, messages from [192.0.2.1] weren’t sent. Please contact your Internet service provider since part of their network is on our block list (S3150).'],
  [US, '550 5.7.509 Access denied, sending domain pledge.example.org does not pass DMARC verification and has a DMARC policy of reject.'],
  [US, '550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.'],
  [US, '550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized to send to recipient'],
  [US, '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required'],
  [UNKNOWN, '550 5.2.0 STOREDRV.Deliver.Exception:MapiExceptionNotInitialized; Failed to process message'],
  [FULL, '550 5.4.300 Message expired'],
  [FULL, '554 5.2.2 STOREDRV.Deliver.Exception:QuotaExceededException; Failed to process message'],
  // Gmail
  [NOBODY, '550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient’s email address for typos or\n550 5.1.1 unnecessary spaces. https://support.google.com/mail/?p=NoSuchUser d2si1 - gsmtp'],
  [NOBODY, '550-5.2.1 The email account that you tried to reach is inactive.\n550 5.2.1 https://support.google.com/mail/?p=DisabledUser - gsmtp'],
  [FULL, '552-5.2.2 The recipient’s inbox is out of storage space and inactive.\n552 5.2.2 https://support.google.com/mail/?p=OverQuotaPerm - gsmtp'],
  [US, '550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550 5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.'],
  [US, '550-5.7.1 [192.0.2.1] Our system has detected that this message is likely unsolicited mail.'],
  [US, '550 5.7.1 [192.0.2.1 12] Our system has detected an unusual rate of unsolicited mail originating from your IP address.'],
  [FULL, '450-4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.'],
  [FULL, '550-5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.'],
  [US, '550 5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record'],
  // Yahoo and AOL
  [NOBODY, '554 delivery error: dd This user doesn’t have a yahoo.example account (ada@yahoo.example) [0] - mta1.mail.yahoo.example'],
  [NOBODY, '552 1 Requested mail action aborted, mailbox not found'],
  [NOBODY, '554 30 Sorry, your message to ada@yahoo.example cannot be delivered. This mailbox is disabled (554.30).'],
  [US, '553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed.'],
  [US, '554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes'],
  [FULL, '421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints'],
  // Mimecast
  [NOBODY, '550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [x1.us516]'],
  [US, '550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550'],
  [US, '550 Rejected by header based Anti-Spoofing policy: hello@pledge.example.org - https://community.mimecast.com/docs/DOC-1369#550 [aUT.us516]'],
  [US, '550 csi.mimecast.org Poor Reputation Sender. - https://community.mimecast.com/docs/DOC-1369#550'],
  [US, '554 Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#554'],
  [FULL, '451 Internal resources are temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451'],
  // Proofpoint
  [NOBODY, '550 5.1.1 User Unknown'],
  [US, '554 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1'],
  [US, '521 5.7.1 Service unavailable; client [192.0.2.1] blocked using prs.proofpoint.com'],
  [US, '550 5.7.0 Local Policy Violation'],
  [US, '550 5.7.1 Message rejected due to content policy'],
  // Barracuda
  [US, '554 Service unavailable; Client host [mx.pledge.example.org] blocked using Barracuda Reputation; http://www.barracudanetworks.com/reputation/?r=1&ip=192.0.2.1'],
  [US, '550 permanent failure for one or more recipients (ada@mail.example:blocked)'],
  [NOBODY, '550 permanent failure for one or more recipients (ada@mail.example:550 5.1.1 User unknown)'],
  [NOBODY, '550 <ada@mail.example>: Recipient address rejected: No such user (ada@mail.example)'],
  // iCloud
  [NOBODY, '550 5.1.1 <ada@icloud.example>: user does not exist'],
  [FULL, '552 5.2.2 <ada@icloud.example>: user is over quota'],
  [US, '554 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137'],
  [US, '550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.1'],
  // cPanel, Exim, qmail, Sendmail, Domino, Cisco
  [NOBODY, '550 No Such User Here'],
  [NOBODY, '550-No Such User Here\n550 "ada"'],
  [NOBODY, '550 Unrouteable address'],
  [NOBODY, '550 Unknown user'],
  [NOBODY, '550 sorry, no mailbox here by that name. (#5.1.1)'],
  [NOBODY, '511 sorry, no mailbox here by that name (#5.1.1 - chkuser)'],
  [NOBODY, '553 5.3.0 <ada@mail.example>... No such user here'],
  [NOBODY, '550 5.1.1 User ada (ada@mail.example) not listed in Domino Directory'],
  [US, '550 Administrative prohibition'],
  [US, '550-Verification failed for <hello@pledge.example.org>\n550-No Such User Here\n550 Sender verify failed'],
  [US, '550 rejected because 192.0.2.1 is in a black list at zen.spamhaus.org'],
  [US, '550 relay not permitted'],
  [US, '550-Please turn on SMTP Authentication in your mail client.\n550 192.0.2.1 is not permitted to relay through this server without authentication.'],
  [US, '550 5.1.0 <bounces+3f2a@pledge.example.org> sender rejected'],
  [US, '550 Blocked - see https://www.spamhaus.org/query/ip/192.0.2.1'],
  [US, '554 Denied'],
  [US, '550 Client host rejected: cannot find your hostname'],
  [US, '550 Your domain does not exist'],
  [US, '550 SPF check failed'],
  [US, '552 spam score exceeded threshold'],
  [US, '550 Too many invalid recipients'],
  [UNKNOWN, '550 #5.1.0 Address rejected.'],
  [UNKNOWN, '550 Requested action not taken: mailbox unavailable'],
  [UNKNOWN, '553 Requested action not taken: mailbox name not allowed'],
  // In Spanish and German
  [NOBODY, '550 Usuario desconocido'],
  [NOBODY, '550 La cuenta de correo no existe'],
  [NOBODY, '550 Empfänger unbekannt'],
  // Bare codes, and words that are none
  [UNKNOWN, '550'],
  [UNKNOWN, '550 Go away'],
  [UNKNOWN, '554 Transaction failed'],
  [UNKNOWN, '550 5.0.0 <ada@mail.example>'],
  [UNKNOWN, '550 5.12.25'],
  [UNKNOWN, '550 5.5.4 Unknown parameter'],
  // Words of an address, a URL or a host blame nobody
  [NOBODY, '550 5.1.1 <policy@mail.example>: User unknown'],
  [NOBODY, '550 <no.spam@blocked.mail.example>: no such user'],
  [NOBODY, '550 5.1.1 User unknown, see https://mail.example/policy/spam'],
  [NOBODY, 'host mx1.antispam.mail.example said: 550 5.1.1 User unknown'],
  // A policy and an unknown user at once is neither
  [UNKNOWN, '550 5.7.1 User unknown'],
] // prettier-ignore

test.each(replies)('%s: %s', (verdict, text) => {
  const code = Number(/^\d{3}/.exec(text)?.[0] ?? 550)

  expect(classifyFailure({ speaker: 'smtp', code, text })).toBe(verdict)
  expect(classifyFailure({ speaker: 'notification', text: `smtp; ${text}` })).toBe(verdict)
})

/** What a notification or a provider puts into fields of their own. */
const fields: [FailureVerdict, Omit<FailureReport, 'speaker'>][] = [
  [NOBODY, { status: '5.1.1' }],
  [NOBODY, { status: '5.1.2' }],
  [NOBODY, { status: '5.1.10' }],
  [FULL, { status: '4.4.7' }],
  [FULL, { status: '5.2.2' }],
  [US, { status: '5.7.1' }],
  [US, { status: '5.6.0' }],
  [US, { status: '5.1.8' }],
  [UNKNOWN, { status: '5.0.0' }],
  [UNKNOWN, { status: '5.1.0' }],
  [UNKNOWN, { status: '5.2.0' }],
  [UNKNOWN, { status: '5.12.25' }],
  [UNKNOWN, { status: '5.9.1' }],
  [UNKNOWN, { status: 'x' }],
  [UNKNOWN, {}],
  [NOBODY, { status: '5.0.0', text: 'smtp; 550 5.1.1 <ada@mail.example>: User unknown' }],
  [NOBODY, { status: '5.0.0', text: 'smtp; 550 No such user' }],
  [NOBODY, { status: '5.0.0', text: 'x-unix; user unknown' }],
  [US, { status: '5.0.0', text: 'smtp; 550 5.7.1 Service unavailable; blocked using zen.spamhaus.org' }],
  [US, { status: '5.0.0', text: 'smtp; 550 Administrative prohibition' }],
  [US, { status: '5.1.0', text: 'smtp; 550 sender rejected' }],
  [US, { status: '5.1.1', text: 'smtp; 550 5.7.1 Blocked' }],
  [UNKNOWN, { status: '5.2.0', text: 'smtp; 550 5.2.0 (an Exchange refusal)' }],
  [FULL, { status: '5.0.0', text: 'smtp; 451 4.7.1 Greylisted' }],
  [FULL, { status: '5.4.7', text: 'smtp; 451 Try again' }],
]

test.each(fields)('%s: %o', (verdict, report) => {
  expect(classifyFailure({ speaker: 'notification', ...report })).toBe(verdict)
  expect(classifyFailure({ speaker: 'provider', ...report })).toBe(verdict)
})

test.each<[FailureVerdict, string]>([
  [NOBODY, 'Invalid'],
  [NOBODY, 'The to email does not contain a valid address.'],
  [NOBODY, 'Invalid Address'],
  [US, 'Reputation'],
  [US, 'Content'],
  [US, 'Frequency or Volume Too High'],
  [UNKNOWN, 'Bounced Address'],
  [UNKNOWN, 'Bad Request'],
  [UNKNOWN, 'Unclassified'],
])('%s, when a provider says %s', (verdict, text) => {
  expect(classifyFailure({ speaker: 'provider', text })).toBe(verdict)
})

test('a reply that is huge is judged at once', () => {
  const text = `550 ${'user '.repeat(200_000)}is unknown`

  expect(classifyFailure({ speaker: 'smtp', code: 550, text })).toBe(UNKNOWN)
})
