import type { Update, Updates } from '../../../server/updates/contract.ts'
import { call } from '../api.ts'
import { Live } from '../kit/live.svelte.ts'

const WHILE_MOVING_MS = 1_000
const AT_REST_MS = 15_000

/** The updates of one campaign, and how far those under way have come. */
export class UpdateList {
  readonly live: Live<Updates>
  readonly path: string

  constructor(campaign: string) {
    this.path = `campaigns/${campaign}/updates`
    this.live = new Live<Updates>(this.path, () => (this.#isMoving ? WHILE_MOVING_MS : AT_REST_MS))
  }

  get shown(): Update[] {
    return this.live.shown?.updates ?? []
  }

  get locales(): string[] {
    return this.live.shown?.locales ?? []
  }

  get #isMoving(): boolean {
    return this.shown.some(({ state }) => state === 'sending')
  }

  /** @throws CallRefused */
  async write(): Promise<Update> {
    return await call<Update>('POST', this.path, { words: {} })
  }

  /** @throws CallRefused */
  async takes(method: 'POST' | 'DELETE', { id }: Update, step = ''): Promise<void> {
    await call(method, `${this.path}/${id}${step}`)
    await this.live.again()
  }

  /** @throws CallRefused */
  async tellOfMilestones(on: boolean): Promise<void> {
    await call('PUT', this.path.replace(/updates$/, 'milestones'), { on })
    await this.live.again()
  }
}
