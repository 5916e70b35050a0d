/** What the console asks of its worker, the only place where a private key is ever unwrapped. */
import type { NewKey } from '../../../server/contacts/contract.ts'
import type { ContactsForm } from './files.ts'
import type { WrappedKey } from './key-pair.ts'
import type { Tally } from './opening.ts'

export type Task =
  | { do: 'make'; passphrase: string }
  /** Opens the box of a trial, with the key as it was wrapped. */
  | { do: 'pass'; key: WrappedKey; passphrase: string; box: string }
  /** Keeps the pair until the worker ends. */
  | { do: 'unlock'; wrappedKey: string; passphrase: string }
  /** The next piece of the export. */
  | { do: 'open'; piece: Uint8Array }
  /** @param lines as many as the server said that there would be */
  | { do: 'write'; form: ContactsForm; lines: number }

export type Answer =
  /** From here on it hears what is said to it: what it imports took its time. */
  | { is: 'ready' }
  | { is: 'made'; key: WrappedKey }
  | { is: 'passed'; key: NewKey }
  | { is: 'unlocked'; fingerprint: string }
  | { is: 'opening'; lines: number }
  | { is: 'written'; file: Blob; tally: Tally }
  | { is: 'failed'; why: Failure }

export type Failure = 'wrong-passphrase' | 'no-wrapped-key' | 'cut-off' | 'crashed'
