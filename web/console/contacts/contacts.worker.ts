import { fileOf } from './files.ts'
import { type KeyPair, makeKey, openKey, passTrial } from './key-pair.ts'
import { Opening } from './opening.ts'
import type { Answer, Failure, Task } from './worker-contract.ts'
import { NoWrappedKey, WrongPassphrase } from './wrapping.ts'

const pairs = new Map<string, KeyPair>()
const opening = new Opening(pairs)

addEventListener('message', ({ data }: MessageEvent<Task>) => {
  try {
    tell(done(data))
  } catch (error) {
    tell({ is: 'failed', why: failureOf(error) })
  }
})
tell({ is: 'ready' })

function done(task: Task): Answer {
  switch (task.do) {
    case 'make':
      return { is: 'made', key: makeKey(task.passphrase) }
    case 'pass':
      return { is: 'passed', key: passTrial(task.key, task.passphrase, task.box) }
    case 'unlock': {
      const pair = openKey(task.wrappedKey, task.passphrase)
      pairs.set(pair.fingerprint, pair)
      return { is: 'unlocked', fingerprint: pair.fingerprint }
    }
    case 'open':
      opening.take(task.piece)
      return { is: 'opening', lines: opening.lines }
    case 'write':
      if (opening.lines !== task.lines) return { is: 'failed', why: 'cut-off' }
      return { is: 'written', file: fileOf(opening.contacts, task.form), tally: opening.tally }
    default:
      return task satisfies never
  }
}

function tell(answer: Answer): void {
  postMessage(answer)
}

function failureOf(error: unknown): Failure {
  if (error instanceof WrongPassphrase) return 'wrong-passphrase'
  return error instanceof NoWrappedKey ? 'no-wrapped-key' : 'crashed'
}
