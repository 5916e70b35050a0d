import { makeKey, passTrial } from './key-pair.ts'
import type { Answer, Task } from './worker-contract.ts'
import { WrongPassphrase } from './wrapping.ts'

addEventListener('message', ({ data }: MessageEvent<Task>) => {
  try {
    tell(done(data))
  } catch (error) {
    tell({ is: 'failed', why: error instanceof WrongPassphrase ? 'wrong-passphrase' : 'crashed' })
  }
})
tell({ is: 'ready' })

function done(task: Task): Answer {
  switch (task.do) {
    case 'make':
      return { is: 'made', key: makeKey(task.passphrase) }
    case 'pass':
      return { is: 'passed', key: passTrial(task.key, task.passphrase, task.box) }
    default:
      return task satisfies never
  }
}

function tell(answer: Answer): void {
  postMessage(answer)
}
