/**
 * What logs may say of an error. Messages of libraries quote their input, and those of databases whole rows, so only what
 * stands here is said: never a message that is not ours, nor detail, query or parameters.
 */
import { MailFailure } from './mail/mail.ts'
import { Refusal } from './refusal.ts'

export interface Bug {
  name: string
  /** Of an error of the database: its SQLSTATE, and which rule of ours was broken. */
  sqlState?: string
  constraint?: string
  at: string[]
}

export function bugOf(error: unknown): Bug {
  if (!(error instanceof Error)) return { name: typeof error, at: [] }
  return { name: error.name, ...ofDatabase(error), at: framesOf(error).map((line) => line.trim()) }
}

/** The same in one line, for a worker's reports and for what a failed job leaves in the database. */
export function wordsOf(error: unknown): string {
  if (error instanceof Refusal || error instanceof MailFailure) return error.message
  const { name, sqlState, constraint, at } = bugOf(error)
  return [name, sqlState, constraint, at[0]].filter(Boolean).join(' ')
}

/** An error that can be handed to others who print and keep all of it. */
export function withoutValues(error: unknown): Error {
  const said = new Error(wordsOf(error))
  said.stack = [said.message, ...framesOf(error)].join('\n')
  return said
}

function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const lines = stack.split('\n').filter((line) => /^ {4}at /.test(line))
  return lines.slice(0, 5)
}

/** Of the error that Drizzle wraps. */
function ofDatabase(error: Error): Pick<Bug, 'sqlState' | 'constraint'> {
  const { code, constraint, severity } = error as { code?: string; constraint?: string; severity?: string }
  if (severity && code) return { sqlState: code, ...(constraint && { constraint }) }
  return error.cause instanceof Error ? ofDatabase(error.cause) : {}
}
