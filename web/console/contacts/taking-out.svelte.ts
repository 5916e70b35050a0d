import type { Contacts, WrappedKeys } from '../../../server/contacts/contract.ts'
import { call, CallRefused, stream } from '../api.ts'
import { save } from '../exports/making.svelte.ts'
import type { ContactsForm } from './files.ts'
import type { Tally } from './opening.ts'
import { NoRecoveryFile, readRecoveryFile } from './recovery-file.ts'
import { inVault, type Vault, VaultFailure } from './vault.ts'

/** What an owner has at hand for one key. */
export interface KeyAtHand {
  fingerprint: string
  /** Empty: what is sealed to this key stays where it is. */
  passphrase: string
  /** Its recovery file, instead of the server's copy. */
  file?: File | undefined
}

interface Wanted {
  form: ContactsForm
  keys: KeyAtHand[]
}

/** Why the keys that were given do not do, in a sentence. */
class KeyProblem extends Error {
  readonly fingerprint: string

  constructor(fingerprint: string, sentence: string) {
    super(sentence)
    this.fingerprint = fingerprint
  }
}

/** Contacts on their way out of their boxes. The passphrases are tried before anything is taken from the server. */
export class TakingOut {
  at = $state<'choosing' | 'unlocking' | 'opening' | 'saved' | 'failed'>('choosing')
  lines = $state(0)
  of = $state(0)
  fileName = $state('')
  tally = $state.raw<Tally>()
  problem = $state('')
  /** Of the key that the problem is about. */
  problemOf = $state('')
  readonly #path: string
  readonly #slug: string
  #ending = new AbortController()

  constructor(slug: string) {
    this.#slug = slug
    this.#path = `campaigns/${slug}`
  }

  get isUnderWay(): boolean {
    return this.at === 'unlocking' || this.at === 'opening'
  }

  async counted(): Promise<Contacts> {
    return await call<Contacts>('GET', `${this.#path}/contacts`)
  }

  async take(wanted: Wanted): Promise<void> {
    this.at = 'unlocking'
    this.lines = this.of = 0
    this.problem = this.problemOf = ''
    this.#ending = new AbortController()
    try {
      await inVault((vault) => this.#takeInto(vault, wanted), this.#ending.signal)
      this.at = 'saved'
    } catch (error) {
      if (!this.#ending.signal.aborted) this.#fail(error)
    }
  }

  cancel(): void {
    this.at = 'choosing'
    this.#ending.abort()
  }

  async #takeInto(vault: Vault, { form, keys }: Wanted): Promise<void> {
    for (const key of await this.#wrapped(keys)) await unlock(vault, key)
    this.at = 'opening'
    const lines = await stream({
      path: `${this.#path}/exports/contacts`,
      signal: this.#ending.signal,
      take: async (piece, rows) => {
        this.of = rows
        this.lines = (await vault.ask({ do: 'open', piece }, 'opening')).lines
      },
    })
    const { file, tally } = await vault.ask({ do: 'write', form, lines }, 'written')
    this.tally = tally
    if (tally.opened === 0)
      throw new KeyProblem('', 'None of the contacts could be opened, and nothing was saved.')
    this.fileName = `${this.#slug}-contacts-${new Date().toISOString().slice(0, 10)}.${form}`
    save(this.fileName, file)
  }

  /** What each passphrase is to open: the recovery file where there is one, else what the server keeps. */
  async #wrapped(keys: KeyAtHand[]): Promise<Wrapped[]> {
    const given = keys.filter(({ passphrase }) => passphrase)
    const needsServer = given.some(({ file }) => !file)
    const kept = needsServer ? (await call<WrappedKeys>('GET', `${this.#path}/wrapped-keys`)).keys : []
    return await Promise.all(
      given.map(async ({ fingerprint, passphrase, file }) => {
        const found = file
          ? await inFile(file, fingerprint)
          : kept.find((key) => key.fingerprint === fingerprint)
        if (!found)
          throw new KeyProblem(fingerprint, 'The server has no copy of this key. Choose its recovery file.')
        return { fingerprint, passphrase, wrappedKey: found.wrappedKey }
      }),
    )
  }

  #fail(error: unknown): void {
    const isTold = [CallRefused, VaultFailure, KeyProblem].some((kind) => error instanceof kind)
    if (!isTold) throw error
    this.problem = (error as Error).message
    this.problemOf = error instanceof KeyProblem ? error.fingerprint : ''
    this.at = 'failed'
  }
}

interface Wrapped {
  fingerprint: string
  passphrase: string
  wrappedKey: string
}

async function inFile(file: File, fingerprint: string) {
  try {
    const key = await readRecoveryFile(file)
    if (key.fingerprint === fingerprint) return key
  } catch (error) {
    if (error instanceof NoRecoveryFile) throw new KeyProblem(fingerprint, error.message)
    throw error
  }
  throw new KeyProblem(fingerprint, 'This is the recovery file of another key.')
}

/** @throws KeyProblem also where the server hands over another key than the one it names */
async function unlock(vault: Vault, { fingerprint, passphrase, wrappedKey }: Wrapped): Promise<void> {
  try {
    const unlocked = await vault.ask({ do: 'unlock', wrappedKey, passphrase }, 'unlocked')
    if (unlocked.fingerprint === fingerprint) return
  } catch (error) {
    const isOfKey = error instanceof VaultFailure && error.why !== 'crashed'
    throw isOfKey ? new KeyProblem(fingerprint, `${error.message} Nothing was taken out.`) : error
  }
  throw new KeyProblem(
    fingerprint,
    'This passphrase opens another key than the server says. Nothing was taken out.',
  )
}
