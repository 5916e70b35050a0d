/**
 * Every table, once. The words:
 *
 * campaign        a pledge drive
 * pledge text     its wording, versioned, per locale
 * pledge          one person's promise
 * signer          that person
 * campus          an institution of higher learning, named in URLs by its domain
 * organization    a chapter or partner
 * organizer       a person who signs in
 * membership      an organizer's role in an organization: owner, editor, viewer
 * host            the organization that runs a campaign
 * partner         an organization that carries it too
 * target          a firm that a campaign names
 * clause          what a signer may promise on top of the pledge
 * exclusion       an organizer's rule that takes pledges out of the count
 * hold            an exclusion that began by itself, and waits for an organizer to decide
 * audit log       who did what
 * tally           confirmed count of a campus in a campaign
 * update          what organizers write to the signers who asked to be written to
 * milestone       a number that a campus reached, and its signers are told of
 * leaderboard     tallies ranked, as the public may see them
 * source          which embed, poster or link brought a pledge
 * switch          a kill switch for a bad night: no signing, no mail, a frozen leaderboard, a raised captcha
 * contact         a signer's name and email
 * organization key what signers' contacts are sealed to; only its organization can open them
 * sealed contact  a contact that a signer shares with an organization, sealed to its key
 * fingerprint     SHA-256 of a public key: names it
 * canonical email what counts as one mailbox
 * email digest    HMAC of the canonical email under the campaign's digest key: decides counting
 * gate            what a proof that somebody is no robot opens: signing, or asking for a link
 * address digest  HMAC of the exact address under the same key: decides mail
 */
export { NO_CAMPUS } from './schema/columns.ts'
export * from './schema/organizations.ts'
export * from './schema/campaigns.ts'
export * from './schema/keys.ts'
export * from './schema/campuses.ts'
export * from './schema/pledges.ts'
export * from './schema/contacts.ts'
export * from './schema/leaderboards.ts'
export * from './schema/organizers.ts'
export * from './schema/coalitions.ts'
export * from './schema/exclusions.ts'
export * from './schema/entry.ts'
export * from './schema/mail.ts'
export * from './schema/updates.ts'
export * from './schema/audit.ts'
export * from './schema/switches.ts'
export * from './schema/captcha.ts'
export * from './schema/limits.ts'
