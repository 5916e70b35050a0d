/** The bundle with which the server renders: `dist/server/pages.js`. */
import type { Component } from 'svelte'
import { render } from 'svelte/server'
import type { PageName, Pages, RenderPage } from '../../server/pages/contract.ts'
import type { Words } from '../shared/i18n/en.ts'
import { Speech } from '../shared/i18n/speech.ts'
import { pick, wordsFor } from '../shared/i18n/words.ts'
import type { Frame, PageProps, PageState } from '../shared/page.ts'
import PageHead from '../shared/PageHead.svelte'
import ConfirmPage from './confirm/ConfirmPage.svelte'
import { heads, type Head } from './heads.ts'
import LeaderboardPage from './leaderboard/LeaderboardPage.svelte'
import { groups as leaderboardGroups } from './leaderboard/words.ts'
import MailboxPage from './mailbox/MailboxPage.svelte'
import MyPledgeLinkPage from './my-pledge-link/MyPledgeLinkPage.svelte'
import MyPledgePage from './my-pledge/MyPledgePage.svelte'
import EmbedPage from './pledge/EmbedPage.svelte'
import WholePage from './pledge/WholePage.svelte'
import { groups as pledgeGroups } from './pledge/words.ts'
import RefusedPage from './refused/RefusedPage.svelte'

export { accentRules } from '../shared/accent.ts'

type Page<Props> = Component<PageProps<Props, Words>>

const components: { [Name in PageName]: (props: Pages[Name]) => Page<Pages[Name]> } = {
  pledge: ({ isWholePage }) => (isWholePage ? WholePage : EmbedPage),
  leaderboard: () => LeaderboardPage,
  confirm: () => ConfirmPage,
  'my-pledge': () => MyPledgePage,
  'my-pledge-link': () => MyPledgeLinkPage,
  refused: () => RefusedPage,
  mailbox: () => MailboxPage,
}

/** Words for the pages that live on in the browser; the others take none along. */
const wordsTakenAlong: Partial<Record<PageName, readonly (keyof Words)[]>> = {
  pledge: pledgeGroups,
  leaderboard: leaderboardGroups,
}

export const renderPage: RenderPage = (name, props, frame) => {
  const words = wordsFor(frame.locale)
  const speech = new Speech(words, frame.locale)
  const Page = components[name](props)
  const head: Head = { ...heads[name](props, words), publicUrl: props.publicUrl }
  return {
    head: render(PageHead, { props: head }).head,
    body: render(Page, { props: { page: props, frame, speech } }).body,
    state: stateOf(name, props, frame, words),
  }
}

/** Empty where the page takes nothing along. */
function stateOf<Name extends PageName>(name: Name, page: Pages[Name], frame: Frame, words: Words) {
  const groups = wordsTakenAlong[name]
  if (!groups) return ''
  const taken: PageState<Pages[Name], Partial<Words>> = { page, frame, words: pick(words, groups) }
  return JSON.stringify(taken).replaceAll('<', '\\u003c')
}
