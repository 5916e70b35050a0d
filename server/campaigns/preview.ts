import { createHash } from 'node:crypto'
import type { Campaign } from './campaign.ts'
import type { EditedText, Localized, PreviewRequest } from './editing-contract.ts'

/**
 * A campaign as it would be with a form that is not saved, however unfinished, and as if it were open: what cannot be
 * shown yet is left out, and nothing is refused.
 */
export function previewOf(campaign: Campaign, form: PreviewRequest): Campaign {
  const { goal, eligibility, smallestShown, namesShownAfter, contactMode, accent } = { ...campaign, ...form }
  return {
    ...campaign,
    goal,
    eligibility,
    smallestShown,
    namesShownAfter,
    contactMode,
    state: 'open',
    opensAt: null,
    closesAt: null,
    theme: accent === undefined ? campaign.theme : { ...(accent && { accent }) },
    texts: form.texts?.length ? form.texts.map((text) => previewText(campaign, text)) : campaign.texts,
    targets: (form.targets ?? campaign.targets)
      .filter(({ name }) => name.trim())
      .map(({ name, reason, sourceUrl }, at) => ({
        name,
        id: at,
        reason: said(reason),
        sourceUrl: linkOf(sourceUrl),
      })),
    clauses: (form.clauses ?? campaign.clauses)
      .filter(({ words }) => isSaid(words))
      .map(({ words }, at) => ({ words: said(words), id: at })),
    questions: (form.questions ?? campaign.questions)
      .filter(({ words }) => isSaid(words))
      .map(({ words, options }, at) => ({ words: said(words), id: at, options: numbered(options) })),
  }
}

function previewText({ id: campaignId }: Campaign, text: EditedText): Campaign['texts'][number] {
  return { ...text, campaignId, version: 1, textHash: createHash('sha256').digest() }
}

/** Half an address leads nowhere yet. */
function linkOf(typed: string): string {
  return URL.canParse(typed) && typed.startsWith('https:') ? typed : 'https://example.org/'
}

/** What is still empty is not said: readers of it are shown another language. */
function said(words: Localized): Localized {
  return Object.fromEntries(Object.entries(words).filter(([, line]) => line.trim()))
}

function isSaid(words: Localized): boolean {
  return Object.keys(said(words)).length > 0
}

function numbered(options: { words: Localized }[]): { number: number; words: Localized }[] {
  return options
    .filter(({ words }) => isSaid(words))
    .map(({ words }, at) => ({ number: at + 1, words: said(words) }))
}
