import type { Answer, Failure, Task } from './worker-contract.ts'

const words: Record<Failure, string> = {
  'wrong-passphrase': 'This is not the passphrase of this key.',
  'no-wrapped-key': 'The copy of this key is damaged. Choose its recovery file.',
  'cut-off': 'The contacts were cut off before their end, and nothing was saved. Try again.',
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

  /** Whoever waits for an answer is told that there is none. */
  close(): void {
    this.#worker.terminate()
    this.#answer.resolve({ is: 'failed', why: 'crashed' })
  }
}

function given<Is extends Answer['is']>(answer: Answer, is: Is): Extract<Answer, { is: Is }> {
  if (answer.is !== is) throw new VaultFailure(answer.is === 'failed' ? answer.why : 'crashed')
  return answer as Extract<Answer, { is: Is }>
}

/** The worker lives as long as the work, or until it is ended. */
export async function inVault<Made>(
  work: (vault: Vault) => Promise<Made>,
  ending?: AbortSignal,
): Promise<Made> {
  const vault = new Vault()
  ending?.addEventListener('abort', () => vault.close())
  try {
    return await work(vault)
  } finally {
    vault.close()
  }
}
