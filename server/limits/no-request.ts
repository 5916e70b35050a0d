import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

const statuses: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }

/**
 * What is no request reaches no route and no hook, so the headers that deny have to be said. Fastify's own answer says
 * nothing of caches, and one that keeps such answers would give it to everybody who asks for that address.
 */
export function refuseNoRequest(denied: Record<string, string>) {
  return ({ code = '' }: Error & { code?: string }, socket: Socket): void => {
    const status = statuses[code] ?? 400
    if (socket.writable && code !== 'ECONNRESET') socket.write(head(status, denied))
    socket.destroy()
  }
}

function head(status: number, denied: Record<string, string>): string {
  const headers = Object.entries({ ...denied, 'content-length': '0', connection: 'close' })
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n`
}
