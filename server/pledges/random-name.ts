/** Shorter ones are initials, or say nothing either way. */
const FEWEST_LETTERS = 8
/** "jsmith1987" has one, "mary2jane3" three. */
const MOST_TURNS = 3
/** "Goldschmidt" has five consonants in a row, no name that anybody writes has seven. */
const MOST_CONSONANTS = 6
/** "strength" has one in eight. */
const FEWEST_VOWELS = 0.12

/**
 * Whether what stands before the @ looks as if a script had drawn it: letters and digits in turn, or letters that nobody
 * could say. Alone it proves nothing.
 */
export function looksRandom(localPart: string): boolean {
  const [name = ''] = localPart.split('+')
  const signs = name.replace(/[^a-z0-9]/g, '')
  if (signs.length < FEWEST_LETTERS) return false
  const turns = signs.match(/[a-z](?=\d)|\d(?=[a-z])/g)?.length ?? 0
  if (turns > MOST_TURNS) return true
  // Words by themselves: what ends one and begins the next is no row.
  const words = name.split(/[^a-z]+/).filter((word) => word.length >= FEWEST_LETTERS)
  return words.some(isUnspeakable)
}

function isUnspeakable(word: string): boolean {
  const vowels = word.match(/[aeiouy]/g)?.length ?? 0
  const rows = word.split(/[aeiouy]/).map((row) => row.length)
  return Math.max(...rows) > MOST_CONSONANTS || vowels / word.length < FEWEST_VOWELS
}
