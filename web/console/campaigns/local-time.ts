/** What an `<input type="datetime-local">` holds, in the organizer's own time; empty for no date. */
export function localOf(instant: string | null): string {
  if (!instant) return ''
  const date = new Date(instant)
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 16)
}

export function instantOf(local: string): string | null {
  return local ? new Date(local).toISOString() : null
}

/** "America/New_York" */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone

export function shownDate(instant: string): string {
  return new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant))
}
