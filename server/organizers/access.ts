/**
 * Who may call which route of the console: the one table, and there is no other way in. A route without a row does not
 * start; a test walks every row as nobody, a stranger, a viewer, an editor, an owner and a partner.
 */

import type { LimitName } from '../limits/classes.ts'

export const roles = ['viewer', 'editor', 'owner'] as const
export type Role = (typeof roles)[number]

interface Row {
  /**
   * `nobody`: needs no session. `organizer`: anyone signed in. A role: at least that one, in the organization that the
   * path names as `:organization`, or in the host of its `:campaign`. The header `estamos-organization` says for which of
   * several organizations of hers that carry the campaign she works.
   */
  role: 'nobody' | 'organizer' | Role
  /** Of a `:campaign`: members of its partners too, where their role there suffices. */
  partners?: true
  /** Needs a passkey that was used in this session within the last ten minutes. */
  fresh?: true
  /** Asked for where one is set: for what has a letter written to whoever is named. */
  captcha?: 'asked'
  /** How often it may be called: `limits/classes.ts`; `console` where nothing is said. */
  limit?: LimitName
}

/** Whoever needs no session is a stranger, and the row says how often strangers may come. */
export type Access = Row & ({ role: 'nobody'; limit: LimitName } | { role: 'organizer' | Role })

const BASE = '/api/v1/console'

