import { addressPrefix } from './address-prefix.ts'

interface Call {
  /** The visitor's, as far as proxies that are named in TRUST_PROXY tell of it; of who has hung up already there is none. */
  ip?: string | undefined
  socket: { remoteAddress?: string | undefined }
}

/** The prefix of whoever calls. What a proxy made up is no address; then the proxy itself is who asks. */
export function callerOf({ ip, socket }: Call): string {
  return addressPrefix(ip ?? '') ?? addressPrefix(socket.remoteAddress ?? '') ?? 'none'
}
