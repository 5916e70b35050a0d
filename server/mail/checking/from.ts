import { isSameOrganization, organizationalDomain } from './domain.ts'
import { note, ok, wrong, type Finding } from './finding.ts'

/** Mail services for everybody: only their own servers may send for them. */
const freeMail = new Set(
  `gmail.com googlemail.com live.com msn.com passport.com aol.com aim.com icloud.com me.com mac.com mail.com ymail.com
  rocketmail.com proton.me protonmail.com pm.me tuta.com tutanota.com fastmail.com zoho.com zohomail.com web.de riseup.net
  yandex.com yandex.ru mail.ru qq.com 163.com 126.com naver.com comcast.net verizon.net att.net`.split(/\s+/),
)
const freeMailOfCountries = /^(?:yahoo|hotmail|outlook|gmx)\.(?:com|net|com?\.[a-z]{2}|[a-z]{2})$/

/** Names that mean nothing outside this machine or network (RFC 6761, RFC 6762). */
const nowhere = /(^|\.)(localhost|localdomain|local|internal|lan|home|test|invalid|example)$/

/** A sender that nothing in DNS could save; undefined where it is worth to look there. */
export function hopelessSender(address: string, domain: string): Finding | undefined {
  const todo =
    'Set MAIL_FROM to an address at a domain of your own, such as Estamos <hello@pledge.example.org>.'
  if (nowhere.test(domain) || organizationalDomain(domain) === undefined) {
    return wrong(
      'from-nowhere',
      `MAIL_FROM is ${address}, and ${domain} is no domain that mail can come from.`,
      todo,
    )
  }
  if (!freeMail.has(domain) && !freeMailOfCountries.test(domain)) return undefined
  return wrong(
    'from-free-mail',
    `MAIL_FROM is ${address}: letters that ${domain} did not send fail its DMARC.`,
    todo,
  )
}

/** Links that lead elsewhere than to the sender are what phishing looks like. */
export function checkFrom(address: string, domain: string, publicUrl: string): Finding[] {
  const { hostname } = new URL(publicUrl)
  if (isSameOrganization(hostname, domain)) {
    return [ok('from', `Letters come from ${address}, and their links lead to ${hostname}.`)]
  }
  const what = `Letters come from ${domain}, and their links lead to ${hostname}: that looks like phishing to filters and to people.`
  return [note('from-elsewhere', what, 'Use one domain for MAIL_FROM and PUBLIC_URL, or sub-domains of one.')]
}
