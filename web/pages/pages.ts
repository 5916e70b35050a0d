/** The bundle with which the server renders: `dist/server/pages.js`. */
import { createRawSnippet, type Component } from 'svelte'
import { render } from 'svelte/server'
import type { PageName, Pages, RenderPage } from '../../server/pages/contract.ts'
import type { Words } from '../shared/i18n/en.ts'
import { Speech } from '../shared/i18n/speech.ts'
import { wordsFor } from '../shared/i18n/words.ts'
import type { PageProps, PageState } from '../shared/page.ts'
import PageHead from '../shared/PageHead.svelte'
import ChapterRequestPage from './chapter-request/ChapterRequestPage.svelte'
import ConfirmPage from './confirm/ConfirmPage.svelte'
import EmailsPage from './emails/EmailsPage.svelte'
import { heads, type Head } from './heads.ts'
import LeaderboardPage from './leaderboard/LeaderboardPage.svelte'
import { leaderboardWords } from './leaderboard/words.ts'
import MailboxPage from './mailbox/MailboxPage.svelte'
import MyPledgeLinkPage from './my-pledge-link/MyPledgeLinkPage.svelte'
import MyPledgePage from './my-pledge/MyPledgePage.svelte'
import EmbedPage from './pledge/EmbedPage.svelte'
import EmbedSteps from './pledge/EmbedSteps.svelte'
import { signingPage } from './pledge/signing-page.ts'
import WholePage from './pledge/WholePage.svelte'
import { pledgeWords, wholePageWords } from './pledge/words.ts'
import RefusedPage from './refused/RefusedPage.svelte'
import StopPage from './stop/StopPage.svelte'

export { accentRules } from '../shared/accent.ts'

type Given = Omit<PageProps<unknown, Words>, 'page'>
type Page<Props> = Component<PageProps<Props, Words>>

const components: { [Name in PageName]: Page<Pages[Name]> } = {
  pledge: WholePage,
  leaderboard: LeaderboardPage,
  confirm: ConfirmPage,
  'my-pledge': MyPledgePage,
  'my-pledge-link': MyPledgeLinkPage,
  stop: StopPage,
  'chapter-request': ChapterRequestPage,
  refused: RefusedPage,
  mailbox: MailboxPage,
  emails: EmailsPage,
}

/** Words for the pages that live on in the browser; the others take nothing along. */
type TakenAlong = { [Name in PageName]?: (words: Words, props: Pages[Name]) => object }

const wordsTakenAlong: TakenAlong = {
  pledge: (words, { isWholePage }) => (isWholePage ? wholePageWords(words) : pledgeWords(words)),
  leaderboard: leaderboardWords,
}

export const renderPage: RenderPage = (name, props, frame) => {
  const words = wordsFor(frame.locale)
  const speech = new Speech(words, frame.locale)
  const head: Head = { ...heads[name](props, words), publicUrl: props.publicUrl }
  const { body, page } = bodyOf(name, props, { frame, speech })
  const taken = wordsTakenAlong[name]?.(words, props)
  return {
    head: render(PageHead, { props: head }).head,
    body,
    state: taken ? stateOf({ page, frame, words: taken }) : '',
  }
}

/** With what the browser needs to go on: in a frame, less than was written. */
function bodyOf<Name extends PageName>(name: Name, props: Pages[Name], given: Given) {
  if ('isWholePage' in props && !props.isWholePage) {
    const page = signingPage(props)
    const alive = comingAlive(render(EmbedSteps, { props: { page, ...given } }).body)
    const steps = createRawSnippet(() => ({ render: () => alive }))
    return { page, body: render(EmbedPage, { props: { page: props, ...given, steps } }).body }
  }
  const component: Page<Pages[Name]> = components[name]
  return { page: props, body: comingAlive(render(component, { props: { page: props, ...given } }).body) }
}

/** What the page's script, where it has one, takes over. */
function comingAlive(html: string) {
  return `<div id="estamos">${html}</div>`
}

function stateOf(state: PageState<unknown, unknown>) {
  return JSON.stringify(state).replaceAll('<', '\\u003c')
}
