/** About so many letters go out at a time. */
const PIECE = 16 * 1024

/** Gathers short texts, so that neither a stream nor a socket is woken for each row. */
export async function* inPieces(texts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Buffer> {
  let gathered = ''
  for await (const text of texts) {
    gathered += text
    if (gathered.length < PIECE) continue
    yield Buffer.from(gathered)
    gathered = ''
  }
  if (gathered) yield Buffer.from(gathered)
}

/** How often a text of this length may be repeated in one piece. */
export function timesInAPiece(length: number): number {
  return Math.max(1, Math.floor(PIECE / length))
}
