import type { Server, Socket } from 'node:net'

/**
 * Node waits at its stop for connections on which nothing was ever said, as browsers open some in reserve, and no longer
 * looks for how long that has been.
 * @returns what hangs up on them
 */
export function whoSaidNothing(server: Server): { hangUp(): void } {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return {
    hangUp() {
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
    },
  }
}
