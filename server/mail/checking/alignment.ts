import type { DmarcRecord } from './dmarc-record.ts'
import { isSameOrganization } from './domain.ts'
import { note, ok, warning, wrong, type Finding } from './finding.ts'

/** What a receiver can prove about a letter of ours. */
export interface Alignment {
  signed: 'yes' | 'no' | 'unknown'
  /** `d=` of the signature. */
  signsAs: string
  /** The domain that bounces go to, where SPF proves it; undefined where it is a provider's own, or SPF fails. */
  returnPath: string | undefined
}

/** DMARC passes where a proven domain, of the signature or of the return path, is that of From. */
export function alignmentOf(domain: string, { isStrict }: DmarcRecord, proof: Alignment): Finding[] {
  const isSigned = proof.signed === 'yes' && fits(domain, proof.signsAs, isStrict.dkim)
  const isReturned = proof.returnPath !== undefined && fits(domain, proof.returnPath, isStrict.spf)
  const elsewhere =
    proof.returnPath === undefined || isReturned
      ? []
      : [returnsElsewhere(domain, proof.returnPath, isStrict.spf)]
  if (proof.signed === 'unknown') return elsewhere
  if (isSigned)
    return [
      ok('dmarc-aligned', `Letters are signed for ${proof.signsAs}, which DMARC takes for ${domain}.`),
      ...elsewhere,
    ]
  if (isReturned) return [bySpfAlone()]
  return [unproven(domain, proof, isStrict)]
}

function fits(domain: string, proven: string, isStrict: boolean): boolean {
  return isStrict ? domain === proven : isSameOrganization(domain, proven)
}

function bySpfAlone(): Finding {
  const what = 'Only SPF ties letters to the domain in From, and SPF breaks when a mailbox forwards them.'
  return warning('dmarc-by-spf-alone', what, 'Have them signed with DKIM for that domain.')
}

/** Nothing is lost while the signature holds. */
function returnsElsewhere(domain: string, returnPath: string, isStrict: boolean): Finding {
  const what = `${ofReturnPath(domain, returnPath, isStrict)}, so letters whose signature breaks on the way fail DMARC.`
  return note('dmarc-by-dkim-alone', what, `Set BOUNCE_ADDRESS to an address at ${domain}.`)
}

function ofReturnPath(domain: string, returnPath: string, isStrict: boolean): string {
  return `SPF is for ${returnPath}, where letters return to, and ${isStrict ? 'aspf=s asks for exactly' : 'that is not'} ${domain}`
}

function unproven(
  domain: string,
  { signed, signsAs, returnPath }: Alignment,
  isStrict: DmarcRecord['isStrict'],
): Finding {
  const why = [
    signed === 'no'
      ? 'no signature of the domain can be verified'
      : `${signsAs} signs, and ${isStrict.dkim ? 'adkim=s asks for exactly' : 'that is not'} ${domain}`,
    ...(returnPath === undefined ? [] : [ofReturnPath(domain, returnPath, isStrict.spf)]),
  ]
  const todo = `Have letters signed for ${domain}${isStrict.dkim ? ', or take adkim=s out' : ''}.`
  return wrong('dmarc-unaligned', `DMARC fails for every letter: ${why.join('; ')}.`, todo)
}
