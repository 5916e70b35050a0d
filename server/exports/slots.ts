import { Refusal } from '../refusal.ts'

const AT_ONCE = 2
const RETRY_AFTER_SECONDS = 20

/** How many exports a process makes at once: each holds a connection until its last row has been taken. */
export interface Slots {
  /** @returns what gives it back. @throws Refusal `busy` */
  take(): () => void
}

export function openSlots(): Slots {
  let taken = 0
  return {
    take() {
      if (taken >= AT_ONCE) {
        const detail = 'Other exports are being made right now. Try again in a minute.'
        throw new Refusal('busy', detail, { retryAfter: RETRY_AFTER_SECONDS })
      }
      taken += 1
      let isBack = false
      return () => {
        if (!isBack) taken -= 1
        isBack = true
      }
    },
  }
}
