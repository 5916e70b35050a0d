import { tellHost } from '../../shared/host.ts'
import { giveSpeech } from '../../shared/i18n/speech.ts'
import { LiveLeaderboard } from '../../shared/live-leaderboard.svelte.ts'
import type { PageProps } from '../../shared/page.ts'
import { Signing } from './signing.svelte.ts'
import type { SigningPage } from './signing-page.ts'
import type { PledgeWords } from './words.ts'

/** What the whole page and the frame have in common, for their outermost components to call first. */
export function begin({ page, frame, speech }: PageProps<SigningPage, PledgeWords>) {
  giveSpeech(speech)
  const { slug } = page.campaign
  const live = new LiveLeaderboard(slug, page.leaderboard)
  const signing = new Signing(page, { locale: frame.locale, tell: (what) => tellHost(what, slug) })
  if (!page.isPreview) $effect(live.watch)
  return { live, signing }
}
