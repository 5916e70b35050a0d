/** What one connection may take of the server, so that nobody keeps others out by being slow or large. */
export interface Limits {
  /** Until the head of a request is here, from its first byte. */
  headMs: number
  /** Until all of a request is here. */
  requestMs: number
  /** How often both are looked at. */
  checkMs: number
  /** While nothing moves on a connection in either direction. Streams say something every 15 seconds. */
  silenceMs: number
  /** Between two requests; longer than proxies keep theirs (nginx: 60 s), so that they and not we hang up. */
  idleMs: number
  headBytes: number
  bodyBytes: number
  /** Of all clients together; past it, a new one is hung up on. Most of them watch a leaderboard. */
  connections: number
  /** Of one address, unless it is a proxy's that is named. */
  connectionsOfOne: number
  /** Live streams; what is left of the connections is for all else. */
  streams: number
  /** Of one address. A dormitory of 3,000 has one, and all of it may watch. */
  streamsOfOne: number
}

/** How many requests come over one connection is not limited: a proxy sends everybody's over a few. */
export const usual: Limits = {
  headMs: 10_000,
  requestMs: 20_000,
  checkMs: 2_000,
  silenceMs: 75_000,
  idleMs: 72_000,
  headBytes: 16 * 1024,
  bodyBytes: 16 * 1024,
  connections: 20_000,
  connectionsOfOne: 10_000,
  streams: 15_000,
  streamsOfOne: 5_000,
}

/** As Fastify and Node call them. */
export function serverOptions({
  headMs,
  requestMs,
  checkMs,
  silenceMs,
  idleMs,
  headBytes,
  bodyBytes,
}: Limits) {
  return {
    bodyLimit: bodyBytes,
    requestTimeout: requestMs,
    connectionTimeout: silenceMs,
    keepAliveTimeout: idleMs,
    http: { headersTimeout: headMs, connectionsCheckingInterval: checkMs, maxHeaderSize: headBytes },
  }
}
