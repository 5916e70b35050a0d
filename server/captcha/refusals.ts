import { Refusal } from '../refusal.ts'

const field = 'captcha'

export function missing(): Refusal {
  return new Refusal('captcha-missing', 'This needs a solved captcha: see the campaign’s `captcha`.', {
    field,
  })
}

export function wrong(): Refusal {
  return new Refusal('captcha-wrong', 'That captcha was not solved, or is for something else.', { field })
}

export function expired(): Refusal {
  return new Refusal('captcha-expired', 'That captcha is too old; solve a new one.', { field })
}

export function used(): Refusal {
  return new Refusal('captcha-used', 'That captcha was used already; solve a new one.', { field })
}

/** @param retryAfter seconds */
export function tooEarly(retryAfter: number): Refusal {
  return new Refusal('captcha-wait', 'Without a script, wait a moment before you send this.', {
    field,
    retryAfter,
  })
}

export function scriptNeeded(): Refusal {
  const detail = 'Very many are coming in: for the moment this needs a browser that runs scripts.'
  return new Refusal('captcha-script-needed', detail, { field, retryAfter: 600 })
}

export function away(): Refusal {
  return new Refusal('captcha-away', 'The captcha cannot be checked right now. Nothing was saved.', {
    field,
    retryAfter: 30,
  })
}
