import { ok, quoted, warning, wrong, type Finding } from './finding.ts'
import type { Look } from './look.ts'

/** Whether replies and bounces find their way: receivers refuse senders that cannot be answered. */
export async function checkReplies(look: Look, domain: string): Promise<Finding[]> {
  const records = await look.mx(domain)
  if (records.length === 0) return [await withoutMx(look, domain)]
  const exchanges = records.map(({ exchange }) => exchange)
  if (exchanges.includes('')) return [refusesMail(domain)]
  const reached = await firstReached(look, exchanges.slice(0, 5))
  if (reached === undefined) return [leadsNowhere(domain, exchanges[0] ?? '')]
  return [ok('mx', `${domain} takes mail at ${quoted(reached)}.`)]
}

function refusesMail(domain: string): Finding {
  const what = `${domain} says that it takes no mail (null MX): replies and bounces are lost, and some receivers refuse what comes from it.`
  return wrong('mx-null', what, `Replace "MX ${domain} 0 ." by the mail server that keeps its mailboxes.`)
}

async function withoutMx(look: Look, domain: string): Promise<Finding> {
  const todo = `Add MX ${domain} 10 and the name of the mail server that keeps its mailboxes.`
  if ((await look.addresses(domain)).length === 0) {
    return wrong('mx-missing', `${domain} takes no mail: it has neither MX nor address.`, todo)
  }
  return warning(
    'mx-missing',
    `${domain} has no MX; mail goes to its web address, if anything there takes it.`,
    todo,
  )
}

async function firstReached(look: Look, exchanges: string[]): Promise<string | undefined> {
  for (const exchange of exchanges) {
    if ((await look.addresses(exchange)).length > 0) return exchange
  }
  return undefined
}

function leadsNowhere(domain: string, exchange: string): Finding {
  const what = `The MX of ${domain} leads to ${quoted(exchange)}, which has no address.`
  return wrong(
    'mx-nowhere',
    what,
    'An MX names a host that has an address (A or AAAA), never an address itself.',
  )
}
