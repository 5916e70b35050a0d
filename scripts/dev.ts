/** `npm run dev`: the local server on the same embedded parts, anew whenever the server or the web changes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { once } from 'node:events'

const SETTLE_MS = 150

process.chdir(new URL('..', import.meta.url).pathname)
let server: ChildProcess | undefined
let turn = Promise.resolve()
let settling: NodeJS.Timeout | undefined

/** Builds what has changed and starts the server again; a build that fails leaves nothing running but this. */
async function again(): Promise<void> {
  if (server?.exitCode === null) {
    server.kill('SIGINT')
    await once(server, 'exit')
  }
  const [failed] = await once(spawn('node', ['scripts/build.ts', '--if-stale'], { stdio: 'inherit' }), 'exit')
  if (!failed) server = spawn('node', ['server/server.ts'], { stdio: 'inherit' })
}

for (const folder of ['server', 'spreadsheets', 'text', 'web', 'emails', 'migrations']) {
  watch(folder, { recursive: true }, () => {
    clearTimeout(settling)
    settling = setTimeout(() => (turn = turn.then(again)), SETTLE_MS)
  })
}
// The terminal's Ctrl-C reaches the server too; this waits until it has stopped everything.
process.on(
  'SIGINT',
  () =>
    void (server?.exitCode === null ? once(server, 'exit') : Promise.resolve()).then(() => process.exit()),
)
turn = turn.then(again)
