import { createHash } from 'node:crypto'

/** Follows from what was sealed for this letter and no other: the same at each retry, and telling nothing. */
export function messageIdOf(publicUrl: string, sealed: Buffer): string {
  const id = createHash('sha256').update(sealed).digest('hex').slice(0, 32)
  return `<${id}@${new URL(publicUrl).hostname}>`
}
