/** Shorter ones are initials, or say nothing either way. */
const FEWEST_SIGNS = 8
/** "jsmith1987" has one, "mary2jane3" three. */
const MOST_TURNS = 3
/** "Goldschmidt" has five consonants in a row, no name that anybody writes has seven. */
const MOST_CONSONANTS = 6
/** "strength" has one in eight. */
const FEWEST_VOWELS = 0.12

/**
 * Whether what stands before the @ looks as if a script had drawn it: letters and digits in turn, or letters that nobody
 * could say. Alone it proves nothing. Sign by sign and without patterns, since it is asked at every signature.
 * @param localPart in lower case
 */
export function looksRandom(localPart: string): boolean {
  const tag = localPart.indexOf('+')
  const end = tag < 0 ? localPart.length : tag
  return end >= FEWEST_SIGNS && (turnsIn(localPart, end) > MOST_TURNS || hasUnspeakable(localPart, end))
}

/** How often digits follow letters, and letters digits; dots between them do not matter. */
function turnsIn(name: string, end: number): number {
  let turns = 0
  let wasDigit: boolean | undefined
  for (let at = 0; at < end; at += 1) {
    const isDigit = isDigitAt(name, at)
    if (!isDigit && !isLetterAt(name, at)) continue
    if (wasDigit !== undefined && isDigit !== wasDigit) turns += 1
    wasDigit = isDigit
  }
  return turns
}

/** Words by themselves: what ends one and begins the next is no row. */
function hasUnspeakable(name: string, end: number): boolean {
  let [letters, vowels, row] = [0, 0, 0]
  for (let at = 0; at <= end; at += 1) {
    if (at < end && isLetterAt(name, at)) {
      const isVowel = VOWELS.includes(name.charAt(at))
      letters += 1
      vowels += Number(isVowel)
      row = isVowel ? 0 : row + 1
      if (row > MOST_CONSONANTS) return true
    } else {
      if (letters >= FEWEST_SIGNS && vowels / letters < FEWEST_VOWELS) return true
      ;[letters, vowels, row] = [0, 0, 0]
    }
  }
  return false
}

const VOWELS = 'aeiouy'

function isLetterAt(name: string, at: number): boolean {
  const code = name.charCodeAt(at)
  return code >= 97 && code <= 122
}

function isDigitAt(name: string, at: number): boolean {
  const code = name.charCodeAt(at)
  return code >= 48 && code <= 57
}
