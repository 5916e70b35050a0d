import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'
import type { Address } from './address.ts'
import { looksRandom } from './random-name.ts'
import type { Signal } from './weighing.ts'

const disposable = disposableEmailBlocklistSet()

/** What an address shows by itself, for finding fakes; the signer's answer does not depend on it. */
export function signalsOf({ domain, exact }: Address): Signal[] {
  const signals: Signal[] = []
  if (isDisposable(domain)) signals.push('disposable-domain')
  if (looksRandom(exact.slice(0, exact.lastIndexOf('@')))) signals.push('random-name')
  return signals
}

/** Mailboxes that anybody opens and leaves behind, on sub-domains of such a service too. */
export function isDisposable(domain: string): boolean {
  if (disposable.has(domain)) return true
  const dot = domain.indexOf('.')
  return dot > 0 && isDisposable(domain.slice(dot + 1))
}
