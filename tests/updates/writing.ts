import { sql } from 'drizzle-orm'
import { expect, vi } from 'vitest'
import type { Update } from '../../server/updates/contract.ts'
import { lookForMilestones } from '../../server/updates/milestones.ts'
import { type AnOrganizer, anOrganizer, campaignId, confirm, sign } from '../builders.ts'
import type { Estamos } from '../estamos.ts'

export const WORDS = {
  en: { subject: 'On Thursday', body: 'We hand it over.\n\nCome along:\n– at noon' },
  es: { subject: 'El jueves', body: 'La entregamos.' },
}

interface ReaderSettings {
  campus?: string
  locale?: string
  updates?: boolean
}

/** Somebody who signed, ticked "email me about this pledge" and confirmed. */
export async function aReader(
  server: Estamos,
  slug: string,
  email: string,
  { updates = true, ...more }: ReaderSettings = {},
): Promise<string> {
  await sign(server, slug, { email, updates, ...more })
  await confirm(server, slug, email)
  return email
}

function answerOf(answer: Awaited<ReturnType<AnOrganizer['call']>>): Update {
  return answer.json<Update>()
}

/** What an organizer does to an update, and what she is answered. */
function writing(slug: string, organizer: AnOrganizer) {
  const at = `campaigns/${slug}/updates`
  return {
    at,
    async draft(content: object = {}): Promise<Update> {
      return answerOf(await organizer.call('POST', at, { words: WORDS, ...content }))
    },
    async send(content: object = {}): Promise<Update> {
      const { id, revision } = await this.draft(content)
      return answerOf(await organizer.call('POST', `${at}/${id}/sending`, { revision }))
    },
    async does(id: number, step: 'pause' | 'cancellation'): Promise<Update> {
      return answerOf(await organizer.call('POST', `${at}/${id}/${step}`))
    },
    async resumes(id: number): Promise<Update> {
      return answerOf(await organizer.call('DELETE', `${at}/${id}/pause`))
    },
    async sees(id: number): Promise<Update> {
      return answerOf(await organizer.call('GET', `${at}/${id}`))
    },
  }
}

export async function writingFor(server: Estamos, slug: string) {
  return writing(slug, await anOrganizer(server, { role: 'editor' }))
}

/** How many letters of a kind the ledger has for each address digest of a campaign. */
export async function lettersOf(server: Estamos, slug: string, template = 'update') {
  const { rows } = await server.deps.db.execute<{ state: string; letters: number; readers: number }>(sql`
    select state, count(*)::int as letters, count(distinct address_digest)::int as readers from letters
    where campaign_id = ${await campaignId(server, slug)} and template = ${template} group by state order by state`)
  return rows
}

/** Many readers at once, as the database has them after they confirmed. */
export async function manyReaders(server: Estamos, slug: string, people: number): Promise<void> {
  const { pledgeKey } = await import('../../server/pledges/mailbox.ts')
  const { sealContact } = await import('../../server/pledges/contact.ts')
  const { checkedAddress } = await import('../../server/pledges/address.ts')
  const campaign = await server.deps.campaigns.bySlug(slug)
  const rows = Array.from({ length: people }, (_, n) => {
    const email = `reader${n}@mail.example`
    const key = pledgeKey(campaign, checkedAddress(email))
    const contact = sealContact(server.deps.keys, key, { email })
    return {
      email: key.emailDigest.toString('hex'),
      address: key.addressDigest.toString('hex'),
      contact: contact.toString('hex'),
    }
  })
  await server.deps.db.execute(sql`
    insert into pledges (campaign_id, email_digest, address_digest, domain_digest, state, campus_proven, contact,
      lists_name, wants_updates, text_version, locale, signed_at, confirmed_at)
    select ${campaign.id}, decode(email, 'hex'), decode(address, 'hex'), '', 'confirmed', false, decode(contact, 'hex'),
      false, true, 1, 'en', now(), now()
    from json_to_recordset(${JSON.stringify(rows)}::json) as row (email text, address text, contact text)`)
}

/** An organizer lets those who asked to be written to be told of milestones from now on. */
export async function tellOfMilestones(server: Estamos, slug: string): Promise<void> {
  const organizer = await anOrganizer(server, { role: 'editor' })
  const answer = await organizer.call('PUT', `campaigns/${slug}/milestones`, { on: true })
  expect(answer.json()).toEqual({ on: true })
}

/** As the clock does it, once the leaderboard shows what was confirmed. */
export async function lookAtMilestones(server: Estamos, slug: string): Promise<void> {
  const id = await campaignId(server, slug)
  const { rows } = await server.deps.db.execute<{ all: number }>(
    sql`select coalesce(sum(confirmed), 0)::int as all from tallies where campaign_id = ${id} and confirmed >= 5`,
  )
  await vi.waitUntil(async () => {
    const { leaderboard } = await server.deps.leaderboards.of(id)
    return leaderboard.confirmed >= (rows[0]?.all ?? 0)
  }, 10_000)
  await lookForMilestones(server.deps)
}
