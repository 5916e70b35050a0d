import { Resolver } from 'node:dns/promises'
import { onTestFinished } from 'vitest'
import type { Finding } from '../../../server/mail/checking/finding.ts'
import { lookBy, type Look } from '../../../server/mail/checking/look.ts'
import { dnsServer, type DnsServer, type Zone } from '../../dns-server.ts'

/** A DNS that knows this and nothing else, asked by somebody who waits for so many milliseconds. */
export async function aDns(
  zone: Zone,
  patience = 5_000,
): Promise<DnsServer & { resolver: Resolver; look: Look }> {
  const dns = await dnsServer(zone)
  onTestFinished(() => dns.close())
  const resolver = new Resolver({ timeout: patience, tries: 1 })
  resolver.setServers([dns.address])
  return { ...dns, resolver, look: lookBy(resolver) }
}

/** What a program would go by. */
export function codesOf(findings: Finding[]): string[] {
  return findings.map(({ level, code }) => `${level} ${code}`)
}
