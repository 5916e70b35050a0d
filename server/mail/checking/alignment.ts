import type { DmarcRecord } from './dmarc-record.ts'
import { isSameOrganization } from './domain.ts'
import { ok, warning, wrong, type Finding } from './finding.ts'

/** What a receiver can prove about a letter of ours. */
export interface Alignment {
  signed: 'yes' | 'no' | 'unknown'
  /** `d=` of the signature. */
  signsAs: string
  /** The domain that bounces go to, for which SPF is asked; undefined where it is a provider's own. */
  returnPath: string | undefined
}

/** DMARC passes where a proven domain, of the signature or of the return path, is that of From. */
export function alignmentOf(domain: string, { isStrict }: DmarcRecord, proof: Alignment): Finding[] {
  if (proof.signed === 'unknown') return []
  const isSigned = proof.signed === 'yes' && fits(domain, proof.signsAs, isStrict.dkim)
  const isReturned = proof.returnPath !== undefined && fits(domain, proof.returnPath, isStrict.spf)
  if (isSigned)
    return [ok('dmarc-aligned', `Letters are signed for ${proof.signsAs}, which DMARC takes for ${domain}.`)]
  if (isReturned) return [bySpfAlone()]
  return [unproven(domain, proof, isStrict.dkim)]
}

function fits(domain: string, proven: string, isStrict: boolean): boolean {
  return isStrict ? domain === proven : isSameOrganization(domain, proven)
}

function bySpfAlone(): Finding {
  const what = 'Only SPF ties letters to the domain in From, and SPF breaks when a mailbox forwards them.'
  return warning('dmarc-by-spf-alone', what, 'Have them signed with DKIM for that domain.')
}

function unproven(domain: string, { signed, signsAs }: Alignment, isStrict: boolean): Finding {
  const why =
    signed === 'no'
      ? 'no signature of the domain can be verified'
      : `${signsAs} signs, and ${isStrict ? 'adkim=s asks for exactly' : 'that is not'} ${domain}`
  const todo = `Have letters signed for ${domain}${isStrict ? ', or take adkim=s out' : ''}.`
  return wrong('dmarc-unaligned', `DMARC fails for every letter: ${why}.`, todo)
}
