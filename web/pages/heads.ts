/** What each page says of itself in its `<head>`. */
import type { PageName, Pages, PledgeProps } from '../../server/pages/contract.ts'
import type { Words } from '../shared/i18n/en.ts'

export interface Head {
  title: string
  share?: { description: string; path: string; locales: string[] }
  publicUrl: string
  refreshesEvery?: number
}

const LONGEST_DESCRIPTION = 200
const MAILBOX_REFRESH = 5

type Heads = { [Name in PageName]: (props: Pages[Name], words: Words) => Omit<Head, 'publicUrl'> }

export const heads: Heads = {
  pledge: pledgeHead,
  leaderboard: ({ campaign }) => ({ title: campaign.title }),
  confirm: (_, words) => ({ title: words.confirm.tab }),
  'my-pledge': (_, words) => ({ title: words.myPledge.tab }),
  'my-pledge-link': (_, words) => ({ title: words.myPledgeLink.title }),
  stop: (_, words) => ({ title: words.stop.tab }),
  'chapter-request': (_, words) => ({ title: words.chapterRequest.tab }),
  refused: (_, words) => ({ title: words.refused.tab }),
  emails: ({ email }, words) => ({ title: email?.name ?? words.emails.title }),
  mailbox: ({ letter }, words) => ({
    title: words.mailbox.title,
    ...(!letter && { refreshesEvery: MAILBOX_REFRESH }),
  }),
}

function pledgeHead({ campaign, standing, isWholePage, step }: PledgeProps) {
  const title = standing ? `${campaign.title} · ${standing.name}` : campaign.title
  if (!isWholePage || step.at !== 'asking') return { title }
  const path = `/c/${campaign.slug}${standing ? `/${standing.campus}` : ''}`
  return { title, share: { description: shortened(campaign.text), path, locales: campaign.locales } }
}

function shortened(text: string) {
  if (text.length <= LONGEST_DESCRIPTION) return text
  return `${text.slice(0, text.lastIndexOf(' ', LONGEST_DESCRIPTION))}…`
}
