import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line to the database that can be cut, go silent, and be mended: its port stays the same. */
export interface Proxy {
  port: number
  /** Ends every connection, and every new one at once. */
  cut(): void
  /** Takes connections and bytes, and hands nothing on. */
  hang(): void
  /** Ends a connection as soon as it says this. */
  cutOn(said: string): void
  mend(targetPort?: number): void
  close(): Promise<void>
}

export async function proxyTo(port: number): Promise<Proxy> {
  const pairs = new Set<[Socket, Socket]>()
  let target = port
  let is: 'whole' | 'cut' | 'silent' = 'whole'
  let deadly: string | undefined

  const server = createServer((near) => {
    if (is === 'cut') return void near.destroy()
    const far = connect(target, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    near.on('data', (bytes) => {
      if (deadly && bytes.includes(deadly)) end()
      else if (is === 'whole') far.write(bytes)
    })
    far.on('data', (bytes) => is === 'whole' && near.write(bytes))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  function drop(): void {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
  }

  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      is = 'cut'
      drop()
    },
    hang() {
      is = 'silent'
    },
    cutOn(said) {
      deadly = said
    },
    mend(targetPort = target) {
      if (is === 'silent') drop()
      target = targetPort
      is = 'whole'
      deadly = undefined
    },
    async close() {
      drop()
      await new Promise((closed) => server.close(closed))
    },
  }
}
