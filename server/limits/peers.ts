import { BlockList, isIPv6, type Server, type Socket } from 'node:net'
import { addressPrefix } from './address-prefix.ts'

/**
 * Hangs up on whoever holds more connections than one may, before he has said anything: otherwise he alone could hold all
 * there are. Proxies that are named bring everybody's.
 */
export function limitPeers(server: Server, { most, proxies }: { most: number; proxies: string[] }): void {
  const named = blockList(proxies)
  const held = new Map<string, number>()

  function count(peer: string, socket: Socket): void {
    const now = (held.get(peer) ?? 0) + 1
    held.set(peer, now)
    socket.once('close', () => {
      const left = (held.get(peer) ?? 0) - 1
      if (left > 0) held.set(peer, left)
      else held.delete(peer)
    })
    if (now > most) socket.destroy()
  }

  server.on('connection', (socket: Socket) => {
    const { remoteAddress: address = '' } = socket
    const peer = addressPrefix(address)
    if (peer && !named.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) count(peer, socket)
  })
}

function blockList(ranges: string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}
