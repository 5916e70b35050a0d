/** Letters that are letters of their own, which NFD leaves alone, as a plain keyboard writes them. */
const plain: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

/** "Univérsidad de São-Paulo" and "universidad de sao paulo" are the same to somebody who types. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}|['’.](?=\p{L})/gu, '')
    .replace(/[ßæœøłđðþı]/g, (letter) => plain[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .normalize('NFC')
    .trim()
}

const smallWords = new Set(
  'a and at de del der des di do dos du e el et for für in la las le les los of on the to und van y'.split(
    ' ',
  ),
)

/** "Massachusetts Institute of Technology" → "mit". */
export function initials(name: string): string {
  return fold(name)
    .split(' ')
    .filter((word) => !smallWords.has(word))
    .map((word) => word[0] ?? '')
    .join('')
}
