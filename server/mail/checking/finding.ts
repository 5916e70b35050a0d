/** `unknown`: it could not be looked at, which is neither right nor wrong. A `note` is worth knowing and no fault. */
export type Level = 'ok' | 'note' | 'warning' | 'wrong' | 'unknown'

export interface Finding {
  level: Level
  /** For programs: stays the same when the words change. */
  code: string
  /** One line; what a stranger wrote stands in quotes (see `quoted`). */
  what: string
  /** What to do about it: where it is known, the exact record to add. */
  todo?: string
}

export const ok = finding('ok')
export const note = finding('note')
export const warning = finding('warning')
export const wrong = finding('wrong')
export const unknown = finding('unknown')

function finding(level: Level): (code: string, what: string, todo?: string) => Finding {
  return (code, what, todo) => ({ level, code, what, ...(todo && { todo }) })
}

/** Text from a stranger's DNS, safe to print on a terminal: no escape sequences, no second line, not endless. */
export function quoted(text: string, most = 120): string {
  const printable = text.replace(/[^ -~]/g, '?')
  return `"${printable.length > most ? `${printable.slice(0, most)}…` : printable}"`
}

/** Letters arrive all the same. */
export function isBearable({ level }: Finding): boolean {
  return level !== 'wrong' && level !== 'unknown'
}
