import type { Answer, Failure, Task } from './worker-contract.ts'

const words: Record<Failure, string> = {
  'wrong-passphrase': 'This is not the passphrase of this key.',
  crashed: 'Your browser could not do this. Try again on a computer with more memory.',
}

/** Why the worker did not do it, in a sentence. */
export class VaultFailure extends Error {
  readonly why: Failure

  constructor(why: Failure) {
    super(words[why])
    this.why = why
  }
}

/** A worker that holds keys: what is unlocked in it never leaves it, and is gone once it is closed. */
export class Vault {
  readonly #worker = new Worker(new URL('./contacts.worker.ts', import.meta.url), { type: 'module' })
  #answer = Promise.withResolvers<Answer>()
  readonly #ready = this.#answer.promise

  constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#answer.resolve(data))
    this.#worker.addEventListener('error', () => this.#answer.resolve({ is: 'failed', why: 'crashed' }))
  }

  /** One thing at a time. @throws VaultFailure */
  async ask<Is extends Answer['is']>(task: Task, is: Is): Promise<Extract<Answer, { is: Is }>> {
    given(await this.#ready, 'ready')
    this.#answer = Promise.withResolvers()
    this.#worker.postMessage(task, [])
    return given(await this.#answer.promise, is)
  }

  close(): void {
    this.#worker.terminate()
  }
}

function given<Is extends Answer['is']>(answer: Answer, is: Is): Extract<Answer, { is: Is }> {
  if (answer.is !== is) throw new VaultFailure(answer.is === 'failed' ? answer.why : 'crashed')
  return answer as Extract<Answer, { is: Is }>
}

/** The worker lives as long as the work. */
export async function inVault<Made>(work: (vault: Vault) => Promise<Made>): Promise<Made> {
  const vault = new Vault()
  try {
    return await work(vault)
  } finally {
    vault.close()
  }
}
