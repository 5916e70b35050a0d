import { Resolver } from 'node:dns'
import type { Reading } from './reader.ts'

/** Undefined: nothing is looked up. Empty: the machine's own servers are asked. */
export type DnsServers = string[] | undefined

export function readDnsServers({ env, isLocal, wrong }: Reading): DnsServers {
  const value = env.DNS_SERVERS || (isLocal ? 'none' : 'system')
  if (value === 'none') return undefined
  if (value === 'system') return []
  const servers = value.split(',').map((part) => part.trim())
  if (servers.every(isServer)) return servers
  wrong.push('DNS_SERVERS must be system, none, or addresses such as 9.9.9.9 or [2620:fe::fe]:53.')
  return undefined
}

function isServer(address: string): boolean {
  try {
    new Resolver().setServers([address])
    return true
  } catch {
    return false
  }
}
