/**
 * A whole https address in what somebody typed. Its host is plain ASCII with nothing behind it that could be read as
 * more of it, so that what is underlined is where it leads: no `https://mijente.net@evil.example`.
 */
const address =
  /https:\/\/(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![\p{L}\p{N}\p{M}@_-]|:\d|\.[\p{L}\p{N}])(?:[/?#][^\s<>"«»“”]*)?/giu

/** What ends a sentence, and not the address in it. */
const ending = /[.,;:!?'’\]}…)]+$/
/** `https://en.wikipedia.org/wiki/Pledge_(promise)` ends in a bracket of its own. */
const endingOfBracketed = /[.,;:!?'’\]}…]+$/

/** The line again, with each bare address in it as `link` has it and the rest as `words` has it. */
export function withLinks(
  line: string,
  words: (text: string) => string,
  link: (url: string) => string,
): string {
  let result = ''
  let end = 0
  for (const { 0: found, index } of line.matchAll(address)) {
    const url = found.replace(found.includes('(') ? endingOfBracketed : ending, '')
    result += words(line.slice(end, index)) + link(url)
    end = index + url.length
  }
  return result + words(line.slice(end))
}
