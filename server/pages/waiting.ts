import type { Asker } from '../captcha/captcha.ts'
import type { Gate } from '../captcha/gates.ts'
import { isDatabaseAway } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import type { Refusal } from '../refusal.ts'
import type { ShownRefusal } from './contract.ts'
import { shown } from './show.ts'

interface Sent {
  gate: Gate
  asker: Asker
  /** What the form brought. */
  captcha: string | undefined
}

interface Refused {
  shows: { refusal: ShownRefusal; captcha?: string }
  status: number
}

/**
 * What a form without a script is shown when it was refused: a token that lets it in once it has waited. That it has to
 * wait is its next step, and no failure.
 */
export async function refusedForm(
  { captcha: captchas }: Deps,
  refusal: Refusal,
  { gate, asker, captcha }: Sent,
): Promise<Refused> {
  const { code, status } = refusal
  const hasToWait = code === 'captcha-wait'
  if (captcha && (hasToWait || !code.startsWith('captcha-')))
    return { shows: { refusal: shown(refusal), captcha }, status: hasToWait ? 200 : status }
  const token = await captchas.waitToken(gate, asker).catch(ifDatabaseAway)
  const mayWait = code.startsWith('captcha-') && status < 500
  return {
    shows: {
      refusal: mayWait ? { code: 'captcha-wait', field: 'captcha' } : shown(refusal),
      ...(token && { captcha: token }),
    },
    status: mayWait ? 200 : status,
  }
}

/** The form is shown all the same, with what was typed. */
function ifDatabaseAway(error: unknown): undefined {
  if (!isDatabaseAway(error)) throw error
}
