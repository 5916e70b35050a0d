import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'
import type { Address } from './address.ts'

const disposable = disposableEmailBlocklistSet()

/** What an address shows by itself, for finding fakes; the signer's answer does not depend on it. */
export function signalsOf({ domain }: Address): string {
  return isDisposable(domain) ? 'disposable-domain' : ''
}

/** Mailboxes that anybody opens and leaves behind, on sub-domains of such a service too. */
export function isDisposable(domain: string): boolean {
  if (disposable.has(domain)) return true
  const dot = domain.indexOf('.')
  return dot > 0 && isDisposable(domain.slice(dot + 1))
}
