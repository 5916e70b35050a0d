import type { AddressDomain } from './campuses/contract.ts'

/**
 * Every reason for which a request is refused, with its HTTP status and title (RFC 9457).
 * Programs read the code; a code, once published, keeps its meaning.
 */
export const refusals = {
  'malformed-json': [400, 'The body is not valid JSON'],
  'invalid-request': [400, 'The request does not have the documented shape'],
  'token-invalid': [400, 'This link is not valid'],
  'not-signed-in': [401, 'This page needs the link from your email'],
  'cross-origin': [403, 'This request came from another site'],
  'not-found': [404, 'There is nothing at this address'],
  'unknown-campaign': [404, 'There is no such campaign'],
  'unknown-campus': [404, 'There is no such campus'],
  'campaign-not-open': [409, 'This campaign has not opened yet'],
  'campaign-closed': [409, 'This campaign has closed'],
  'campaign-forgotten': [410, 'This drive is over, and who signed it is forgotten'],
  'signing-paused': [503, 'Signing is paused for the moment'],
  'pledge-withdrawn': [409, 'This pledge was taken back'],
  'token-expired': [410, 'This link has expired'],
  'too-large': [413, 'The request is too large'],
  'unsupported-media-type': [415, 'The body is of a type not understood here'],
  'email-invalid': [422, 'That is not an email address we can write to'],
  'email-not-campus': [422, 'This campaign needs a campus email address'],
  'email-mismatch': [422, 'That is not the address this pledge was signed with'],
  'name-too-long': [422, 'That name is too long'],
  'name-not-allowed': [422, 'That name cannot be used'],
  'name-missing': [422, 'A name is needed for this'],
  'name-hidden': [422, 'The organizers took this name off the list'],
  'campus-not-known': [422, 'That campus is not in the directory'],
  'campus-choice-needed': [422, 'Several campuses share addresses like this one'],
  'campus-proven': [422, 'This campus comes from the email address'],
  'contact-not-offered': [422, 'This campaign collects no contacts'],
  'text-not-known': [422, 'There is no such wording of this pledge'],
  'clause-not-known': [422, 'That clause is not offered'],
  'answer-not-known': [422, 'That answer is not offered'],
  'code-wrong': [422, 'That code does not match'],
  'code-too-many-tries': [429, 'Too many tries with a code'],
  'too-many-requests': [429, 'Too much from one network at once'],
  'captcha-missing': [422, 'This needs a solved captcha'],
  'captcha-wrong': [422, 'That captcha was not solved'],
  'captcha-expired': [422, 'That captcha is too old'],
  'captcha-used': [409, 'That captcha was used already'],
  'captcha-wait': [429, 'A form without a script has to wait a moment'],
  'captcha-script-needed': [503, 'For the moment this needs a browser that runs scripts'],
  'captcha-away': [503, 'The captcha cannot be checked'],
  busy: [503, 'Too many people at once'],
  'database-away': [503, 'The database cannot be reached'],
  internal: [500, 'Something went wrong on our side'],
} as const satisfies Record<string, readonly [status: number, title: string]>

/** The same for the console and for mail providers, who get the refusal's own sentence: no page of the public has words for them. */
export const consoleRefusals = {
  'signed-out': [401, 'This needs an organizer who is signed in'],
  'passkey-needed': [403, 'This needs a passkey that was just used'],
  'passkey-required': [403, 'The emailed link alone does not open this account'],
  'passkey-refused': [403, 'That passkey was not accepted'],
  'passkey-missing': [409, 'There is no passkey yet'],
  'passkey-waits': [403, 'The first passkey does not count yet'],
  'passkey-known': [409, 'That passkey is known already'],
  'last-passkey': [409, 'The last passkey stays until there is another'],
  'recovery-code-wrong': [422, 'That recovery code is not good'],
  'approval-not-hers': [403, 'Another owner has to approve this'],
  'role-too-low': [403, 'This needs another role'],
  'source-taken': [409, 'This source code is taken'],
  'not-a-partner': [409, 'This organization is no partner of the campaign'],
  'request-decided': [409, 'This request was decided already'],
  'chapter-there': [409, 'This campus has a chapter already'],
  'sources-full': [409, 'There are as many sources as there may be'],
  'no-member': [404, 'This person is not a member'],
  'no-invitation': [404, 'There is no such invitation'],
  'last-owner': [409, 'An organization needs an owner'],
  'already-member': [409, 'This person is a member already'],
  'already-invited': [409, 'This person is invited already'],
  'changed-meanwhile': [409, 'Somebody else changed this meanwhile'],
  'link-invalid': [422, 'That is not an address beginning with https://'],
  'too-many-invitations': [429, 'Too many invitations for one day'],
  'slug-taken': [409, 'This address is taken'],
  'not-ready': [409, 'This campaign cannot open yet'],
  'wrong-stage': [409, 'This campaign is at another stage'],
  'setting-fixed': [409, 'This can no longer be changed'],
  'setting-invalid': [422, 'This cannot be saved as it is'],
  'rule-empty': [422, 'A rule needs something to go by'],
  'domain-invalid': [422, 'That is not a mail domain'],
  'too-few': [422, 'That would be about a few people'],
  'nothing-matches': [409, 'There is nothing to take out'],
  'preview-outdated': [409, 'More pledges match than the preview showed'],
  'already-undone': [409, 'This exclusion was undone already'],
  'call-unsigned': [403, 'This call cannot be believed'],
  'call-repeated': [409, 'This call was taken already'],
  'too-many-updates': [429, 'Too many updates for one day'],
  'too-many-tests': [429, 'Too many test letters'],
  'key-refused': [422, 'That key did not pass its trial'],
  'key-waiting': [409, 'Another key waits already'],
  'import-too-many': [429, 'Too many rows for one day'],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type PublicCode = keyof typeof refusals
export type RefusalCode = PublicCode | keyof typeof consoleRefusals

const all: Record<RefusalCode, readonly [status: number, title: string]> = { ...refusals, ...consoleRefusals }

interface RefusalDetails {
  /** The field of the request that the refusal is about. */
  field?: string
  /** Seconds after which trying again makes sense. */
  retryAfter?: number
  /** The campuses among which the address leaves a choice. */
  addressDomain?: AddressDomain
  /** The one sign in the field that is the trouble. */
  sign?: string
}

/** A request that cannot be granted, for a reason the caller can understand. Bugs just throw. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly field: string | undefined
  readonly retryAfter: number | undefined
  readonly addressDomain: AddressDomain | undefined
  readonly sign: string | undefined

  constructor(code: RefusalCode, detail: string, details: RefusalDetails = {}) {
    super(detail)
    this.code = code
    this.field = details.field
    this.retryAfter = details.retryAfter
    this.addressDomain = details.addressDomain
    this.sign = details.sign
  }

  get status(): number {
    return all[this.code][0]
  }

  get title(): string {
    return all[this.code][1]
  }
}
