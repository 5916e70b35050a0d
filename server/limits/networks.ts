import { BlockList, isIPv6 } from 'node:net'

/**
 * Whether an address is that of a proxy which is named, by itself or by its range. By Node's own list: Fastify would parse
 * the address anew for each request.
 */
export function proxiesIn(ranges: string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    if (bits === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(bits), familyOf(address))
  }
  return (address) => list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
