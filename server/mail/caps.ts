/** How much mail anybody may cause by typing an address, however often and in however many spellings. */

const DAY_MS = 86_400_000

/** In any 24 hours. */
export const caps = {
  /** To one address, about one campaign. */
  addressAndCampaign: 3,
  /** To one address, about all campaigns. */
  address: 5,
  /** To one mailbox, over all its spellings. */
  mailbox: 6,
  /**
   * Of those, to all spellings but the plain one together: so three are left for the plain one, whatever was done in the
   * others. It can have five itself, so one is left for the others.
   */
  otherSpellings: 3,
}

/** A letter that went to a mailbox, or asks to. What it says of address and campaign can be compared, and no more. */
export interface Send {
  address: string
  addressAndCampaign: string
  /** Whether the address is the mailbox's canonical form. */
  isPlain: boolean
  /** Milliseconds. */
  at: number
}

/** @param earlier to the same mailbox */
export function mayGo(earlier: Send[], next: Send): boolean {
  const sends = within(earlier, next.at)
  const count = (isAlike: (send: Send) => boolean) => sends.filter(isAlike).length
  return (
    sends.length < caps.mailbox &&
    count(({ address }) => address === next.address) < caps.address &&
    count(({ addressAndCampaign }) => addressAndCampaign === next.addressAndCampaign) <
      caps.addressAndCampaign &&
    (next.isPlain || count(({ isPlain }) => !isPlain) < caps.otherSpellings)
  )
}

/** The sends that still count. */
export function within(sends: Send[], now: number): Send[] {
  return sends.filter(({ at }) => now - at < DAY_MS)
}
