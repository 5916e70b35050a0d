import type { Campaign } from '../campaigns/campaign.ts'
import type { Deps } from '../deps.ts'
import { checkedSigner } from '../pledges/pledge.ts'
import { Refusal } from '../refusal.ts'
import type { Row, SeenRow } from './contract.ts'

/** What signing refuses of a row, and what that makes of it. */
const statuses: Partial<Record<Refusal['code'], SeenRow['status']>> = {
  'email-invalid': 'malformed',
  'campus-not-known': 'unknown-campus',
  'campus-choice-needed': 'which-campus',
  'email-not-campus': 'not-eligible',
}

/**
 * Looks at rows as signing would, and changes nothing. It asks the rows and the campaign alone, never who has pledged:
 * whoever may import could otherwise ask after anybody.
 */
export function seenRows(deps: Deps, campaign: Campaign, rows: readonly Row[]): SeenRow[] {
  const firsts = new Map<string, number>()
  return rows.map((row) => seen(deps, campaign, row, firsts))
}

/** @param firsts the row in which each mailbox stands first; this one is added */
function seen(deps: Deps, campaign: Campaign, signer: Row, firsts: Map<string, number>): SeenRow {
  const { row } = signer
  try {
    const { canonical } = checkedSigner(deps, campaign, signer).address
    const first = firsts.get(canonical)
    if (first !== undefined) return { row, status: 'double', reason: `The same mailbox as in row ${first}.` }
    firsts.set(canonical, row)
    return { row, status: 'ok' }
  } catch (error) {
    // The same refusal that a signer would read becomes the row's reason; the other rows go on.
    const status = error instanceof Refusal ? statuses[error.code] : undefined
    if (!status) throw error
    return { row, status, reason: (error as Refusal).message }
  }
}
