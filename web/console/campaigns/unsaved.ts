/** What was typed and not saved yet, kept in this tab for when its page is opened again. */
export interface Unsaved {
  /** The revision at which the form was read, and what it held then. */
  revision: number
  saved: string
  value: object
}

const keyOf = (slug: string, section: string) => `estamos:unsaved:${slug}:${section}`

export function keepUnsaved(slug: string, section: string, unsaved: Unsaved): void {
  try {
    sessionStorage.setItem(keyOf(slug, section), JSON.stringify(unsaved))
  } catch {
    // Storage is full or switched off: the page itself still holds everything, and warns before it is left.
  }
}

export function forgetUnsaved(slug: string, section: string): void {
  sessionStorage.removeItem(keyOf(slug, section))
}

export function unsavedOf(slug: string, section: string): Unsaved | undefined {
  const kept = sessionStorage.getItem(keyOf(slug, section))
  return kept ? (JSON.parse(kept) as Unsaved) : undefined
}
