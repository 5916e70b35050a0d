/**
 * What a process may do with each table, by its `ROLE`: least privilege, granted by `npm run db:roles`. Nobody but the
 * owner may truncate, change or drop a table. Take a privilege away one version after the code that needed it.
 */

export const roles = { web: 'estamos_web', worker: 'estamos_worker' } as const
export type Role = keyof typeof roles

/** As GRANT spells it; `maintain`, from PostgreSQL 17 on, lets a table be written anew. */
export type Privilege =
  'select' | 'insert' | 'update' | 'delete' | 'maintain' | `select (${string})` | `update (${string})`

const none: Privilege[] = []
const reads: Privilege[] = ['select']
/** A row that was added stays as it is. */
const adds: Privilege[] = ['select', 'insert']
const keeps: Privilege[] = ['select', 'insert', 'update']
const drops: Privilege[] = ['select', 'delete']
const addsAndDrops: Privilege[] = ['select', 'insert', 'delete']
const all: Privilege[] = ['select', 'insert', 'update', 'delete']

/** Deletes what is over, and sees nothing but when that is. */
function forgetsBy(...columns: string[]): Privilege[] {
  return [`select (${columns.join(', ')})`, 'delete']
}

export const privileges: Record<string, Record<Role, Privilege[]>> = {
  address_keys: { web: adds, worker: addsAndDrops },
  answer_tallies: { web: keeps, worker: keeps },
  audit_log: { web: adds, worker: ['insert'] },
  campaign_campuses: { web: all, worker: reads },
  campaign_clauses: { web: all, worker: reads },
  campaign_keys: { web: keeps, worker: [...drops, 'maintain'] },
  campaign_logos: { web: all, worker: ['select (campaign_id, type, hash)'] },
  campaign_partners: { web: addsAndDrops, worker: reads },
  campaign_questions: { web: all, worker: reads },
  campaign_targets: { web: addsAndDrops, worker: reads },
  campaigns: { web: all, worker: ['select', 'update'] },
  campus_directory: { web: none, worker: none },
  campus_domains: { web: reads, worker: reads },
  campuses: { web: reads, worker: reads },
  captcha_counts: { web: keeps, worker: forgetsBy('minute') },
  captcha_spent: { web: keeps, worker: forgetsBy('expires_at') },
  chapter_requests: { web: keeps, worker: drops },
  code_failures: { web: keeps, worker: forgetsBy('hour') },
  code_tries: { web: keeps, worker: forgetsBy('tried_at', 'campaign_id') },
  contact_keys: { web: adds, worker: [...addsAndDrops, 'maintain'] },
  created_hours: { web: adds, worker: drops },
  daily_names: { web: keeps, worker: none },
  deployment_keys: { web: adds, worker: adds },
  exclusions: { web: keeps, worker: keeps },
  forgettings: { web: reads, worker: keeps },
  invitations: { web: all, worker: drops },
  leaderboards: { web: keeps, worker: keeps },
  letters: { web: all, worker: all },
  mail_allowances: { web: none, worker: all },
  mail_domains: { web: adds, worker: all },
  mail_exchanges: { web: keeps, worker: drops },
  mail_refusals: { web: keeps, worker: all },
  mail_suppressions: { web: all, worker: all },
  mail_tallies: { web: keeps, worker: keeps },
  memberships: { web: all, worker: reads },
  milestone_wishes: { web: addsAndDrops, worker: reads },
  milestones: { web: keeps, worker: keeps },
  offline_counts: { web: addsAndDrops, worker: none },
  organization_keys: { web: all, worker: reads },
  organizations: { web: keeps, worker: reads },
  organizer_sessions: { web: all, worker: forgetsBy('used_at', 'started_at') },
  organizers: { web: keeps, worker: reads },
  partner_invitations: { web: all, worker: drops },
  passkey_challenges: { web: addsAndDrops, worker: forgetsBy('expires_at') },
  passkey_resets: { web: all, worker: drops },
  passkeys: { web: all, worker: none },
  pledge_texts: { web: addsAndDrops, worker: reads },
  pledges: { web: all, worker: all },
  provider_calls: { web: adds, worker: forgetsBy('called_at') },
  recovery_codes: { web: addsAndDrops, worker: none },
  request_counts: { web: keeps, worker: forgetsBy('ends_at') },
  sealed_contacts: { web: all, worker: all },
  sign_in_asks: { web: keeps, worker: forgetsBy('expires_at') },
  sign_in_links: { web: addsAndDrops, worker: addsAndDrops },
  signings: { web: all, worker: drops },
  sources: { web: keeps, worker: reads },
  switches: { web: addsAndDrops, worker: reads },
  tallies: { web: keeps, worker: keeps },
  tally_hours: { web: keeps, worker: keeps },
  updates: { web: all, worker: all },
  /** Whether the schema is the one that this code was written for. */
  migrations: { web: reads, worker: reads },
}
