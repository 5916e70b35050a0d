/** Words shorter than this differ by one letter from too many others. */
const LETTERS_NEEDED = 4
const LETTERS_READ = 24
/** Each costs a few milliseconds, during which the process does nothing else. */
const WORDS_RESPELLED = 4
/** A word of fewer campuses may itself be a slip in a source: "univeristy" stands in eight. */
const COMMON = 20
/** A word of fewer campuses than this tells one of them. */
const TELLING = 100

export interface Spelling {
  /** What may have been meant by a query in which nothing was found, the likeliest first. */
  meant(typed: string): string[]
}

/** Knows the words of all campuses, and which of them a misspelled one is nearest to. */
export function spellingOf(texts: string[]): Spelling {
  const vocabulary = readVocabulary(texts)
  return {
    meant(typed) {
      const words = typed.split(' ')
      const read = words.slice(0, WORDS_RESPELLED)
      const nearest = read.map((word) => respelled(vocabulary, word, 1))
      const common = read.map((word, at) => respelled(vocabulary, word, COMMON) ?? nearest[at])
      const queries = [nearest, common].map((others) => words.map((word, at) => others[at] ?? word).join(' '))
      return [...queries, tellingWords(vocabulary, words)].filter((query) => query && query !== typed)
    },
  }
}

interface Vocabulary {
  /** How many campuses bear each word. */
  counts: Map<string, number>
  byLetter: Map<string | undefined, string[]>
}

function readVocabulary(texts: string[]): Vocabulary {
  const counts = countWords(texts)
  return { counts, byLetter: Map.groupBy(counts.keys(), (word) => word[0]) }
}

/** The known word that is nearest, of those that enough campuses bear; none where none is near. */
function respelled({ counts, byLetter }: Vocabulary, word: string, atLeast: number): string | undefined {
  if (word.length < LETTERS_NEEDED || word.length > LETTERS_READ) return undefined
  if ((counts.get(word) ?? 0) >= atLeast) return word
  const known = (byLetter.get(word[0]) ?? []).filter((other) => (counts.get(other) ?? 0) >= atLeast)
  return nearestOf(word, known, counts)
}

/** "Carnegy Mellon": what is known and rare may be enough. */
function tellingWords({ counts }: Vocabulary, words: string[]): string {
  return words.filter((word) => counts.has(word) && counts.get(word)! < TELLING).join(' ')
}

function countWords(texts: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of new Set(text.split(/[ |]+/))) {
      if (word.length >= LETTERS_NEEDED) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  }
  return counts
}

/** The fewest slips away, and of several the one that most campuses bear. */
function nearestOf(word: string, known: string[], counts: Map<string, number>): string | undefined {
  const most = word.length < 6 ? 1 : 2
  let best: { word?: string; slips: number; count: number } = { slips: most + 1, count: 0 }
  for (const other of known) {
    if (Math.abs(other.length - word.length) > most) continue
    const [slips, count] = [slipsBetween(word, other, best.slips), counts.get(other) ?? 0]
    if (slips < best.slips || (slips === best.slips && slips <= most && count > best.count)) {
      best = { word: other, slips, count }
    }
  }
  return best.word
}

/** Letters left out, added, changed, or two that changed places; stops counting past `limit`. */
function slipsBetween(a: string, b: string, limit: number): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(Math.min(change, above[j]! + 1, row[j - 1]! + 1, isSwap ? before[j - 2]! + 1 : Infinity))
    }
    if (Math.min(...row) > limit) return Infinity
    before = above
    above = row
  }
  return above[b.length]!
}
