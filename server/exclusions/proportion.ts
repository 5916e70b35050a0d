/** So many pledges, of so many. */
export interface Share {
  pledges: number
  of: number
}

/** Older pledges that make a comparison worth anything: a drive that has just begun has no habits yet. */
export const ENOUGH_TO_COMPARE = 200

/** Fewer are not a flood. A newsletter or a table on the quad moves a source more than it moves a mail domain. */
const FEWEST = { domain: 30, source: 100, disposable: 20 }
/** At least one in ten of what came in, and four times its usual share. */
const SHARE_NOW = 0.1
const TIMES_USUAL = 4
/** Of throw-away mailboxes so many stand out without anything to compare with. */
const DISPOSABLE_SHARE = 0.2

/** A domain with so many pledges before has a place in the drive, and must grow beyond it by far. */
const HAS_A_PLACE = 20
const TIMES_ITS_PLACE = 10
/** While there is nothing to compare with: so many of one domain, and more than of all others. */
const FEWEST_AT_LAUNCH = 100

/** Whether a mail domain that anybody could have made floods the drive, so that it is held until somebody has looked. */
export function floods(now: Share, before: Share): boolean {
  const share = now.pledges / now.of
  if (before.of < ENOUGH_TO_COMPARE) return now.pledges >= FEWEST_AT_LAUNCH && share > 0.5
  const hasItsPlace = before.pledges >= HAS_A_PLACE && share < (TIMES_ITS_PLACE * before.pledges) / before.of
  return standsOut('domain', now, before) && !hasItsPlace
}

/** Whether something has a far greater part in what came in just now than in all that came before. */
export function standsOut(kind: keyof typeof FEWEST, now: Share, before: Share): boolean {
  if (now.pledges < FEWEST[kind]) return false
  const share = now.pledges / now.of
  if (kind === 'disposable' && share >= DISPOSABLE_SHARE) return true
  if (before.of < ENOUGH_TO_COMPARE) return false
  // One pledge that never was stands for what has not been seen before.
  const usual = Math.max(before.pledges, 1) / before.of
  return share >= SHARE_NOW && share >= TIMES_USUAL * usual
}
