import type { OrganizationKeys, TrialBox } from '../../../server/contacts/contract.ts'
import { call } from '../api.ts'
import { me } from '../me.svelte.ts'
import type { WrappedKey } from './key-pair.ts'
import { inVault } from './vault.ts'

/** The keys of one organization, as last heard. Its verbs throw `CallRefused` and `VaultFailure`. */
export class Keys {
  shown = $state.raw<OrganizationKeys>()
  readonly #path: string

  constructor(slug: string) {
    this.#path = `organizations/${slug}`
  }

  async ask(): Promise<void> {
    this.shown = await call<OrganizationKeys>('GET', `${this.#path}/keys`)
  }

  /** Nothing leaves the browser yet. */
  async make(passphrase: string): Promise<WrappedKey> {
    return await inVault(async (vault) => (await vault.ask({ do: 'make', passphrase }, 'made')).key)
  }

  /** @param key as it was read from the saved file, so that one which opens nothing is noticed before anything is sealed */
  async set(key: WrappedKey, passphrase: string): Promise<void> {
    const { box } = await call<TrialBox>('POST', `${this.#path}/key-trials`, { publicKey: key.publicKey })
    const passed = await inVault((vault) => vault.ask({ do: 'pass', key, passphrase, box }, 'passed'))
    await this.#take(call<OrganizationKeys>('POST', `${this.#path}/keys`, passed.key))
  }

  async approve(fingerprint: string): Promise<void> {
    await this.#take(call<OrganizationKeys>('POST', `${this.#path}/keys/${fingerprint}/approval`))
  }

  async cancel(fingerprint: string): Promise<void> {
    await this.#take(call<OrganizationKeys>('DELETE', `${this.#path}/keys/${fingerprint}`))
  }

  async #take(answer: Promise<OrganizationKeys>): Promise<void> {
    this.shown = await answer
    await me.ask()
  }
}
