/** A reading that takes a while, shared by all who ask for it at once and kept for a moment. */
export interface SharedReading<Value> {
  of(campaignId: number): Promise<Value>
}

/** @param keptMs for how long what was read is good, by the milliseconds that reading it took */
export function sharedReading<Value>(
  read: (campaignId: number) => Promise<Value>,
  keptMs: (took: number) => number,
): SharedReading<Value> {
  const seen = new Map<number, { value: Promise<Value>; goodUntil: number }>()

  function afresh(campaignId: number): Promise<Value> {
    const began = performance.now()
    const entry = { value: read(campaignId), goodUntil: Infinity }
    seen.set(campaignId, entry)
    entry.value.then(
      () => {
        const ended = performance.now()
        entry.goodUntil = ended + keptMs(ended - began)
      },
      () => seen.delete(campaignId),
    )
    return entry.value
  }

  return {
    of(campaignId) {
      const known = seen.get(campaignId)
      return known && performance.now() < known.goodUntil ? known.value : afresh(campaignId)
    },
  }
}
