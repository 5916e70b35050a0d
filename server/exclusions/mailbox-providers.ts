import { type DigestingCampaign, domainDigest } from '../pledges/mailbox.ts'

/**
 * Where everybody has a mailbox, and nobody a thousand for nothing: half a drive may come from one of them in an hour, and
 * that says nothing about any single pledge.
 */
const providers = [
  'gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.es hotmail.fr live.com msn.com outlook.es',
  'yahoo.com yahoo.co.uk yahoo.es yahoo.com.mx yahoo.fr yahoo.ca yahoo.co.in ymail.com rocketmail.com aol.com',
  'icloud.com me.com mac.com proton.me protonmail.com pm.me tuta.com tutanota.com tutamail.com riseup.net',
  'gmx.com gmx.de gmx.net web.de mail.com fastmail.com hey.com zoho.com disroot.org posteo.de mailbox.org',
  'comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net duck.com',
  'naver.com qq.com 163.com 126.com yandex.com yandex.ru mail.ru rediffmail.com orange.fr free.fr libero.it',
].flatMap((line) => line.split(' '))

const names = new Set(providers)

/** @param domain as somebody registered it */
export function isProvider(domain: string): boolean {
  return names.has(domain)
}

/** Judges mail domains by their digests, since no other trace of them is kept. */
export function isProviderIn(campaign: DigestingCampaign): (digest: Buffer) => boolean {
  const known = new Set(providers.map((name) => nameOf(domainDigest(campaign, { registrableDomain: name }))))
  return (digest) => known.has(nameOf(digest))
}

function nameOf(digest: Buffer): string {
  return digest.toString('base64url')
}
