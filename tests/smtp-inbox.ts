import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { domainToASCII } from 'node:url'
import PostalMime, { type Email } from 'postal-mime'
import {
  SMTPServer,
  type SMTPServerDataStream,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server'

/** What arrived: the message as parsed, the envelope it came in, and the bytes. */
export interface Received extends Email {
  envelope: { from: string; to: string[] }
  raw: string
}

export interface SmtpInbox {
  /** For `SMTP_URL`. */
  url: string
  received: Received[]
  /** The oldest message to this address that nobody has taken yet; waits for it to come. */
  next(to: string): Promise<Received>
  /** Cuts all connections, as a crash would. */
  hangUp(): void
  close(): Promise<void>
}

interface Waiting {
  to: string
  take(message: Received): void
}

/** A real SMTP server on a free port of this machine. `options` are those of the `smtp-server` package. */
export async function smtpInbox(options: SMTPServerOptions = {}): Promise<SmtpInbox> {
  const received: Received[] = []
  const untaken: Received[] = []
  const waiting: Waiting[] = []
  const sockets = new Set<Socket>()

  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onData(stream, session, done) {
      readMessage(stream, session).then((message) => {
        received.push(message)
        hand(message)
        done()
      }, done)
    },
    ...options,
  })
  server.on('error', () => {})
  server.server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')

  function hand(message: Received): void {
    const index = waiting.findIndex(({ to }) => isTo(message, to))
    if (index < 0) untaken.push(message)
    else waiting.splice(index, 1)[0]?.take(message)
  }

  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    received,
    next(to) {
      const index = untaken.findIndex((message) => isTo(message, to))
      const [message] = index < 0 ? [] : untaken.splice(index, 1)
      return message ? Promise.resolve(message) : new Promise((take) => waiting.push({ to, take }))
    },
    hangUp() {
      for (const socket of sockets) socket.destroy()
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((closed) => server.close(closed))
    },
  }
}

function isTo({ envelope }: Received, to: string): boolean {
  return envelope.to.includes(to)
}

async function readMessage(stream: SMTPServerDataStream, { envelope }: SMTPServerSession): Promise<Received> {
  const raw = Buffer.concat(await stream.toArray())
  return {
    ...(await PostalMime.parse(raw)),
    raw: raw.toString(),
    envelope: {
      from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
      to: envelope.rcptTo.map(({ address }) => asSent(address)),
    },
  }
}

/** The server package shows `xn--` domains decoded; what was on the wire is ASCII. */
function asSent(address: string): string {
  const at = address.lastIndexOf('@')
  return address.slice(0, at + 1) + domainToASCII(address.slice(at + 1))
}