export const access: Record<string, Access> = {
  [`GET ${BASE}/session`]: { role: 'organizer' },
  [`DELETE ${BASE}/session`]: { role: 'organizer' },

  // signing in
  [`GET ${BASE}/captcha`]: { role: 'nobody', limit: 'challenge' },
  [`POST ${BASE}/sign-in-links`]: { role: 'nobody', captcha: 'asked', limit: 'sign-in' },
  [`POST ${BASE}/sign-in-offers`]: { role: 'nobody', limit: 'link' },
  [`POST ${BASE}/sessions`]: { role: 'nobody', limit: 'link' },
  [`POST ${BASE}/sign-in-challenges`]: { role: 'nobody', limit: 'passkey' },
  [`POST ${BASE}/passkey-sessions`]: { role: 'nobody', limit: 'passkey' },
  [`POST ${BASE}/passkey-resets`]: { role: 'nobody', limit: 'link' },

  // the organizer's own account
  [`GET ${BASE}/account`]: { role: 'organizer' },
  [`POST ${BASE}/passkey-challenges`]: { role: 'organizer' },
  [`POST ${BASE}/passkey-uses`]: { role: 'organizer' },
  [`POST ${BASE}/new-passkey-challenges`]: { role: 'organizer' },
  [`POST ${BASE}/passkeys`]: { role: 'organizer' },
  [`PATCH ${BASE}/passkeys/:passkey`]: { role: 'organizer' },
  [`DELETE ${BASE}/passkeys/:passkey`]: { role: 'organizer', fresh: true },
  [`POST ${BASE}/recovery-codes`]: { role: 'organizer', fresh: true },
  [`DELETE ${BASE}/sessions`]: { role: 'organizer' },
  [`DELETE ${BASE}/sessions/:session`]: { role: 'organizer' },
  [`DELETE ${BASE}/passkey-reset`]: { role: 'organizer' },

  // an owner's word on somebody's lost passkey
  [`POST ${BASE}/organizations/:organization/passkey-resets/:organizer/approval`]: {
    role: 'owner',
    fresh: true,
  },
  [`DELETE ${BASE}/organizations/:organization/passkey-resets/:organizer`]: { role: 'owner' },

  // organizations: any member sees who the others are; owners decide who they are. Whoever has a link may look at its
  // invitation and accept it.
  [`GET ${BASE}/organizations/:organization`]: { role: 'viewer' },
  [`PATCH ${BASE}/organizations/:organization`]: { role: 'owner' },
  [`PATCH ${BASE}/organizations/:organization/members/:organizer`]: { role: 'owner', fresh: true },
  [`DELETE ${BASE}/organizations/:organization/members/:organizer`]: { role: 'owner', fresh: true },
  [`DELETE ${BASE}/organizations/:organization/membership`]: { role: 'viewer' },
  [`POST ${BASE}/organizations/:organization/hand-over`]: { role: 'owner', fresh: true },
  [`POST ${BASE}/organizations/:organization/invitations`]: { role: 'owner', fresh: true },
  [`POST ${BASE}/organizations/:organization/invitations/:invitation/letters`]: {
    role: 'owner',
    fresh: true,
  },
  [`DELETE ${BASE}/organizations/:organization/invitations/:invitation`]: { role: 'owner' },
  // the key that contacts are sealed to: whoever holds it reads them
  [`GET ${BASE}/organizations/:organization/keys`]: { role: 'viewer' },
  [`POST ${BASE}/organizations/:organization/key-trials`]: { role: 'owner' },
  [`POST ${BASE}/organizations/:organization/keys`]: { role: 'owner', fresh: true },
  [`POST ${BASE}/organizations/:organization/keys/:fingerprint/approval`]: { role: 'owner', fresh: true },
  [`DELETE ${BASE}/organizations/:organization/keys/:fingerprint`]: { role: 'owner' },

  [`POST ${BASE}/invitation-previews`]: { role: 'nobody', limit: 'link' },
  [`POST ${BASE}/invitation-acceptances`]: { role: 'nobody', limit: 'link' },

  // campaigns
  [`POST ${BASE}/organizations/:organization/campaigns`]: { role: 'editor' },
  [`DELETE ${BASE}/campaigns/:campaign`]: { role: 'owner', fresh: true },
  [`GET ${BASE}/campaigns/:campaign/settings`]: { role: 'viewer' },
  [`PATCH ${BASE}/campaigns/:campaign/settings`]: { role: 'editor' },
  [`PUT ${BASE}/campaigns/:campaign/texts`]: { role: 'editor' },
  [`PUT ${BASE}/campaigns/:campaign/targets`]: { role: 'editor' },
  [`PUT ${BASE}/campaigns/:campaign/clauses`]: { role: 'editor' },
  [`PUT ${BASE}/campaigns/:campaign/questions`]: { role: 'editor' },
  [`GET ${BASE}/campaigns/:campaign/logo`]: { role: 'viewer' },
  [`PUT ${BASE}/campaigns/:campaign/logo`]: { role: 'editor', limit: 'costly' },
  [`DELETE ${BASE}/campaigns/:campaign/logo`]: { role: 'editor' },
  [`GET ${BASE}/campaigns/:campaign/campuses`]: { role: 'viewer' },
  [`GET ${BASE}/campaigns/:campaign/campuses/:domain`]: { role: 'viewer' },
  [`PUT ${BASE}/campaigns/:campaign/campuses/:domain`]: { role: 'editor' },
  [`DELETE ${BASE}/campaigns/:campaign/campuses/:domain`]: { role: 'editor' },
  [`POST ${BASE}/campaigns/:campaign/opening`]: { role: 'editor' },
  [`POST ${BASE}/campaigns/:campaign/closure`]: { role: 'editor' },
  [`DELETE ${BASE}/campaigns/:campaign/closure`]: { role: 'editor' },
  [`POST ${BASE}/campaigns/:campaign/preview`]: { role: 'viewer' },

  // coalitions: a partner works on its own sources and sees its own share; whom the host asks in, it decides. Whoever has
  // a link may look at its invitation and accept it.
  [`GET ${BASE}/campaigns/:campaign/coalition`]: { role: 'viewer', partners: true },
  [`DELETE ${BASE}/campaigns/:campaign/partnership`]: { role: 'owner', partners: true },
  [`DELETE ${BASE}/campaigns/:campaign/partners/:partner`]: { role: 'owner', fresh: true },
  [`POST ${BASE}/campaigns/:campaign/partner-invitations`]: { role: 'owner', fresh: true },
  [`POST ${BASE}/campaigns/:campaign/partner-invitations/:invitation/letters`]: {
    role: 'owner',
    fresh: true,
  },
  [`DELETE ${BASE}/campaigns/:campaign/partner-invitations/:invitation`]: { role: 'owner' },
  [`POST ${BASE}/campaigns/:campaign/chapter-requests/:request/approval`]: { role: 'owner', fresh: true },
  [`DELETE ${BASE}/campaigns/:campaign/chapter-requests/:request`]: { role: 'editor' },
  [`POST ${BASE}/partner-invitation-previews`]: { role: 'nobody', limit: 'link' },
  [`POST ${BASE}/partner-invitation-acceptances`]: { role: 'nobody', limit: 'link' },
  [`GET ${BASE}/campaigns/:campaign/embed`]: { role: 'viewer', partners: true },
  [`GET ${BASE}/campaigns/:campaign/sources`]: { role: 'viewer', partners: true },
  [`POST ${BASE}/campaigns/:campaign/sources`]: { role: 'editor', partners: true },
  [`DELETE ${BASE}/campaigns/:campaign/sources/:code`]: { role: 'editor', partners: true },

  // dashboards
  [`GET ${BASE}/campaigns/:campaign/dashboard`]: { role: 'viewer', partners: true },

  // kill switches: on at once, by whoever may edit; off again with a passkey
  [`GET ${BASE}/campaigns/:campaign/switches`]: { role: 'viewer' },
  [`PUT ${BASE}/campaigns/:campaign/switches/:switch`]: { role: 'editor' },
  [`DELETE ${BASE}/campaigns/:campaign/switches/:switch`]: { role: 'editor', fresh: true },
  [`GET ${BASE}/organizations/:organization/switches`]: { role: 'viewer' },
  [`PUT ${BASE}/organizations/:organization/switches/:switch`]: { role: 'editor' },
  [`DELETE ${BASE}/organizations/:organization/switches/:switch`]: { role: 'editor', fresh: true },

  // mail
  [`GET ${BASE}/campaigns/:campaign/refused-letters`]: { role: 'viewer' },

  // exclusions
  [`GET ${BASE}/campaigns/:campaign/pledges`]: { role: 'viewer', limit: 'costly' },
  [`GET ${BASE}/campaigns/:campaign/pledge-suggestions`]: { role: 'viewer' },
  [`GET ${BASE}/campaigns/:campaign/suspicion`]: { role: 'viewer' },
  [`POST ${BASE}/campaigns/:campaign/hidden-names`]: { role: 'editor' },
  [`POST ${BASE}/campaigns/:campaign/exclusion-previews`]: { role: 'editor', limit: 'costly' },
  [`GET ${BASE}/campaigns/:campaign/exclusions`]: { role: 'viewer' },
  [`POST ${BASE}/campaigns/:campaign/exclusions`]: { role: 'editor', limit: 'costly' },
  [`POST ${BASE}/campaigns/:campaign/exclusions/:exclusion/keeping`]: { role: 'editor' },
  [`POST ${BASE}/campaigns/:campaign/exclusions/:exclusion/undo`]: { role: 'editor' },

  // updates: whoever sends one has letters written to thousands. To stop one, a role is enough.
  [`GET ${BASE}/campaigns/:campaign/updates`]: { role: 'viewer' },
  [`POST ${BASE}/campaigns/:campaign/updates`]: { role: 'editor' },
  [`GET ${BASE}/campaigns/:campaign/update-readers`]: { role: 'viewer' },
  [`GET ${BASE}/campaigns/:campaign/updates/:update`]: { role: 'viewer' },
  [`PUT ${BASE}/campaigns/:campaign/updates/:update`]: { role: 'editor' },
  [`DELETE ${BASE}/campaigns/:campaign/updates/:update`]: { role: 'editor' },
  [`GET ${BASE}/campaigns/:campaign/updates/:update/preview`]: { role: 'viewer' },
  [`GET ${BASE}/campaigns/:campaign/updates/:update/emails/:locale`]: { role: 'viewer' },
  [`POST ${BASE}/campaigns/:campaign/updates/:update/tests`]: { role: 'editor' },
  [`POST ${BASE}/campaigns/:campaign/updates/:update/sending`]: { role: 'editor', fresh: true },
  [`POST ${BASE}/campaigns/:campaign/updates/:update/schedule`]: { role: 'editor', fresh: true },
  [`DELETE ${BASE}/campaigns/:campaign/updates/:update/schedule`]: { role: 'editor' },
  [`POST ${BASE}/campaigns/:campaign/updates/:update/pause`]: { role: 'editor' },
  [`DELETE ${BASE}/campaigns/:campaign/updates/:update/pause`]: { role: 'editor' },
  [`POST ${BASE}/campaigns/:campaign/updates/:update/cancellation`]: { role: 'editor' },
  [`PUT ${BASE}/campaigns/:campaign/milestones`]: { role: 'editor', fresh: true },

  // exports: what may be published anyway, for everybody of the host; the rest for those who work with it
  [`GET ${BASE}/campaigns/:campaign/exports/totals/:form`]: { role: 'viewer', fresh: true, limit: 'costly' },
  [`GET ${BASE}/campaigns/:campaign/exports/exact-totals/:form`]: {
    role: 'editor',
    fresh: true,
    limit: 'costly',
  },
  [`GET ${BASE}/campaigns/:campaign/exports/pledges/:form`]: { role: 'editor', fresh: true, limit: 'costly' },

  // contacts, sealed: each organization has its own alone
  [`GET ${BASE}/campaigns/:campaign/contacts`]: { role: 'viewer', partners: true },
  [`GET ${BASE}/campaigns/:campaign/wrapped-keys`]: { role: 'owner', partners: true, fresh: true },
  [`GET ${BASE}/campaigns/:campaign/exports/contacts`]: {
    role: 'owner',
    partners: true,
    fresh: true,
    limit: 'costly',
  },

  // imports: whoever brings rows in has letters written to strangers
  [`POST ${BASE}/campaigns/:campaign/import-previews`]: { role: 'editor', limit: 'costly' },
  [`POST ${BASE}/campaigns/:campaign/imports`]: { role: 'editor', fresh: true, limit: 'costly' },
  [`GET ${BASE}/campaigns/:campaign/offline-counts`]: { role: 'viewer' },
  [`POST ${BASE}/campaigns/:campaign/offline-counts`]: { role: 'editor' },
  [`DELETE ${BASE}/campaigns/:campaign/offline-counts/:id`]: { role: 'editor' },

  // audit: whoever is a member may see what the others do. A partner sees its own organization's log, not the host's.
  [`GET ${BASE}/organizations/:organization/audit`]: { role: 'viewer' },
  [`GET ${BASE}/campaigns/:campaign/audit`]: { role: 'viewer' },
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
