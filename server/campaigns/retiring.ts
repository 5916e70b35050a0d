/** An entry of a list as it is, and as an organizer sends it back. */
export interface Kept {
  id: number
}
type Edited<Entry extends Kept> = Omit<Entry, 'id'> & { id?: number | undefined }
type Placed<Value> = Value & { position: number }

/** What becomes of each entry of a list. */
interface Plan<Entry extends Kept> {
  kept: Placed<Entry>[]
  added: Placed<Omit<Entry, 'id'>>[]
  gone: number[]
}

/**
 * Compares a list with the one an organizer wants instead. What signers may have been shown is never worded anew under
 * the same id: the old entry goes, and a new one comes in its place.
 * @param mayStay whether an entry can take on what was edited
 */
export function planOf<Entry extends Kept>(
  old: Entry[],
  edited: Edited<Entry>[],
  mayStay: (old: Entry, edited: Edited<Entry>) => boolean,
): Plan<Entry> {
  const byId = new Map(old.map((entry) => [entry.id, entry]))
  const plan: Plan<Entry> = { kept: [], added: [], gone: [] }
  for (const [position, { id = -1, ...value }] of edited.entries()) {
    const before = byId.get(id)
    const stays = before !== undefined && mayStay(before, value as Edited<Entry>)
    if (stays) plan.kept.push({ ...value, id, position } as Placed<Entry>)
    else plan.added.push({ ...value, position } as Placed<Omit<Entry, 'id'>>)
    if (stays) byId.delete(id)
  }
  plan.gone = [...byId.keys()]
  return plan
}
