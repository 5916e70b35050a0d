import { sql } from 'drizzle-orm'
import { beforeAll } from 'vitest'
import type { Effect } from '../../server/organizers/access.ts'
import type { Estamos } from '../estamos.ts'

export interface Witness {
  /** What was done in the database since the last call. */
  effects(): Promise<{ effect: Effect; what: string }[]>
}

/**
 * Sees what calls do to the rows themselves, and knows nothing of the table of access: a row that is deleted, a value
 * that is erased, unless it is a time, a role that changes, somebody who is let in, an export, a campaign that closes, mail to many.
 */
export function witness(server: Estamos): Witness {
  beforeAll(async () => {
    await server.deps.db.execute(sql.raw(TRIGGERS))
  })
  return {
    async effects() {
      const { rows } = await server.deps.db.execute<{ effect: Effect; what: string }>(
        sql`with gone as (delete from witnessed returning effect, what) select distinct * from gone order by 1, 2`,
      )
      return rows
    },
  }
}

/** Counters and queues of the machinery, in which nobody's rows stand. */
const LEFT_OUT = ['request_counts', 'address_keys', 'captcha_counts', 'captcha_spent', 'leaderboards']

const TRIGGERS = `
create table witnessed (effect text not null, what text not null);

create function witness() returns trigger language plpgsql security definer as $$
declare
  before jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
  after jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
  ranks jsonb := '{"viewer": 1, "editor": 2, "owner": 3}';
  was int := coalesce((ranks->>(before->>'role'))::int, 0);
  "is" int := coalesce((ranks->>(after->>'role'))::int, 0);
begin
  if tg_op = 'DELETE' then
    insert into witnessed values ('deletes', tg_table_name);
  elsif tg_op = 'UPDATE' then
    insert into witnessed select 'deletes', tg_table_name || '.' || key from jsonb_each(before)
      where value <> 'null' and after->key = 'null' and key not like '%\\_at';
  end if;
  if tg_table_name = 'memberships' and "is" < was or tg_table_name = 'campaign_partners' and tg_op = 'DELETE' then
    insert into witnessed values ('removes-person', tg_table_name);
  end if;
  if tg_table_name = 'memberships' and "is" > was or tg_op = 'INSERT' and tg_table_name in ('campaign_partners',
      'invitations', 'partner_invitations', 'organization_keys', 'organizer_sessions', 'passkeys', 'recovery_codes',
      'passkey_resets')
    or tg_table_name = 'organizer_sessions' and before->>'passkey_at' is distinct from after->>'passkey_at'
      and after->>'passkey_at' is not null
    or tg_table_name = 'passkey_resets' and (after->>'takes_effect_at') < (before->>'takes_effect_at')
  then
    insert into witnessed values ('widens-access', tg_table_name);
  end if;
  if tg_table_name = 'audit_log' and after->>'action' in ('export.make', 'organization-key.read') then
    insert into witnessed values ('exports', after->>'action');
  end if;
  if tg_table_name = 'switches'
    or tg_table_name = 'exclusions' and after->>'state' in ('applying', 'undoing')
    or tg_table_name = 'campaigns' and tg_op = 'UPDATE' and before->>'state' <> 'draft' and (
      before->>'state' = 'open' and after->>'state' = 'closed'
      or coalesce(after->>'closes_at', 'never') < coalesce(before->>'closes_at', 'never')
      or (after->>'smallest_shown')::int > (before->>'smallest_shown')::int
      or (after->>'names_shown_after')::int > (before->>'names_shown_after')::int
      or after->>'pace' <> before->>'pace')
  then
    insert into witnessed values ('changes-count', tg_table_name);
  end if;
  if tg_table_name = 'updates' and after->>'state' in ('scheduled', 'sending') and before->>'state' <> after->>'state'
    or tg_table_name = 'milestone_wishes' and tg_op = 'INSERT'
    or tg_table_name = 'letters' and tg_op = 'INSERT' and (after->>'is_bulk')::boolean
  then
    insert into witnessed values ('emails-many', tg_table_name);
  end if;
  return null;
end $$;

do $$
declare one text;
begin
  for one in select tablename from pg_tables
    where schemaname = 'public' and tablename <> all ('{${LEFT_OUT.join(',')},witnessed}')
  loop
    execute format(
      'create trigger witness after insert or update or delete on %I for each row execute function witness()', one);
  end loop;
end $$;
`
