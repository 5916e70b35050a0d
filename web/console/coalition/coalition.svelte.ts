import type { Coalition } from '../../../server/coalitions/contract.ts'
import { call, CallRefused } from '../api.ts'

/** Who carries one campaign, as last heard; whatever changes it answers with what it is then. */
export class KnownCoalition {
  shown = $state.raw<Coalition>()
  /** Why the last thing that was asked for was not done. */
  refused = $state.raw<CallRefused>()
  isBusy = $state(false)
  readonly #path: string

  constructor(campaign: string) {
    this.#path = `campaigns/${campaign}`
  }

  /** @returns whether it was done */
  ask = () => this.#do('GET', 'coalition')
  invite = (organizationName: string, email: string) =>
    this.#do('POST', 'partner-invitations', { organizationName, email })
  inviteAgain = (id: number) => this.#do('POST', `partner-invitations/${id}/letters`)
  cancel = (id: number) => this.#do('DELETE', `partner-invitations/${id}`)
  remove = (partner: string) => this.#do('DELETE', `partners/${partner}`)
  approve = (id: number, chapterName: string) =>
    this.#do('POST', `chapter-requests/${id}/approval`, { chapterName })
  decline = (id: number) => this.#do('DELETE', `chapter-requests/${id}`)
  leave = () => this.#do('DELETE', 'partnership')

  async #do(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<boolean> {
    if (this.isBusy) return false
    this.isBusy = true
    this.refused = undefined
    try {
      this.shown = (await call<Coalition | undefined>(method, `${this.#path}/${path}`, body)) ?? this.shown
      return true
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error
      this.refused = error
      return false
    } finally {
      this.isBusy = false
    }
  }
}
