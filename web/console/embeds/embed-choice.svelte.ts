import type { EmbedSettings } from '../../../server/coalitions/contract.ts'
import type { Embed } from './snippets.ts'

/** What an organizer has picked so far. */
export class EmbedChoice {
  view = $state<Embed['view']>('pledge')
  campus = $state('')
  locale = $state('')
  theme = $state<Embed['theme']>('auto')
  source = $state('')
  updatesItself = $state(false)

  embed({ publicUrl, slug, texts, script }: EmbedSettings): Embed {
    const title = (texts.find(({ locale }) => locale === this.locale) ?? texts[0])?.title ?? ''
    const { view, campus, locale, theme, source, updatesItself } = this
    return { publicUrl, slug, title, view, campus, locale, theme, source, script, updatesItself }
  }
}
