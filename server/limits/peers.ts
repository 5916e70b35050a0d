import type { Server, Socket } from 'node:net'
import { addressPrefix } from './address-prefix.ts'

interface PeerLimit {
  most: number
  isProxy: (address: string) => boolean
}

/**
 * Hangs up on whoever holds more connections than one may, before he has said anything: otherwise he alone could hold all
 * there are. Proxies that are named bring everybody's.
 */
export function limitPeers(server: Server, { most, isProxy }: PeerLimit): void {
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
    if (peer && !isProxy(address)) count(peer, socket)
  })
}
