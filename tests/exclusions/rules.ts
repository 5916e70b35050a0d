import type { Exclusion, NewExclusion, Preview, Rule } from '../../server/exclusions/contract.ts'
import type { AnOrganizer } from '../builders.ts'
import type { Estamos } from '../estamos.ts'

export async function preview(organizer: AnOrganizer, slug: string, rule: Rule): Promise<Preview> {
  return (await organizer.call('POST', `campaigns/${slug}/exclusion-previews`, { rule })).json()
}

export async function apply(
  organizer: AnOrganizer,
  slug: string,
  rule: Rule,
  settings: Partial<NewExclusion> = {},
) {
  const { preview: seen } = await preview(organizer, slug, rule)
  const body = { rule, preview: seen, ...settings }
  return await organizer.call('POST', `campaigns/${slug}/exclusions`, body)
}

/** Applies a rule, and has the job done. */
export async function exclude(
  server: Estamos,
  organizer: AnOrganizer,
  slug: string,
  rule: Rule,
): Promise<Exclusion> {
  const { id } = (await apply(organizer, slug, rule)).json()
  await server.work()
  return await exclusion(organizer, slug, id)
}

export async function undo(
  server: Estamos,
  organizer: AnOrganizer,
  slug: string,
  id: number,
): Promise<Exclusion> {
  await organizer.call('POST', `campaigns/${slug}/exclusions/${id}/undo`)
  await server.work()
  return await exclusion(organizer, slug, id)
}

export async function exclusion(organizer: AnOrganizer, slug: string, id: number): Promise<Exclusion> {
  const { exclusions } = (await organizer.call('GET', `campaigns/${slug}/exclusions`)).json()
  return exclusions.find((one: Exclusion) => one.id === id)
}
