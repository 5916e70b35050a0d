import { CouldNotLook, type Look } from '../mail/checking/look.ts'
import { registrableDomain } from '../pledges/address.ts'
import { isDisposable } from '../pledges/signals.ts'
import { servesEverybody } from './great-hosts.ts'

/** Who takes in the mail of a domain. */
export type Exchange =
  | {
      found: 'exchange'
      /** Undefined where it serves everybody. */ host: string | undefined
      isListed: boolean
    }
  | { found: 'none' | 'unknown' }

/** More than anybody needs; whoever names a thousand is not followed to each. */
const MOST_HOSTS = 5

/**
 * Looks up who takes in mail for an address's domain or, where nobody does, for the domain that it is a part of.
 * `unknown` where DNS does not tell: that is no sign of a fake.
 */
export async function exchangeOf(look: Look, domain: string): Promise<Exchange> {
  const names = [...new Set([domain, registrableDomain(domain)])]
  return await firstExchange(names, (name) => exchangeAt(look, name))
}

async function firstExchange(names: string[], look: (name: string) => Promise<Exchange>): Promise<Exchange> {
  let isUnknown = false
  for (const name of names) {
    const exchange = await orUnknown(look(name))
    if (exchange.found === 'exchange') return exchange
    isUnknown ||= exchange.found === 'unknown'
  }
  return { found: isUnknown ? 'unknown' : 'none' }
}

async function orUnknown(looking: Promise<Exchange>): Promise<Exchange> {
  return await looking.catch((error: unknown) => {
    if (!(error instanceof CouldNotLook)) throw error
    return { found: 'unknown' as const }
  })
}

/** RFC 5321, 5.1: where there is no MX the domain's own address stands in. RFC 7505: an MX of "." wants no mail. */
async function exchangeAt(look: Look, domain: string): Promise<Exchange> {
  const records = await look.mx(domain)
  const hosts = records.length === 0 ? [domain] : records.map(({ exchange }) => exchange.toLowerCase())
  return await firstExchange(hosts.filter(isName).slice(0, MOST_HOSTS), async (host) => {
    const [address] = (await look.addresses(host)).filter(isReachable)
    return address === undefined ? { found: 'none' } : hostOf(domain, host, address)
  })
}

function isName(host: string): boolean {
  return host !== '' && host !== '.'
}

/** Addresses that lead back to whoever asks are no mail host. */
function isReachable(address: string): boolean {
  return !/^(0\.|127\.|::1?$)/.test(address)
}

/** A host of its own is known by its address: else each of a thousand domains could have one of its own name. */
function hostOf(domain: string, host: string, address: string): Exchange {
  const itsDomain = registrableDomain(host)
  const isOwn = itsDomain === registrableDomain(domain)
  const known = isOwn ? address : itsDomain
  return {
    found: 'exchange',
    host: servesEverybody(known) ? undefined : known,
    isListed: [domain, host].some(isDisposable),
  }
}
