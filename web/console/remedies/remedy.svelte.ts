import { type CallRefused, callAsIs, remedyWith } from '../api.ts'
import { me } from '../me.svelte.ts'

type Need = 'passkey' | 'sign-in'

/** What somebody is asked for before a call that was refused is made again; calls refused meanwhile wait for the same. */
class Wanted {
  need = $state<Need>()
  #waiting: Promise<void> | undefined
  /** Ends the waiting. */
  done: () => void = () => {}
  giveUp: () => void = () => {}

  for(need: Need, refused: CallRefused): Promise<void> {
    this.#waiting ??= new Promise<void>((done, fail) => {
      this.need = need
      this.done = done
      this.giveUp = () => fail(refused)
    }).finally(() => {
      this.need = undefined
      this.#waiting = undefined
    })
    return this.#waiting
  }
}

export const wanted = new Wanted()

export function offerRemedies(): void {
  remedyWith((refused) => {
    if (refused.code === 'passkey-needed') return wanted.for('passkey', refused)
    if (refused.code === 'signed-out' && me.at === 'signed-in') return signedInAgain(refused)
    return undefined
  })
}

/** A call may have crossed with a new cookie of the same session: then there is nothing to ask for. */
async function signedInAgain(refused: CallRefused): Promise<void> {
  const isSignedIn = await callAsIs('GET', 'session').then(
    () => true,
    () => false,
  )
  if (!isSignedIn) await wanted.for('sign-in', refused)
}
