import type { Me } from '../../server/organizers/contract.ts'
import { callAsIs, CallRefused } from './api.ts'

type Role = Me['organizations'][number]['role']

/** Who is signed in, as last heard. */
class Known {
  who = $state<Me>()
  /** `asking` until the server has said who this is. */
  at = $state<'asking' | 'signed-in' | 'signed-out' | 'failed'>('asking')

  /** A session that ended meanwhile is noticed by the next call: the page may hold something typed. */
  async ask(): Promise<void> {
    try {
      this.who = await callAsIs<Me>('GET', 'session')
      this.at = 'signed-in'
    } catch (error) {
      if (this.at === 'signed-in') return
      this.at = error instanceof CallRefused && error.code === 'signed-out' ? 'signed-out' : 'failed'
    }
  }

  async signOut(): Promise<void> {
    try {
      await callAsIs('DELETE', 'session')
    } catch (error) {
      if (!(error instanceof CallRefused && error.code === 'signed-out')) throw error
    }
    this.who = undefined
    this.at = 'signed-out'
  }

  /** The organization through which a campaign is hers: its host before a partner of it. */
  campaign(slug: string) {
    const ways = (this.who?.organizations ?? []).flatMap((organization) =>
      organization.campaigns
        .filter((campaign) => campaign.slug === slug)
        .map((campaign) => ({ ...campaign, organization })),
    )
    return ways.find(({ isPartner }) => !isPartner) ?? ways[0]
  }

  isAtLeast(role: Role | undefined, needed: Role): boolean {
    const order: Role[] = ['viewer', 'editor', 'owner']
    return role !== undefined && order.indexOf(role) >= order.indexOf(needed)
  }
}

export const me = new Known()
