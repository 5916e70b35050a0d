import { type KeySet, openBy } from '../../server/keys.ts'
import type { Held } from './leaks.ts'

/**
 * What begins like something sealed by one of these keys, anywhere in some files: live rows, dead ones, the write-ahead
 * log. How long it is, Postgres tells in the one byte or four before it.
 */
export function carve(files: Held[], sets: KeySet[], version: number): Buffer[] {
  const carved = new Map<string, Buffer>()
  for (const { bytes } of files)
    for (const { id } of sets) {
      const start = Buffer.concat([Buffer.of(version), id])
      for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at + 1))
        for (const length of lengthsBefore(bytes, at)) {
          const sealed = bytes.subarray(at, at + length)
          carved.set(sealed.toString('latin1'), sealed)
        }
    }
  return [...carved.values()]
}

function lengthsBefore(bytes: Buffer, at: number): number[] {
  const short = bytes[at - 1] ?? 0
  const long = at >= 4 ? bytes.readUInt32LE(at - 4) : 0
  const lengths = [(short & 1) === 1 ? (short >> 1) - 1 : 0, (long & 3) === 0 ? (long >> 2) - 4 : 0]
  return lengths.filter((length) => length > 33 && length < 10_000)
}

/** Whatever opens: each by each key, bound to each of these. */
export function opened(
  sealed: Buffer[],
  sets: KeySet[],
  { label, contexts }: { label: string; contexts: Buffer[] },
): Buffer[] {
  return sealed.flatMap((one) => {
    const set = sets.find(({ id }) => id.equals(one.subarray(1, 5)))
    return set ? contexts.flatMap((context) => openedBy(set, label, one, context)) : []
  })
}

function openedBy(set: KeySet, label: string, sealed: Buffer, context: Buffer): Buffer[] {
  try {
    return [openBy(set, label, sealed, context)]
  } catch {
    return []
  }
}
