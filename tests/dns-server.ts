import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import {
  decode,
  encode,
  streamDecode,
  streamEncode,
  type Answer,
  type Packet,
  type Question,
} from 'dns-packet'

/** What a server may do instead of answering; `silent` says nothing at all. */
export type Failure = 'SERVFAIL' | 'REFUSED' | 'silent' | 'garbage'

/** One text is split as its length needs; a list is one record of exactly these strings. */
type Txt = string | string[] | Buffer
interface Mx {
  preference: number
  exchange: string
}

/** `{ 'TXT example.org': ['v=spf1 -all'] }`. A name with records of another type has none of this one; all others do not exist. */
export type Zone = Record<string, (Txt | Mx)[] | Failure>

export interface DnsServer {
  /** For `Resolver.setServers`, and for `--dns`. */
  address: string
  /** `TXT example.org`, in the order they were asked for. */
  asked: string[]
  close(): Promise<void>
}

const mostOverUdp = 1232
const noError = 0
const nxDomain = 3
const failures = { SERVFAIL: 2, REFUSED: 5 }

/** A real DNS server on a free port of this machine, over UDP, and over TCP for what is too long. */
export async function dnsServer(zone: Zone): Promise<DnsServer> {
  const asked: string[] = []
  const { tcp, udp, port } = await bothAtOnePort()
  const open = new Set<Socket>()

  udp.on('message', (message, { port: from, address }) => {
    const reply = replyTo(decode(message), zone, asked)
    if (!reply) return
    if (reply === 'garbage') return udp.send(Buffer.from('\0\x01no answer at all'), from, address)
    const whole = encode(reply)
    const isLong = whole.length > mostOverUdp
    udp.send(
      isLong ? encode({ ...reply, answers: [], flags: (reply.flags ?? 0) | 0x200 }) : whole,
      from,
      address,
    )
  })
  tcp.on('connection', (socket) => {
    open.add(socket)
    socket.on('error', () => {})
    let waiting = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      waiting = Buffer.concat([waiting, chunk])
      if (waiting.length < 2 || waiting.length < waiting.readUInt16BE(0) + 2) return
      const reply = replyTo(streamDecode(waiting), zone, asked)
      waiting = Buffer.alloc(0)
      if (reply && reply !== 'garbage') socket.write(streamEncode(reply))
    })
  })

  return {
    address: `127.0.0.1:${port}`,
    asked,
    async close() {
      for (const socket of open) socket.destroy()
      await Promise.all([
        new Promise((done) => tcp.close(done)),
        new Promise<void>((done) => udp.close(done)),
      ])
    },
  }
}

async function bothAtOnePort() {
  for (;;) {
    const tcp = createServer().listen(0, '127.0.0.1')
    await once(tcp, 'listening')
    const { port } = tcp.address() as AddressInfo
    const udp = createSocket('udp4').bind(port, '127.0.0.1')
    const isOurs = await Promise.race([
      once(udp, 'listening').then(() => true),
      once(udp, 'error').then(() => false),
    ])
    if (isOurs) return { tcp: tcp satisfies Server, udp, port }
    tcp.close()
  }
}

function replyTo(query: Packet, zone: Zone, asked: string[]): Packet | 'garbage' | undefined {
  const [question] = query.questions ?? []
  if (!question) return undefined
  asked.push(`${question.type} ${question.name.toLowerCase()}`)
  const { answers, code } = answersTo(question, zone)
  if (code === 'silent') return undefined
  if (code === 'garbage') return 'garbage'
  // Bits: an answer, from whom it may concern, with recursion.
  const flags = 0x0180 | code
  return { type: 'response', id: query.id, flags, questions: [question], answers } as Packet
}

/** Follows aliases as a resolver does: eight steps, then that is all there is to say. */
function answersTo(
  question: Question,
  zone: Zone,
  steps = 8,
): { answers: Answer[]; code: number | 'silent' | 'garbage' } {
  const { type } = question
  const name = question.name.toLowerCase()
  const alias = zone[`CNAME ${name}`]
  if (Array.isArray(alias) && type !== 'CNAME' && steps > 0) {
    const target = String(alias[0])
    const next = answersTo({ ...question, name: target }, zone, steps - 1)
    return { ...next, answers: [{ type: 'CNAME', name, ttl: 60, data: target }, ...next.answers] }
  }
  const found = zone[`${type} ${name}`] ?? zone[`* ${name}`]
  if (found === 'silent' || found === 'garbage') return { answers: [], code: found }
  if (typeof found === 'string') return { answers: [], code: failures[found] }
  if (!found) return { answers: [], code: isKnown(name, zone) ? noError : nxDomain }
  return { answers: found.map((data) => answerOf(question.type, name, data)), code: noError }
}

function isKnown(name: string, zone: Zone): boolean {
  return Object.keys(zone).some((key) => key.endsWith(` ${name}`) || key.endsWith(`.${name}`))
}

function answerOf(type: string, name: string, data: Txt | Mx): Answer {
  return { type, name, ttl: 60, data: type === 'TXT' ? stringsOf(data as Txt) : data } as Answer
}

function stringsOf(text: Txt): Buffer[] {
  if (Array.isArray(text)) return text.map((one) => Buffer.from(one))
  const bytes = Buffer.from(text)
  const starts = Array.from({ length: Math.ceil(bytes.length / 255) || 1 }, (_, index) => index * 255)
  return starts.map((start) => bytes.subarray(start, start + 255))
}
