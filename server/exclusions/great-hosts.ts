/** They take in the mail of millions of domains: that two share one says nothing. */
const great = new Set(
  'google.com googlemail.com outlook.com icloud.com protonmail.ch messagingengine.com zoho.com zoho.eu yahoodns.net'.split(
    ' ',
  ),
)

/** @param host the domain that a mail host is registered under */
export function servesEverybody(host: string): boolean {
  return great.has(host)
}
