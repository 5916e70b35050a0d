import { createHash } from 'node:crypto'
import { verify } from 'hcaptcha'
import type { HcaptchaConfig } from '../config/captcha.ts'
import { away, wrong } from './refusals.ts'
import type { Token } from './spending.ts'

const TIME_LIMIT_MS = 5_000
/** How long it is believed to be up, or away, since it was last asked. */
const BELIEVED_MS = 30_000
/** Longer than its tokens live. */
const TOKEN_MS = 10 * 60_000

/** What its service says of our own settings, and of no token. */
const ours = ['missing-input-secret', 'invalid-input-secret', 'sitekey-secret-mismatch']

type VerifyResponse = Awaited<ReturnType<typeof verify>>

export interface Hcaptcha {
  /** @throws Refusal `captcha-wrong`, or `captcha-away` where it gives no answer in five seconds */
  check(token: string): Promise<void>
  isAway(now: Date): Promise<boolean>
}

export function openHcaptcha(config: HcaptchaConfig): Hcaptcha {
  let believed: { isAway: boolean; until: number } | undefined

  async function answerTo(token: string): Promise<VerifyResponse> {
    const answer = await withinLimit(ask(config, token)).catch(() => undefined)
    if (answer && !answer['error-codes']?.some((code) => ours.includes(code))) return answer
    process.stderr.write(`captcha: hCaptcha ${answer ? 'does not know our keys' : 'gives no answer'}\n`)
    throw away()
  }

  return {
    async check(token) {
      const { success } = await answerTo(token)
      if (!success) throw wrong()
    },
    async isAway(now) {
      if (believed && now.getTime() < believed.until) return believed.isAway
      const isAway = await answerTo('is-anybody-there').then(
        () => false,
        () => true,
      )
      believed = { isAway, until: now.getTime() + BELIEVED_MS }
      return isAway
    },
  }
}

/** What is spent for a token of hCaptcha's: it is good once there too, and so it is asked about once. */
export function tokenOf(token: string, now: Date): Token {
  const id = createHash('sha256').update(token).digest()
  return { id, expiresAt: new Date(now.getTime() + TOKEN_MS) }
}

/** The signer's address is not told. Its library knows one address of the service only, and sends the same. */
async function ask({ siteKey, secret, verifyUrl }: HcaptchaConfig, token: string): Promise<VerifyResponse> {
  if (!verifyUrl) return await verify(secret, token, undefined, siteKey)
  const answer = await fetch(verifyUrl, {
    method: 'POST',
    body: new URLSearchParams({ secret, response: token, sitekey: siteKey }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  })
  return (await answer.json()) as VerifyResponse
}

/** The library waits for ever. */
async function withinLimit<Answer>(asking: Promise<Answer>): Promise<Answer> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(reject, TIME_LIMIT_MS, new Error('no answer'))
  return await Promise.race([asking, promise]).finally(() => clearTimeout(timer))
}
