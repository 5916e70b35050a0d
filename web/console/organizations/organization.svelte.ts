import type { InvitationRequest, Organization } from '../../../server/organizations/contract.ts'
import { call, CallRefused } from '../api.ts'
import { me } from '../me.svelte.ts'

export type Person = Organization['members'][number]
export type Invitation = Organization['invitations'][number]
export type Role = Person['role']

/** One organization and its people, as last heard. Its verbs throw `CallRefused`. */
export class Shown {
  organization = $state.raw<Organization>()
  /** Why it could not be had. */
  problem = $state<string>()
  readonly #path: string

  constructor(slug: string) {
    this.#path = `organizations/${slug}`
  }

  get you(): Person | undefined {
    return this.organization?.members.find(({ isYou }) => isYou)
  }

  get isOwner(): boolean {
    return this.you?.role === 'owner'
  }

  async ask(): Promise<void> {
    try {
      this.organization = await call<Organization>('GET', this.#path)
      this.problem = undefined
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error
      this.problem = error.message
    }
  }

  async change(change: { name: string; url?: string; revision: string }): Promise<void> {
    this.organization = await call<Organization>('PATCH', this.#path, change)
    await me.ask()
  }

  async changeRole({ id, isYou }: Person, role: Role): Promise<void> {
    this.organization = await call<Organization>('PATCH', `${this.#path}/members/${id}`, { role })
    if (isYou) await me.ask()
  }

  async remove({ id }: Person): Promise<void> {
    await call('DELETE', `${this.#path}/members/${id}`)
    await this.ask()
  }

  async handOver(to: number): Promise<void> {
    this.organization = await call<Organization>('POST', `${this.#path}/hand-over`, { to })
    await me.ask()
  }

  async leave(): Promise<void> {
    await call('DELETE', `${this.#path}/membership`)
    await me.ask()
  }

  async invite(request: InvitationRequest): Promise<void> {
    this.organization = await call<Organization>('POST', `${this.#path}/invitations`, request)
  }

  async inviteAgain({ id }: Invitation): Promise<void> {
    this.organization = await call<Organization>('POST', `${this.#path}/invitations/${id}/letters`)
  }

  async cancel({ id }: Invitation): Promise<void> {
    await call('DELETE', `${this.#path}/invitations/${id}`)
    await this.ask()
  }
}
