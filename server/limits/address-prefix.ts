import { isIPv4, isIPv6 } from 'node:net'

/**
 * Whoever shares a line: an IPv4 address, however it is written, or the /64 of an IPv6 address.
 * @param said as proxies write it: with a port, in brackets, with a zone
 * @returns undefined for what is no address
 */
export function addressPrefix(said: string): string | undefined {
  if (isIPv4(said)) return said
  const address = withoutPort(said.trim()).replace(/%.*$/, '')
  if (isIPv4(address)) return address
  if (!isIPv6(address)) return undefined
  const groups = groupsOf(address)
  return isMapped(groups) ? dotted(groups) : groups.slice(0, 4).join(':')
}

/** Each connection has another port, and would be another client. */
function withoutPort(said: string): string {
  return /^\[([^\]]*)\](:\d+)?$/.exec(said)?.[1] ?? /^([\d.]+):\d+$/.exec(said)?.[1] ?? said
}

/** The eight groups in the one spelling that URLs have for them. */
function groupsOf(address: string): string[] {
  const [before = '', after = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const head = before.split(':').filter(Boolean)
  const tail = after.split(':').filter(Boolean)
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
}

/** An IPv4 address in the clothes of an IPv6 one, as a server sees it that listens for both. */
function isMapped(groups: string[]): boolean {
  return groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff'
}

function dotted(groups: string[]): string {
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((two) => [two >> 8, two & 0xff])
    .join('.')
}
