import type { Me } from '../../server/organizers/contract.ts'
import { callAsIs, CallRefused, workAs } from './api.ts'

type Role = Me['organizations'][number]['role']

const order: Role[] = ['viewer', 'editor', 'owner']

const KEY = 'estamos-works-for'

/** Of this tab alone: another may be at work for another organization. */
function stored(): Storage | undefined {
  try {
    return sessionStorage
  } catch {
    return undefined
  }
}

/** Who is signed in, as last heard. */
class Known {
  #chosen = $state<Record<string, string>>(JSON.parse(stored()?.getItem(KEY) ?? '{}'))
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

  /** The organization for which she works on a campaign: the one she chose, or the first of them. */
  campaign(slug: string) {
    const ways = this.ways(slug)
    return ways.find(({ organization }) => organization.slug === this.#chosen[slug]) ?? ways[0]
  }

  /** Every organization of hers that carries a campaign; first the host, then where she may do most, as on the server. */
  ways(slug: string) {
    const ways = (this.who?.organizations ?? []).flatMap((organization) =>
      organization.campaigns
        .filter((campaign) => campaign.slug === slug)
        .map((campaign) => ({ ...campaign, organization })),
    )
    const rank = ({ isPartner, organization: { role } }: (typeof ways)[number]) =>
      isPartner ? order.indexOf(role) : order.length
    return ways.toSorted((a, b) => rank(b) - rank(a))
  }

  workFor(campaign: string, organization: string): void {
    this.#chosen[campaign] = organization
    stored()?.setItem(KEY, JSON.stringify(this.#chosen))
  }

  /** What she chose, as far as it is still hers. */
  chosen(campaign: string): string | undefined {
    const organization = this.#chosen[campaign]
    if (!this.who) return organization
    return this.ways(campaign).some((way) => way.organization.slug === organization)
      ? organization
      : undefined
  }

  isAtLeast(role: Role | undefined, needed: Role): boolean {
    return role !== undefined && order.indexOf(role) >= order.indexOf(needed)
  }
}

export const me = new Known()

workAs((campaign) => me.chosen(campaign))
