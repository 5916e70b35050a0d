import { sql } from 'drizzle-orm'
import { recountTallies } from '../../server/leaderboards/recount.ts'
import { campaignId } from '../builders.ts'
import type { Estamos } from '../estamos.ts'

/** People who have all of this in common. */
export interface Alike {
  /** A domain; none where it is left out. */
  campus?: string
  day?: string
  source?: string
  textVersion?: number
  locale?: string
  state?: 'pending' | 'confirmed' | 'withdrawn' | 'excluded'
  people: number
}

/** Puts so many pledges into a campaign at once, past the verbs: for figures alone. */
export async function bulk(server: Estamos, slug: string, groups: Alike[]): Promise<void> {
  const id = await campaignId(server, slug)
  await server.deps.db.execute(sql`
    insert into pledges (campaign_id, email_digest, address_digest, domain_digest, state, campus_id, campus_proven,
      lists_name, wants_updates, text_version, locale, source, signed_at, confirmed_at,
      exclusion_id)
    select ${id}, digest, digest, ''::bytea, coalesce(alike.state, 'confirmed'), campuses.id, false, false, false,
      coalesce("textVersion", 1), coalesce(locale, 'en'), source, at.day, at.day,
      case when alike.state = 'excluded' then 1 end
    from json_to_recordset(${JSON.stringify(groups)}::json) as alike (
      campus text, day timestamptz, source text, "textVersion" int, locale text, state text, people int)
    left join campuses on domain = campus
    cross join lateral generate_series(1, people) as person
    cross join lateral (select sha256(convert_to(gen_random_uuid()::text || person, 'utf8')) as digest) as random
    cross join lateral (select coalesce(alike.day, '2026-10-05T12:00Z') as day) as at`)
  await recountTallies(server.deps.db, { mends: true })
}
