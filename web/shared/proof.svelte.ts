import type { CaptchaKind } from '../../server/captcha/contract.ts'
import { ApiProblem, challengeAt } from './api.ts'

/** Challenges are good for five minutes: one that may end on the way is replaced. */
const FRESH_MS = 240_000

declare global {
  /** There once its script has come. */
  var hcaptcha: { execute(how: { async: true }): Promise<{ response: string }> } | undefined
}

/** Shows that somebody is no robot: by work that is done while she types, or by what hCaptcha says. */
export class Proof {
  /** The part of the work that is done; 0 while there is none. */
  done = $state(0)
  /** hCaptcha gave no answer: the server says whether work may stand in. */
  isAway = false
  readonly #kind: CaptchaKind
  readonly #path: string
  #work: { since: number; payload: Promise<string> } | undefined

  /** @param path where challenges are asked for, below `/api/v1/` */
  constructor(kind: CaptchaKind, path: string) {
    this.#kind = kind
    this.#path = path
  }

  /** Browsers calculate in secure pages only: elsewhere a form goes the way of those without scripts. */
  get isPossible() {
    return this.#kind !== 'altcha' || Boolean(crypto.subtle)
  }

  /** Begins before it is needed, and anew where too much time has passed. */
  begin = () => {
    if (this.#kind !== 'altcha' && !this.isAway) return
    if (this.#work && Date.now() - this.#work.since < FRESH_MS) return
    const payload = this.#solve()
    payload.catch(() => (this.#work = undefined))
    this.#work = { since: Date.now(), payload }
  }

  /** A proof, good once; undefined where none is needed. Throws an `ApiProblem`. */
  take = async () => {
    if (this.#kind === 'hcaptcha' && !this.isAway) {
      const answer = await globalThis.hcaptcha?.execute({ async: true }).catch(() => undefined)
      if (answer) return answer.response
      this.isAway = !globalThis.hcaptcha
    }
    this.begin()
    const payload = await this.#work?.payload
    this.#work = undefined
    return payload
  }

  async #solve() {
    const challenge = await challengeAt(this.#path)
    const worker = new Worker(new URL('./work.ts', import.meta.url), { type: 'module' })
    const solution = await new Promise((resolve, reject) => {
      worker.addEventListener('message', ({ data }) => (data.derivedKey ? resolve(data) : (this.done = data)))
      worker.addEventListener('error', () => reject(new ApiProblem('internal')))
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has no origin to name.
      worker.postMessage(challenge.parameters)
    })
    worker.terminate()
    this.done = 0
    return btoa(JSON.stringify({ challenge, solution }))
  }
}
