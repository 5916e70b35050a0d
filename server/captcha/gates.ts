import type { Campaign } from '../campaigns/campaign.ts'
import { HIGHEST_LEVEL } from './price.ts'

/** What a proof is good for; it opens no other gate. */
export interface Gate {
  /** Stands in the challenge, under its MAC. */
  name: string
  /** The lowest level of the price. */
  floor: number
  /** Whether hCaptcha stands before it, where hCaptcha is used; before all others stands ALTCHA. */
  isForPledges: boolean
}

type GateCampaign = Pick<Campaign, 'slug' | 'switches'>

/** Signing. */
export function pledgeGate({ slug, switches }: GateCampaign): Gate {
  return { name: `pledge ${slug}`, floor: floorOf(switches), isForPledges: true }
}

/** Whatever else makes us write to a mailbox that a stranger names. */
export function linkGate({ slug, switches }: GateCampaign): Gate {
  return { name: `link ${slug}`, floor: floorOf(switches), isForPledges: false }
}

/** Trying a code for whoever has signed in another browser, once wrong ones came. */
export function codeGate({ slug, switches }: GateCampaign): Gate {
  return { name: `code ${slug}`, floor: floorOf(switches), isForPledges: false }
}

/** On a bad night somebody has turned the price up as far as it goes. */
function floorOf(switches: Campaign['switches']): number {
  return switches.has('raised-captcha') ? HIGHEST_LEVEL : 0
}

/** Organizers' links for signing in. */
export const consoleGate: Gate = { name: 'console', floor: 0, isForPledges: false }
