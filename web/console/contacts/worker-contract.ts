/** What the console asks of its worker, the only place where a private key is ever unwrapped. */
import type { NewKey } from '../../../server/contacts/contract.ts'
import type { WrappedKey } from './key-pair.ts'

export type Task =
  | { do: 'make'; passphrase: string }
  /** Opens the box of a trial, with the key as it was wrapped. */
  | { do: 'pass'; key: WrappedKey; passphrase: string; box: string }

export type Answer =
  /** From here on it hears what is said to it: what it imports took its time. */
  | { is: 'ready' }
  | { is: 'made'; key: WrappedKey }
  | { is: 'passed'; key: NewKey }
  | { is: 'failed'; why: Failure }

export type Failure = 'wrong-passphrase' | 'crashed'
