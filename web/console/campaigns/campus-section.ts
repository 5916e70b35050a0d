import type { OneCampus } from '../../../server/campaigns/editing-contract.ts'
import { Section } from './section.svelte.ts'

/** What a campaign says to one campus, as a form. */
export function campusSection(campaign: { readonly slug: string }, source: OneCampus) {
  const { campus: domain, name } = source
  const part = `campuses/${domain}`
  const section = new Section(campaign, source, {
    name: part,
    path: part,
    read: ({ goal, chapterName, nextSteps }) => ({ goal, chapterName: chapterName ?? '', nextSteps }),
    save: ({ goal, chapterName, nextSteps }) => ({
      method: 'PUT',
      part,
      body: { goal, chapterName: chapterName || null, nextSteps },
    }),
  })
  return { domain, name, section }
}

export type EditedCampus = ReturnType<typeof campusSection>
