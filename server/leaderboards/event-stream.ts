import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { callerOf } from '../limits/caller.ts'
import type { Places } from '../limits/places.ts'
import type { Leaderboards } from './live.ts'
import type { Published } from './publishing.ts'

const HEARTBEAT_MS = 15_000
/** Browsers come back after this long, and up to as long again, so that a restart does not bring all at once. */
const RETRY_MS = 2_000

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'x-accel-buffering': 'no',
}

export interface EventStreams {
  /** Answers with the stream of a campaign's leaderboard. @throws Refusal `too-many-requests`, `busy` where no place is left */
  follow(campaignId: number, request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** Ends them all, so that the server can stop; browsers come back by themselves. */
  end(): void
}

/**
 * Server-Sent Events: `event: leaderboard`, its version as id, a snapshot first unless `Last-Event-ID` says that it was
 * seen. All watchers share the bytes of a leaderboard; one that reads too slowly is skipped to the newest.
 */
export function eventStreams(leaderboards: Leaderboards, places: Places): EventStreams {
  const open = new Set<ServerResponse>()
  return {
    async follow(campaignId, request, reply) {
      const first = await leaderboards.of(campaignId)
      const leave = places.take(callerOf(request))
      reply.hijack()
      const response = reply.raw
      if (response.destroyed) return leave()
      open.add(response)
      response.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...headers })
      response.write(`retry: ${RETRY_MS + Math.floor(Math.random() * RETRY_MS)}\n\n`)
      const show = skippingTo(response)
      if (request.headers['last-event-id'] !== String(first.leaderboard.version)) show(first)
      const stop = leaderboards.watch(campaignId, show)
      const heartbeat = setInterval(() => response.writableNeedDrain || response.write(':\n\n'), HEARTBEAT_MS)
      response.once('close', () => {
        stop()
        leave()
        clearInterval(heartbeat)
        open.delete(response)
      })
    },
    end: () => open.forEach((response) => response.end()),
  }
}

/** While a response still has unsent bytes, only the newest leaderboard waits for it. */
function skippingTo(response: ServerResponse): (published: Published) => void {
  let newest: Published | undefined
  response.on('drain', () => {
    if (newest) response.write(frameOf(newest))
    newest = undefined
  })
  return (published) => {
    if (response.writableNeedDrain) newest = published
    else response.write(frameOf(published))
  }
}

const frames = new WeakMap<Published, Buffer>()

function frameOf(published: Published): Buffer {
  const known = frames.get(published)
  if (known) return known
  const { leaderboard, json } = published
  const frame = Buffer.from(`event: leaderboard\nid: ${leaderboard.version}\ndata: ${json}\n\n`)
  frames.set(published, frame)
  return frame
}
