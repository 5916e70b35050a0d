/** The bundle with which the server renders: `dist/server/pages.js`. */
import type { Component } from 'svelte'
import { render } from 'svelte/server'
import type { PageName, Pages, RenderPage } from '../../server/pages/contract.ts'
import type { Words } from '../shared/i18n/en.ts'
import { Speech } from '../shared/i18n/speech.ts'
import { wordsFor } from '../shared/i18n/words.ts'
import type { Frame, PageProps, PageState } from '../shared/page.ts'
import PageHead from '../shared/PageHead.svelte'
import ChapterRequestPage from './chapter-request/ChapterRequestPage.svelte'
import ConfirmPage from './confirm/ConfirmPage.svelte'
import { heads, type Head } from './heads.ts'
import LeaderboardPage from './leaderboard/LeaderboardPage.svelte'
import { leaderboardWords } from './leaderboard/words.ts'
import MailboxPage from './mailbox/MailboxPage.svelte'
import MyPledgeLinkPage from './my-pledge-link/MyPledgeLinkPage.svelte'
import MyPledgePage from './my-pledge/MyPledgePage.svelte'
import EmbedPage from './pledge/EmbedPage.svelte'
import WholePage from './pledge/WholePage.svelte'
import { pledgeWords, wholePageWords } from './pledge/words.ts'
import RefusedPage from './refused/RefusedPage.svelte'

export { accentRules } from '../shared/accent.ts'

type Page<Props> = Component<PageProps<Props, Words>>

const components: { [Name in PageName]: (props: Pages[Name]) => Page<Pages[Name]> } = {
  pledge: ({ isWholePage }) => (isWholePage ? WholePage : EmbedPage),
  leaderboard: () => LeaderboardPage,
  confirm: () => ConfirmPage,
  'my-pledge': () => MyPledgePage,
  'my-pledge-link': () => MyPledgeLinkPage,
  'chapter-request': () => ChapterRequestPage,
  refused: () => RefusedPage,
  mailbox: () => MailboxPage,
}

/** Words for the pages that live on in the browser; the others take nothing along. */
type TakenAlong = { [Name in PageName]?: (words: Words, props: Pages[Name]) => object }

const wordsTakenAlong: TakenAlong = {
  pledge: (words, { isWholePage }) => (isWholePage ? wholePageWords(words) : pledgeWords(words)),
  leaderboard: leaderboardWords,
}

export const renderPage: RenderPage = (name, whole, frame) => {
  const props = slimmed(whole)
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

/** A frame shows the count and no ranking: a long leaderboard would outweigh all else in it. */
function slimmed<Props extends Pages[PageName]>(props: Props): Props {
  if (!('isWholePage' in props) || props.isWholePage) return props
  const { campaign, leaderboard } = props
  const { campuses, others, confirmed } = leaderboard
  const count = campuses.length + (others?.campuses ?? 0)
  return {
    ...props,
    campaign: { ...campaign, reason: '', textHash: '' },
    leaderboard: { ...leaderboard, campuses: [], others: { campuses: count, confirmed } },
  }
}

/** Empty where the page takes nothing along. */
function stateOf<Name extends PageName>(name: Name, page: Pages[Name], frame: Frame, words: Words) {
  const taken = wordsTakenAlong[name]
  if (!taken) return ''
  const pageState: PageState<Pages[Name], object> = { page, frame, words: taken(words, page) }
  return JSON.stringify(pageState).replaceAll('<', '\\u003c')
}
