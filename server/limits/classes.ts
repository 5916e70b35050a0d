/** So many in each so many minutes by the clock. */
export interface Rate {
  most: number
  minutes: number
}

export interface RequestLimit {
  /** Of one address: see `address-prefix.ts`. A dormitory of 3,000 has one, and signs within an hour, or within minutes. */
  address: Rate
  /** Of one address: how many may turn out wrong (422) before it is asked to wait. */
  wrong?: Rate
  /** About one campaign, by everybody: far more than any drive has seen, so that a flood leaves room for the others. */
  campaign?: Rate
}

/**
 * What may be asked for, by the kind of request; those of a kind are counted together. Addresses are limited so that one
 * caller cannot take the machine, and generously, since many people may share one: what a mailbox, a code or a link must
 * be safe from is counted where it stands, by that mailbox, code or link (`mail/caps.ts`, `organizers/asks.ts`,
 * `pledges/code-tries.ts`).
 */
export const requestLimits = {
  /** Figures, and what is built: a visit asks for some twenty. */
  look: { address: { most: 30_000, minutes: 1 } },
  /** Documents that a process renders: each costs some milliseconds of its CPU, and a visit asks for one or two. */
  page: { address: { most: 3_000, minutes: 1 } },
  /** A stream is opened anew whenever somebody looks at her page again. */
  watch: { address: { most: 30_000, minutes: 10 } },
  sign: { address: { most: 6_000, minutes: 10 }, campaign: { most: 60_000, minutes: 1 } },
  /** Captchas that are given out; each is worked at before it is good for anything. */
  challenge: { address: { most: 10_000, minutes: 10 } },
  /** Wrong codes of one address are too few to use up what a whole campaign may have in an hour. Links go on working. */
  confirm: { address: { most: 10_000, minutes: 10 }, wrong: { most: 300, minutes: 10 } },
  /** Links out of letters: scanners of mail open each too, and of 32 random bytes there is nothing to guess. */
  link: { address: { most: 20_000, minutes: 10 } },
  /** A signer's own pledge. */
  own: { address: { most: 6_000, minutes: 10 } },
  /** Has a letter written to whoever is named. */
  letter: { address: { most: 600, minutes: 10 } },
  /** Has a link to sign in written to an organizer. */
  'sign-in': { address: { most: 1_000, minutes: 10 } },
  /** Counted apart from all other ways in, so that nobody's guesses stand in the way of a passkey. */
  passkey: { address: { most: 3_000, minutes: 10 } },
  console: { address: { most: 6_000, minutes: 1 } },
  /** Reads a drive through, or takes in a whole file. */
  costly: { address: { most: 300, minutes: 10 } },
  /** Signed calls of a mail provider. */
  provider: { address: { most: 6_000, minutes: 1 } },
  /** Addresses where there is nothing. */
  nothing: { address: { most: 1_000, minutes: 1 } },
} as const satisfies Record<string, RequestLimit>

export type LimitName = keyof typeof requestLimits
