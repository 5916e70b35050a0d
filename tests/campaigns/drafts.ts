import { randomBytes } from 'node:crypto'
import type { CampaignSettings } from '../../server/campaigns/editing-contract.ts'
import { type AnOrganizer, anOrganizer } from '../builders.ts'
import type { Estamos } from '../estamos.ts'

/** A campaign that an organizer made in the console, and her hands on it. */
export interface ADraft {
  slug: string
  organizer: AnOrganizer
  settings(): Promise<CampaignSettings>
  /** Changes it at the revision that it has, or at another one. */
  change(
    method: 'PATCH' | 'PUT' | 'POST' | 'DELETE',
    part: string,
    payload?: object,
  ): ReturnType<AnOrganizer['call']>
}

export const pledgeInEnglish = {
  locale: 'en',
  title: 'No tech for cages',
  body: 'I will not work for it.',
  reason: 'Because.',
}
export const pledgeInSpanish = {
  locale: 'es',
  title: 'Sin tecnología para jaulas',
  body: 'No trabajaré para ella.',
  reason: 'Porque.',
}

/** A draft with a title and nothing else, unless a test gives it its wording. */
export async function aDraft(
  server: Estamos,
  { texts, role = 'owner' as const }: { texts?: object[]; role?: 'owner' | 'editor' } = {},
): Promise<ADraft> {
  const slug = `draft-${randomBytes(5).toString('hex')}`
  const organizer = await anOrganizer(server, { role })
  await organizer.call('POST', 'organizations/mijente/campaigns', {
    slug,
    title: 'No tech for cages',
    locale: 'en',
  })
  const settings = async () => (await organizer.call('GET', `campaigns/${slug}/settings`)).json()
  const change: ADraft['change'] = async (method, part, payload = {}) => {
    const { revision } = await settings()
    return await organizer.call(method, `campaigns/${slug}/${part}`, { revision, ...payload })
  }
  if (texts) await change('PUT', 'texts', { texts })
  return { slug, organizer, settings, change }
}

/** The same, opened. */
export async function anOpenedDraft(server: Estamos): Promise<ADraft> {
  const draft = await aDraft(server, { texts: [pledgeInEnglish, pledgeInSpanish] })
  await draft.change('POST', 'opening')
  return draft
}
