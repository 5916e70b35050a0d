/** What the server hands to each page in `web/pages/`: plain data, sent along as JSON for the browser to go on with. */
import type { Campaign } from '../campaigns/contract.ts'
import type { AddressDomain, Campus } from '../campuses/contract.ts'
import type { CampusStanding, Leaderboard } from '../leaderboards/contract.ts'
import type { ReceiptStatus } from '../mail/contract.ts'
import type { Confirmation, MyPledge, PledgeRequest } from '../pledges/contract.ts'
import type { PublicCode } from '../refusal.ts'

/** A refusal as a form shows it. */
export interface ShownRefusal {
  code: PublicCode
  field?: string
  /** Seconds. */
  retryAfter?: number
  /** The one sign in the field that is the trouble. */
  sign?: string
}

/** Where a signer is on the way; the browser's own form starts from it and moves on by itself. */
export type SigningStep =
  | {
      at: 'asking'
      typed?: Partial<PledgeRequest>
      refusal?: ShownRefusal
      campuses?: Campus[]
      /** Campuses that share the domain of the address, where one of them has to be chosen. */
      addressDomain?: AddressDomain
      /** For a browser without scripts, which sends it along after a moment. */
      captcha?: string
    }
  | {
      at: 'check-email'
      email: string
      campus?: Campus
      refusal?: ShownRefusal
      receipt?: string
      /** As above. */
      captcha?: string
      delivery?: ReceiptStatus['status']
      /** "Ada L.", for a form that could not show it. */
      listedAs?: string
    }
  | { at: 'thanked'; confirmation: Confirmation; standing?: CampusStanding }

/** `/c/{slug}`, `/c/{slug}/{campus}`, and `/embed/…` in view `pledge`. */
export interface PledgeProps {
  campaign: Campaign
  leaderboard: Leaderboard
  /** The campus that the address of the page names. */
  standing?: CampusStanding
  step: SigningStep
  source?: string
  /** False in a frame: no header, no way out. */
  isWholePage: boolean
  /** In the console, from a form that is not saved yet: nothing moves, and nobody signs. */
  isPreview?: true
  publicUrl: string
}

/** `/embed/{slug}?view=leaderboard` and `view=counter`. */
export interface LeaderboardProps {
  campaign: Campaign
  leaderboard: Leaderboard
  standing?: CampusStanding
  view: 'leaderboard' | 'counter'
  publicUrl: string
}

/** `/confirm/{token}`: a button at first, and the thanks or the refusal after it was pressed. */
export interface ConfirmProps {
  step:
    | { at: 'asking' }
    | { at: 'thanked'; confirmation: Confirmation; campaign: Campaign; standing?: CampusStanding }
    | { at: 'refused'; refusal: ShownRefusal }
  publicUrl: string
}

/** `/my-pledge/{token}` (a button) and `/my-pledge` (what is held). */
export interface MyPledgeProps {
  step:
    | { at: 'asking' }
    | { at: 'shown'; pledge: MyPledge; note?: 'changed' | 'withdrawn'; refusal?: ShownRefusal }
    | { at: 'erased' }
    | { at: 'refused'; refusal: ShownRefusal }
  publicUrl: string
}

/** `/my-pledge-links`: asking for a link by email. */
export interface MyPledgeLinkProps {
  campaign: Campaign
  step: { at: 'asking'; refusal?: ShownRefusal; email?: string; captcha?: string } | { at: 'check-email' }
  publicUrl: string
}

/** `/unsubscribe/{token}` (news about a pledge) and `/stop-mail/{token}` (everything to an address). */
export interface StopProps {
  ends: 'updates' | 'all'
  step: { at: 'asking' } | { at: 'stopped' } | { at: 'allowed' } | { at: 'refused'; refusal: ShownRefusal }
  publicUrl: string
}

/** `/c/{slug}/{campus}/chapter-requests`, and `/chapter-requests/{token}` behind the link in the email. */
export interface ChapterRequestProps {
  campaign?: Campaign
  campus?: { campus: string; name: string }
  step:
    | {
        at: 'asking'
        typed?: { email: string; name: string; about: string }
        refusal?: ShownRefusal
        captcha?: string
      }
    | { at: 'check-email' }
    | { at: 'confirming' }
    | { at: 'reviewing'; name: string; about?: string }
    | { at: 'thanked' }
    | { at: 'refused'; refusal: ShownRefusal }
  publicUrl: string
}

/** Any refusal on a page: unknown campaign, nothing here, too many people at once. */
export interface RefusedProps {
  refusal: ShownRefusal
  publicUrl: string
}

/** `/dev/mailbox`, local mode only. */
export interface MailboxProps {
  letters: { id: string; to: string; subject: string; at: string }[]
  letter?: { id: string; to: string; subject: string; at: string; text: string; html: string }
  publicUrl: string
}

/** `/dev/emails` (the list) and `/dev/emails/{name}`, local mode only: every email with sample values. */
export interface EmailsProps {
  list?: { name: string; subject: string; bytes: number }[]
  email?: {
    name: string
    /** As an inbox shows it: naming nothing, and where organizers chose so, naming the campaign. */
    inbox: { sender: string; subject: string }[]
    preheader: string
    html: string
    text: string
    bytes: number
    scheme: 'light' | 'dark'
  }
  publicUrl: string
}

export interface Pages {
  pledge: PledgeProps
  leaderboard: LeaderboardProps
  confirm: ConfirmProps
  'my-pledge': MyPledgeProps
  'my-pledge-link': MyPledgeLinkProps
  stop: StopProps
  'chapter-request': ChapterRequestProps
  refused: RefusedProps
  mailbox: MailboxProps
  emails: EmailsProps
}

export type PageName = keyof Pages

/** Asked for in the address of an embed. */
export type Theme = 'auto' | 'light' | 'dark'

/** What the built web bundle (`dist/server/pages.js`) offers the server. */
export interface RenderedPage {
  /** Inside `<head>`: title and tags. */
  head: string
  body: string
  /** The props again, with the words of the locale, for the browser. Escaped for a `<script type="application/json">`. */
  state: string
}
export type RenderPage = <Name extends PageName>(
  page: Name,
  props: Pages[Name],
  frame: { locale: string; theme: Theme },
) => RenderedPage
