import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../server/config.ts'
import { imageStart } from './image.ts'

const programs = {
  nothing: './nothing.ts',
  bareRow: './bare-row.ts',
  oneByOne: './one-by-one.ts',
  real: '../../server/server.ts',
} as const

/** The three that are compared: (a) does nothing, (b) a transaction for each request, and the real server. */
export const sides = ['nothing', 'oneByOne', 'real'] as const
export type Side = (typeof sides)[number]
export type Program = keyof typeof programs

export type Servers = Record<Side, { port: number; pid: number }>

const running = new Set<ChildProcess>()
const STARTS_WITHIN_MS = 30_000

export async function startServers(settings: Environment): Promise<Servers> {
  const started = await Promise.all(
    sides.map(async (side) => [side, await startServer(side, settings)] as const),
  )
  return Object.fromEntries(started) as Servers
}

/** As the image does. NODE_OPTIONS is passed on, so that `--cpu-prof` looks into the servers. */
export async function startServer(
  side: Program,
  settings: Environment,
): Promise<{ port: number; pid: number }> {
  const port = await freePort()
  const { NODE_OPTIONS } = process.env
  const { flags, env: ofImage } = imageStart()
  const env = {
    ...ofImage,
    ...settings,
    HOST: '127.0.0.1',
    PORT: String(port),
    ...(NODE_OPTIONS && { NODE_OPTIONS }),
  }
  const program = fileURLToPath(new URL(programs[side], import.meta.url))
  const child = spawn(process.execPath, [...flags, program], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  await listening(side, child, port)
  return { port, pid: child.pid ?? 0 }
}

async function listening(side: Program, child: ChildProcess, port: number): Promise<void> {
  const giveUpAt = performance.now() + STARTS_WITHIN_MS
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`the server "${side}" ended with code ${child.exitCode}`)
    if (performance.now() > giveUpAt) throw new Error(`the server "${side}" did not start`)
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    await new Promise((later) => setTimeout(later, 100))
    return false
  } finally {
    socket.destroy()
  }
}

export async function stopServers(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    }),
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
