import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { transaction } from '../db/db.ts'
import { openPresence } from '../db/presence.ts'
import type { Deps } from '../deps.ts'
import { limitPeers } from '../limits/peers.ts'
import { hear, recentReaderOf } from './back-channel.ts'
import { readBounce } from './bounce-message.ts'
import { ownCertificate } from './own-certificate.ts'
import type { ReturnPaths } from './return-paths.ts'
import { mailboxDigest } from './suppressions.ts'

export interface BounceReceiver {
  port: number
  close(): Promise<void>
}

interface Receiving {
  deps: Pick<Deps, 'db' | 'keys' | 'now'>
  returnPaths: ReturnPaths
  databaseUrl: string
  host: string
  port: number
}

/** Letters are below 102 kB, and some servers send them back whole. */
const LARGEST_BYTES = 512 * 1024
const MOST_CONNECTIONS = 50
/** Of one address, or of one /64. */
const MOST_OF_ONE = 5
const IDLE_MS = 10_000
const LONGEST_MS = 120_000

/** A mail server for letters that come back, and for nothing else: it takes mail to return paths of ours alone, and sends none. */
export async function openBounceReceiver({
  deps,
  returnPaths,
  databaseUrl,
  host,
  port,
}: Receiving): Promise<BounceReceiver> {
  const server = new SMTPServer({
    // The package has one of its own, whose key everybody can read.
    ...(await ownCertificate(deps.now())),
    banner: 'Estamos',
    disabledCommands: ['AUTH'],
    disableReverseLookup: true,
    logger: false,
    size: LARGEST_BYTES,
    maxClients: MOST_CONNECTIONS,
    socketTimeout: IDLE_MS,
    onRcptTo({ address }, { envelope }, done) {
      if (!returnPaths.letterAt(address)) done(reply(550, '5.1.1 No such mailbox'))
      else if (envelope.rcptTo.length > 0) done(reply(452, '4.5.3 One recipient at a time'))
      else done()
    },
    onData(stream, session, done) {
      take(deps, returnPaths, stream, session).then(
        () => done(),
        (error: Error) => done('responseCode' in error ? error : reply(451, '4.3.0 Try again later')),
      )
    },
  })
  // A client that breaks off is no trouble of ours.
  server.on('error', () => {})
  limitPeers(server.server, { most: MOST_OF_ONE, isProxy: () => false })
  server.server.on('connection', endInTime)
  server.listen(port, host)
  await once(server.server, 'listening')
  const presence = await openPresence(databaseUrl, 'receiver')
  return {
    port: (server.server.address() as AddressInfo).port,
    async close() {
      await presence.close()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}

/** However slowly it talks. */
function endInTime(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LONGEST_MS)
  socket.once('close', () => clearTimeout(timer))
}

function reply(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode })
}

async function take(
  { db, keys, now }: Receiving['deps'],
  returnPaths: ReturnPaths,
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
): Promise<void> {
  const message = await read(stream)
  const letter = returnPaths.letterAt(envelope.rcptTo[0]?.address ?? '')
  const isFromNobody = !envelope.mailFrom || envelope.mailFrom.address === ''
  const reader = isFromNobody && letter ? await recentReaderOf({ db, keys, now }, letter) : undefined
  if (!letter || !reader) return
  const bounce = await readBounce(message, (exact) => mailboxDigest(keys, exact).equals(reader))
  if (!bounce) return
  await transaction(db, (tx) => hear(tx, keys, [{ letter, ...bounce }], now()))
}

/** To its end, as SMTP asks, but no more than the largest is kept. */
async function read(stream: SMTPServerDataStream): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of stream as AsyncIterable<Buffer>) {
    length += piece.length
    if (length <= LARGEST_BYTES) pieces.push(piece)
  }
  if (stream.sizeExceeded || length > LARGEST_BYTES) throw reply(552, '5.3.4 Too large')
  return Buffer.concat(pieces)
}
