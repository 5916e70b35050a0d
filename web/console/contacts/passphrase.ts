/** Large, for its lists of passwords and words: loaded where a passphrase is chosen, and nowhere else. */
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

/** Characters. */
export const SHORTEST = 16

/**
 * Powers of ten of guesses. Each guess costs whoever has the wrapped key 256 MiB: a thousand graphics cards that make a
 * thousand a second each would take three hundred years.
 */
const FEWEST_GUESSES = 16
const WORDS = 5
const FEW_WORDS = `Five or more words that do not belong together are good.`

const estimate = new ZxcvbnFactory({ graphs: adjacencyGraphs, dictionary })

/** What is wrong with a passphrase, in a sentence; undefined: nothing. @param known words that a thief would try first */
export function weaknessOf(passphrase: string, known: string[]): string | undefined {
  if (passphrase.length < SHORTEST) return `Take ${SHORTEST} characters or more. ${FEW_WORDS}`
  const { guessesLog10 } = estimate.check(passphrase, known)
  if (guessesLog10 < FEWEST_GUESSES) return `Too easy to guess for whoever steals the key. ${FEW_WORDS}`
  return undefined
}

/** Five words by chance, out of 7,776: 64 bits. */
export function wordsByChance(): string {
  const words = dictionary['diceware-common']
  const numbers = crypto.getRandomValues(new Uint32Array(WORDS))
  return Array.from(numbers, (number) => words[number % words.length]).join(' ')
}
