import type { Exclusion, Exclusions, NewExclusion } from '../../../server/exclusions/contract.ts'
import { call } from '../api.ts'
import { Live } from '../kit/live.svelte.ts'

const WHILE_MOVING_MS = 700
const AT_REST_MS = 10_000

/** The exclusions of one campaign, and how far those under way have come. */
export class ExclusionList {
  readonly live: Live<Exclusions>
  readonly #path: string

  constructor(campaign: string) {
    this.#path = `campaigns/${campaign}/exclusions`
    this.live = new Live<Exclusions>(this.#path, () => (this.isMoving ? WHILE_MOVING_MS : AT_REST_MS))
  }

  get shown(): Exclusion[] {
    return this.live.shown?.exclusions ?? []
  }

  get isMoving(): boolean {
    return this.shown.some(({ state }) => state === 'applying' || state === 'undoing')
  }

  /** @throws CallRefused */
  async apply(exclusion: NewExclusion): Promise<void> {
    await call('POST', this.#path, exclusion)
    await this.live.again()
  }

  /** Of what is held by itself: it stays out. @throws CallRefused */
  async keep(id: number): Promise<void> {
    await call('POST', `${this.#path}/${id}/keeping`)
    await this.live.again()
  }

  /** What waits for an organizer to decide. */
  get undecided(): Exclusion[] {
    return this.shown.filter(({ held, madeBy, state }) => held && !madeBy && state === 'applied')
  }

  /** @throws CallRefused */
  async undo(id: number): Promise<void> {
    await call('POST', `${this.#path}/${id}/undo`)
    await this.live.again()
  }
}
