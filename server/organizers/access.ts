/**
 * Who may call which route of the console: the one table, and there is no other way in. A route without a row does not
 * start; a test walks every row as nobody, a stranger, a viewer, an editor, an owner and a partner.
 */

import type { LimitName } from '../limits/classes.ts'

export const roles = ['viewer', 'editor', 'owner'] as const
export type Role = (typeof roles)[number]

/** What a call does beyond the daily work of its role. */
export type Effect =
  /** Deletes or erases what people wrote or gave, or uses up what lets somebody in. */
  | 'deletes'
  /** Takes somebody's place or role away, or an organization's. */
  | 'removes-person'
  | 'exports'
  /** Lets more people in, lets them do more, or read more about people. */
  | 'widens-access'
  /** Moves the public count by many, or stops it. */
  | 'changes-count'
  | 'emails-many'

/** Why a route with effects needs no fresh passkey. */
export const exceptions = {
  'own-session': 'Organizers end only sessions of their own, and sign in again.',
  'signing-in':
    'Nobody has a session before they sign in. A link, code or challenge opens one account, once.',
  passkey: 'It is the call that uses the passkey.',
  'first-passkey':
    'Nobody can use a passkey before they have one. Unless the account is new, the first waits.',
  'lost-passkey': 'Nobody can use a passkey that they lost. A reset waits for 72 hours or another owner.',
  accepting: 'An owner sent the invitation with a fresh passkey, and new people have no passkey yet.',
  'saying-no':
    'Saying no has to be quick. What it takes back is not in effect yet, and can be asked for again.',
  stopping: 'Stopping what goes wrong has to be quick. Starting it again takes a passkey.',
  editing: 'Daily work: it replaces what editors wrote, and touches neither people nor pledges.',
} as const

/** Every route says what it does; one with effects needs a fresh passkey, always or when it says so, or an exception. */
type Effects =
  | { effects: readonly []; fresh?: never; freshWhen?: never; exception?: never }
  | { effects: Some; fresh: true; freshWhen?: never; exception?: never }
  | { effects: Some; freshWhen: string; fresh?: never; exception?: never }
  | { effects: Some; exception: keyof typeof exceptions; fresh?: never; freshWhen?: never }
type Some = readonly [Effect, ...Effect[]]

interface Row {
  /**
   * `nobody`: needs no session. `organizer`: anyone signed in. A role: at least that one, in the organization that the
   * path names as `:organization`, or in the host of its `:campaign`. The header `estamos-organization` says for which of
   * several organizations of hers that carry the campaign she works.
   */
  role: 'nobody' | 'organizer' | Role
  /** Of a `:campaign`: members of its partners too, where their role there suffices. */
  partners?: true
  /** Asked for where one is set: for what has a letter written to whoever is named. */
  captcha?: 'asked'
  /** How often it may be called: `limits/classes.ts`; `console` where nothing is said. */
  limit?: LimitName
}

/**
 * Whoever needs no session is a stranger, and the row says how often strangers may come. `fresh`: it needs a passkey that
 * was used in this session within the last ten minutes. `freshWhen`: the verb itself asks for one, in these cases.
 */
export type Access = Row & Effects & ({ role: 'nobody'; limit: LimitName } | { role: 'organizer' | Role })

const BASE = '/api/v1/console'

