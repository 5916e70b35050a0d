import { type Campaign, requireRemembered } from '../campaigns/campaign.ts'
import { codeGate } from '../captcha/gates.ts'
import type { Deps } from '../deps.ts'
import { sealingOf } from '../contacts/sealing.ts'
import type { Leaderboard } from '../leaderboards/contract.ts'
import { Refusal } from '../refusal.ts'
import { checkedAddress } from './address.ts'
import { digitsOf } from './code.ts'
import type { Confirmed } from './confirming.ts'
import type { Confirmation, ConfirmationByCode, ConfirmationRequest } from './contract.ts'
import { pledgeKey } from './mailbox.ts'
import { isReceiptOf } from './receipt.ts'
import { readLink, type Ticket } from './token.ts'

/**
 * Confirms a pledge, by the link or by the code of its email. Asking again answers the same.
 * @throws Refusal `token-invalid`, `token-expired`, `code-wrong`, `code-too-many-tries`, `pledge-withdrawn`; for a try at a
 * code `captcha-missing` where wrong ones came, and what a captcha is refused for
 */
export async function confirmPledge(deps: Deps, request: ConfirmationRequest): Promise<Confirmation> {
  const ticket =
    'token' in request ? await readLink(deps, 'confirm', request.token) : await codeTicket(deps, request)
  const campaign = await deps.campaigns.byId(ticket.key.campaignId)
  if (!campaign) throw new Refusal('unknown-campaign', 'This campaign is no longer here.')
  const sharing = 'token' in request && { sealing: await sealingOf(deps, ticket) }
  const before = deps.leaderboards.known(ticket.key.campaignId)?.leaderboard
  const confirmed = await deps.confirmations.add({ ...ticket, ...sharing, campaign, at: deps.now() })
  const { isNew, domainDigest } = confirmed
  if (isNew && domainDigest) deps.rushes.noteConfirmed(campaign.id, domainDigest)
  return await thanks(deps, campaign, confirmed, before)
}

async function codeTicket(deps: Deps, request: ConfirmationByCode): Promise<Ticket> {
  const campaign = await deps.campaigns.bySlug(request.campaign)
  requireRemembered(campaign)
  const key = pledgeKey(campaign, checkedAddress(request.email))
  const code = digitsOf(request.code)
  const receipt =
    request.receipt && isReceiptOf(deps.keys, key, request.receipt) ? request.receipt : undefined
  const isPaid = receipt !== undefined || (await isPaidFor(deps, campaign, request))
  const { signingId } = await deps.codeTries.add({ key, code, receipt, isPaid, at: deps.now() })
  return { key, signingId }
}

/** A browser that signed has paid for its tries with its signature. */
async function isPaidFor(
  { captcha: captchas }: Deps,
  campaign: Campaign,
  { captcha }: ConfirmationByCode,
): Promise<boolean> {
  if (!captcha && captchas.settings.kind !== 'none') return false
  await captchas.requireProof(codeGate(campaign), { captcha })
  return true
}

async function thanks(
  deps: Deps,
  campaign: Campaign,
  { campusId, isNew }: Confirmed,
  before: Leaderboard | undefined,
): Promise<Confirmation> {
  const page = `${deps.publicUrl}/c/${campaign.slug}`
  const campus = campusId === undefined ? undefined : deps.campuses.byId(campusId)
  if (!campus) return { campaign: campaign.slug, shareUrl: page }
  const { domain, name, shortName } = campus
  const { leaderboard } = await deps.leaderboards.of(campaign.id)
  return {
    campaign: campaign.slug,
    campus: { campus: domain, name, ...(shortName && { shortName }) },
    // One that was published after she confirmed counts her already.
    ...figuresWith(before ?? leaderboard, domain, before && isNew ? 1 : 0),
    shareUrl: `${page}/${domain}`,
  }
}

/**
 * What everybody saw of the campus a moment ago, with those who are `more` counted in: whoever confirms learns nothing
 * of the exact count that the leaderboard does not tell.
 */
function figuresWith({ campuses }: Leaderboard, domain: string, more: number) {
  const shown = campuses.find(({ campus }) => campus === domain)
  if (!shown) return {}
  const confirmed = shown.confirmed + more
  return { confirmed, rank: 1 + campuses.filter((one) => one.confirmed > confirmed).length }
}