export const access: Record<string, Access> = {
  [`GET ${BASE}/session`]: { role: 'organizer', effects: [] },
  [`DELETE ${BASE}/session`]: { role: 'organizer', effects: ['deletes'], exception: 'own-session' },

  // signing in
  [`GET ${BASE}/captcha`]: { role: 'nobody', limit: 'challenge', effects: [] },
  [`POST ${BASE}/sign-in-links`]: { role: 'nobody', captcha: 'asked', limit: 'sign-in', effects: [] },
  [`POST ${BASE}/sign-in-offers`]: { role: 'nobody', limit: 'link', effects: [] },
  [`POST ${BASE}/sessions`]: {
    role: 'nobody',
    limit: 'link',
    effects: ['deletes', 'widens-access'],
    exception: 'signing-in',
  },
  [`POST ${BASE}/sign-in-challenges`]: { role: 'nobody', limit: 'passkey', effects: [] },
  [`POST ${BASE}/passkey-sessions`]: {
    role: 'nobody',
    limit: 'passkey',
    effects: ['deletes', 'widens-access'],
    exception: 'signing-in',
  },
  [`POST ${BASE}/passkey-resets`]: {
    role: 'nobody',
    limit: 'link',
    effects: ['deletes', 'widens-access'],
    exception: 'lost-passkey',
  },

  [`POST ${BASE}/passkey-stops`]: {
    role: 'nobody',
    limit: 'link',
    effects: ['deletes'],
    exception: 'saying-no',
  },

  // the organizer's own account
  [`GET ${BASE}/account`]: { role: 'organizer', effects: [] },
  [`POST ${BASE}/passkey-challenges`]: { role: 'organizer', effects: [] },
  [`POST ${BASE}/passkey-uses`]: {
    role: 'organizer',
    effects: ['deletes', 'widens-access'],
    exception: 'passkey',
  },
  [`POST ${BASE}/new-passkey-challenges`]: { role: 'organizer', effects: [] },
  [`POST ${BASE}/passkeys`]: {
    role: 'organizer',
    effects: ['deletes', 'widens-access'],
    exception: 'first-passkey',
  },
  [`PATCH ${BASE}/passkeys/:passkey`]: { role: 'organizer', effects: [] },
  [`DELETE ${BASE}/passkeys/:passkey`]: { role: 'organizer', effects: ['deletes'], fresh: true },
  [`POST ${BASE}/recovery-codes`]: { role: 'organizer', effects: ['deletes', 'widens-access'], fresh: true },
  [`DELETE ${BASE}/sessions`]: { role: 'organizer', effects: ['deletes'], exception: 'own-session' },
  [`DELETE ${BASE}/sessions/:session`]: { role: 'organizer', effects: ['deletes'], exception: 'own-session' },
  [`DELETE ${BASE}/passkey-reset`]: { role: 'organizer', effects: ['deletes'], exception: 'saying-no' },

  // an owner's word on somebody's lost passkey
  [`POST ${BASE}/organizations/:organization/passkey-resets/:organizer/approval`]: {
    role: 'owner',
    effects: ['widens-access'],
    fresh: true,
  },
  [`DELETE ${BASE}/organizations/:organization/passkey-resets/:organizer`]: {
    role: 'owner',
    effects: ['deletes'],
    exception: 'saying-no',
  },

  // organizations: any member sees who the others are; owners decide who they are. Whoever has a link may look at its
  // invitation and accept it.
  [`GET ${BASE}/organizations/:organization`]: { role: 'viewer', effects: [] },
  [`PATCH ${BASE}/organizations/:organization`]: { role: 'owner', effects: [] },
  [`PATCH ${BASE}/organizations/:organization/members/:organizer`]: {
    role: 'owner',
    effects: ['removes-person', 'widens-access'],
    fresh: true,
  },
  [`DELETE ${BASE}/organizations/:organization/members/:organizer`]: {
    role: 'owner',
    effects: ['deletes', 'removes-person'],
    fresh: true,
  },
  [`DELETE ${BASE}/organizations/:organization/membership`]: {
    role: 'viewer',
    effects: ['deletes', 'removes-person'],
    fresh: true,
  },
  [`POST ${BASE}/organizations/:organization/hand-over`]: {
    role: 'owner',
    effects: ['removes-person', 'widens-access'],
    fresh: true,
  },
  [`POST ${BASE}/organizations/:organization/invitations`]: {
    role: 'owner',
    effects: ['widens-access'],
    fresh: true,
  },
  [`POST ${BASE}/organizations/:organization/invitations/:invitation/letters`]: {
    role: 'owner',
    effects: ['widens-access'],
    fresh: true,
  },
  [`DELETE ${BASE}/organizations/:organization/invitations/:invitation`]: {
    role: 'owner',
    effects: ['deletes'],
    exception: 'saying-no',
  },
  // the key that contacts are sealed to: whoever holds it reads them
  [`GET ${BASE}/organizations/:organization/keys`]: { role: 'viewer', effects: [] },
  [`POST ${BASE}/organizations/:organization/key-trials`]: { role: 'owner', effects: [] },
  [`POST ${BASE}/organizations/:organization/keys`]: {
    role: 'owner',
    effects: ['widens-access'],
    fresh: true,
  },
  [`POST ${BASE}/organizations/:organization/keys/:fingerprint/approval`]: {
    role: 'owner',
    effects: ['widens-access'],
    fresh: true,
  },
  [`DELETE ${BASE}/organizations/:organization/keys/:fingerprint`]: {
    role: 'owner',
    effects: ['deletes'],
    exception: 'saying-no',
  },

  [`POST ${BASE}/invitation-previews`]: { role: 'nobody', limit: 'link', effects: [] },
  [`POST ${BASE}/invitation-acceptances`]: {
    role: 'nobody',
    limit: 'link',
    effects: ['deletes', 'widens-access'],
    exception: 'accepting',
  },

  // campaigns
  [`POST ${BASE}/organizations/:organization/campaigns`]: { role: 'editor', effects: [] },
  [`DELETE ${BASE}/campaigns/:campaign`]: { role: 'owner', effects: ['deletes'], fresh: true },
  [`GET ${BASE}/campaigns/:campaign/settings`]: { role: 'viewer', effects: [] },
  [`PATCH ${BASE}/campaigns/:campaign/settings`]: {
    role: 'editor',
    effects: ['changes-count'],
    freshWhen: 'it closes an open campaign sooner, or hides more of its count or its names for good',
  },
  [`PUT ${BASE}/campaigns/:campaign/texts`]: { role: 'editor', effects: ['deletes'], exception: 'editing' },
  [`PUT ${BASE}/campaigns/:campaign/targets`]: { role: 'editor', effects: ['deletes'], exception: 'editing' },
  [`PUT ${BASE}/campaigns/:campaign/clauses`]: { role: 'editor', effects: ['deletes'], exception: 'editing' },
  [`PUT ${BASE}/campaigns/:campaign/questions`]: {
    role: 'editor',
    effects: ['deletes'],
    exception: 'editing',
  },
  [`GET ${BASE}/campaigns/:campaign/logo`]: { role: 'viewer', effects: [] },
  [`PUT ${BASE}/campaigns/:campaign/logo`]: { role: 'editor', limit: 'costly', effects: [] },
  [`DELETE ${BASE}/campaigns/:campaign/logo`]: { role: 'editor', effects: ['deletes'], exception: 'editing' },
  [`GET ${BASE}/campaigns/:campaign/campuses`]: { role: 'viewer', effects: [] },
  [`GET ${BASE}/campaigns/:campaign/campuses/:domain`]: { role: 'viewer', effects: [] },
  [`PUT ${BASE}/campaigns/:campaign/campuses/:domain`]: { role: 'editor', effects: [] },
  [`DELETE ${BASE}/campaigns/:campaign/campuses/:domain`]: {
    role: 'editor',
    effects: ['deletes'],
    exception: 'editing',
  },
  [`POST ${BASE}/campaigns/:campaign/opening`]: { role: 'editor', effects: [] },
  [`POST ${BASE}/campaigns/:campaign/closure`]: { role: 'editor', effects: ['changes-count'], fresh: true },
  [`DELETE ${BASE}/campaigns/:campaign/closure`]: { role: 'editor', effects: [] },
  [`POST ${BASE}/campaigns/:campaign/preview`]: { role: 'viewer', effects: [] },

  // coalitions: a partner works on its own sources and sees its own share; whom the host asks in, it decides. Whoever has
  // a link may look at its invitation and accept it.
  [`GET ${BASE}/campaigns/:campaign/coalition`]: { role: 'viewer', partners: true, effects: [] },
  [`DELETE ${BASE}/campaigns/:campaign/partnership`]: {
    role: 'owner',
    partners: true,
    effects: ['deletes', 'removes-person'],
    fresh: true,
  },
  [`DELETE ${BASE}/campaigns/:campaign/partners/:partner`]: {
    role: 'owner',
    effects: ['deletes', 'removes-person'],
    fresh: true,
  },
  [`POST ${BASE}/campaigns/:campaign/partner-invitations`]: {
    role: 'owner',
    effects: ['widens-access'],
    fresh: true,
  },
  [`POST ${BASE}/campaigns/:campaign/partner-invitations/:invitation/letters`]: {
    role: 'owner',
    effects: ['widens-access'],
    fresh: true,
  },
  [`DELETE ${BASE}/campaigns/:campaign/partner-invitations/:invitation`]: {
    role: 'owner',
    effects: ['deletes'],
    exception: 'saying-no',
  },
  [`POST ${BASE}/campaigns/:campaign/chapter-requests/:request/approval`]: {
    role: 'owner',
    effects: ['deletes', 'widens-access'],
    fresh: true,
  },
  [`DELETE ${BASE}/campaigns/:campaign/chapter-requests/:request`]: {
    role: 'editor',
    effects: ['deletes'],
    fresh: true,
  },
  [`POST ${BASE}/partner-invitation-previews`]: { role: 'nobody', limit: 'link', effects: [] },
  [`POST ${BASE}/partner-invitation-acceptances`]: {
    role: 'nobody',
    limit: 'link',
    effects: ['deletes', 'widens-access'],
    freshWhen: 'an organization is brought that the organizer owns already',
  },
  [`GET ${BASE}/campaigns/:campaign/embed`]: { role: 'viewer', partners: true, effects: [] },
  [`GET ${BASE}/campaigns/:campaign/sources`]: { role: 'viewer', partners: true, effects: [] },
  [`POST ${BASE}/campaigns/:campaign/sources`]: { role: 'editor', partners: true, effects: [] },
  [`DELETE ${BASE}/campaigns/:campaign/sources/:code`]: { role: 'editor', partners: true, effects: [] },

  // dashboards
  [`GET ${BASE}/campaigns/:campaign/dashboard`]: { role: 'viewer', partners: true, effects: [] },

  // kill switches: on at once, by whoever may edit; off again with a passkey
  [`GET ${BASE}/campaigns/:campaign/switches`]: { role: 'viewer', effects: [] },
  [`PUT ${BASE}/campaigns/:campaign/switches/:switch`]: {
    role: 'editor',
    effects: ['changes-count'],
    exception: 'stopping',
  },
  [`DELETE ${BASE}/campaigns/:campaign/switches/:switch`]: {
    role: 'editor',
    effects: ['changes-count'],
    fresh: true,
  },
  [`GET ${BASE}/organizations/:organization/switches`]: { role: 'viewer', effects: [] },
  [`PUT ${BASE}/organizations/:organization/switches/:switch`]: {
    role: 'editor',
    effects: ['changes-count'],
    exception: 'stopping',
  },
  [`DELETE ${BASE}/organizations/:organization/switches/:switch`]: {
    role: 'editor',
    effects: ['changes-count'],
    fresh: true,
  },

  // mail
  [`GET ${BASE}/campaigns/:campaign/refused-letters`]: { role: 'viewer', effects: [] },

  // exclusions
  [`GET ${BASE}/campaigns/:campaign/pledges`]: { role: 'viewer', limit: 'costly', effects: [] },
  [`GET ${BASE}/campaigns/:campaign/pledge-suggestions`]: { role: 'viewer', effects: [] },
  [`GET ${BASE}/campaigns/:campaign/suspicion`]: { role: 'viewer', effects: [] },
  [`POST ${BASE}/campaigns/:campaign/hidden-names`]: { role: 'editor', effects: ['deletes'], fresh: true },
  [`POST ${BASE}/campaigns/:campaign/exclusion-previews`]: { role: 'editor', limit: 'costly', effects: [] },
  [`GET ${BASE}/campaigns/:campaign/exclusions`]: { role: 'viewer', effects: [] },
  [`POST ${BASE}/campaigns/:campaign/exclusions`]: {
    role: 'editor',
    limit: 'costly',
    effects: ['changes-count'],
    freshWhen: 'more than 5 % of the count is moved within a day, or the rule is a state alone or has a name',
  },
  [`POST ${BASE}/campaigns/:campaign/exclusions/:exclusion/keeping`]: { role: 'editor', effects: [] },
  [`POST ${BASE}/campaigns/:campaign/exclusions/:exclusion/undo`]: {
    role: 'editor',
    effects: ['changes-count'],
    freshWhen: 'more than 5 % of the count is moved within a day, or the rule has a name',
  },

  // updates: whoever sends one has letters written to thousands. To stop one, a role is enough.
  [`GET ${BASE}/campaigns/:campaign/updates`]: { role: 'viewer', effects: [] },
  [`POST ${BASE}/campaigns/:campaign/updates`]: { role: 'editor', effects: [] },
  [`GET ${BASE}/campaigns/:campaign/update-readers`]: { role: 'viewer', effects: [] },
  [`GET ${BASE}/campaigns/:campaign/updates/:update`]: { role: 'viewer', effects: [] },
  [`PUT ${BASE}/campaigns/:campaign/updates/:update`]: { role: 'editor', effects: [] },
  [`DELETE ${BASE}/campaigns/:campaign/updates/:update`]: {
    role: 'editor',
    effects: ['deletes'],
    exception: 'editing',
  },
  [`GET ${BASE}/campaigns/:campaign/updates/:update/preview`]: { role: 'viewer', effects: [] },
  [`GET ${BASE}/campaigns/:campaign/updates/:update/emails/:locale`]: { role: 'viewer', effects: [] },
  [`POST ${BASE}/campaigns/:campaign/updates/:update/tests`]: { role: 'editor', effects: [] },
  [`POST ${BASE}/campaigns/:campaign/updates/:update/sending`]: {
    role: 'editor',
    effects: ['emails-many'],
    fresh: true,
  },
  [`POST ${BASE}/campaigns/:campaign/updates/:update/schedule`]: {
    role: 'editor',
    effects: ['emails-many'],
    fresh: true,
  },
  [`DELETE ${BASE}/campaigns/:campaign/updates/:update/schedule`]: { role: 'editor', effects: [] },
  [`POST ${BASE}/campaigns/:campaign/updates/:update/pause`]: { role: 'editor', effects: [] },
  [`DELETE ${BASE}/campaigns/:campaign/updates/:update/pause`]: {
    role: 'editor',
    effects: ['emails-many'],
    fresh: true,
  },
  [`POST ${BASE}/campaigns/:campaign/updates/:update/cancellation`]: {
    role: 'editor',
    effects: ['deletes'],
    exception: 'stopping',
  },
  [`PUT ${BASE}/campaigns/:campaign/milestones`]: {
    role: 'editor',
    effects: ['deletes', 'emails-many'],
    fresh: true,
  },

  // exports: what may be published anyway, for everybody of the host; the rest for those who work with it
  [`GET ${BASE}/campaigns/:campaign/exports/totals/:form`]: {
    role: 'viewer',
    limit: 'costly',
    effects: ['exports'],
    fresh: true,
  },
  [`GET ${BASE}/campaigns/:campaign/exports/exact-totals/:form`]: {
    role: 'editor',
    limit: 'costly',
    effects: ['exports'],
    fresh: true,
  },
  [`GET ${BASE}/campaigns/:campaign/exports/pledges/:form`]: {
    role: 'editor',
    limit: 'costly',
    effects: ['exports'],
    fresh: true,
  },

  // contacts, sealed: each organization has its own alone
  [`GET ${BASE}/campaigns/:campaign/contacts`]: { role: 'viewer', partners: true, effects: [] },
  [`GET ${BASE}/campaigns/:campaign/wrapped-keys`]: {
    role: 'owner',
    partners: true,
    effects: ['exports'],
    fresh: true,
  },
  [`GET ${BASE}/campaigns/:campaign/exports/contacts`]: {
    role: 'owner',
    partners: true,
    limit: 'costly',
    effects: ['exports'],
    fresh: true,
  },

  // imports: whoever brings rows in has letters written to strangers
  [`POST ${BASE}/campaigns/:campaign/import-previews`]: { role: 'editor', limit: 'costly', effects: [] },
  [`POST ${BASE}/campaigns/:campaign/imports`]: {
    role: 'editor',
    limit: 'costly',
    effects: ['emails-many'],
    fresh: true,
  },
  [`GET ${BASE}/campaigns/:campaign/offline-counts`]: { role: 'viewer', effects: [] },
  [`POST ${BASE}/campaigns/:campaign/offline-counts`]: { role: 'editor', effects: [] },
  [`DELETE ${BASE}/campaigns/:campaign/offline-counts/:id`]: {
    role: 'editor',
    effects: ['deletes'],
    exception: 'editing',
  },

  // audit: whoever is a member may see what the others do. A partner sees its own organization's log, not the host's.
  [`GET ${BASE}/organizations/:organization/audit`]: { role: 'viewer', effects: [] },
  [`GET ${BASE}/campaigns/:campaign/audit`]: { role: 'viewer', effects: [] },
}

export function isOfConsole(url: string): boolean {
  return url.startsWith(`${BASE}/`)
}

/** @throws Error at the start, for a route that says nothing of who may call it */
export function accessOf(method: string, url: string): Access {
  const found = access[`${method === 'HEAD' ? 'GET' : method} ${url}`]
  if (!found) throw new Error(`${method} ${url} has no row in organizers/access.ts`)
  return found
}

export function isAtLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed)
}
