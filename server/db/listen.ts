import pg from 'pg'

export interface Listener {
  /** Calls back with the payload of every notification on a channel. */
  on(channel: Channel, heard: (payload: string) => void): void
  /** Calls back when the connection stands, at first and after every break: what was said meanwhile went unheard. */
  onConnected(connected: () => void): void
  isConnected(): boolean
  close(): Promise<void>
}

const channels = ['tallies', 'leaderboard', 'campaigns', 'campuses'] as const
export type Channel = (typeof channels)[number]

const RETRY_MS = 500

/** One connection that listens for Postgres notifications and comes back by itself when it breaks. */
export function openListener(url: string): Listener {
  const heard = new Map<Channel, ((payload: string) => void)[]>()
  const connected: (() => void)[] = []
  let client: pg.Client | undefined
  let isConnected = false
  let isClosed = false
  let retry: NodeJS.Timeout | undefined

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 3_000,
      application_name: 'estamos listener',
    })
    client = next
    next.on('error', () => again(next))
    next.on('end', () => again(next))
    next.on('notification', ({ channel, payload }) => {
      for (const call of heard.get(channel as Channel) ?? []) call(payload ?? '')
    })
    try {
      await next.connect()
      await next.query(channels.map((channel) => `listen ${channel}`).join(';'))
      isConnected = true
      for (const call of connected) call()
    } catch {
      again(next)
    }
  }

  function again(broken: pg.Client): void {
    if (isClosed || retry || broken !== client) return
    isConnected = false
    retry = setTimeout(() => {
      retry = undefined
      void broken.end().catch(() => {})
      void connect()
    }, RETRY_MS)
  }

  void connect()

  return {
    isConnected: () => isConnected,
    on: (channel, call) => void heard.set(channel, [...(heard.get(channel) ?? []), call]),
    onConnected(call) {
      connected.push(call)
      if (isConnected) call()
    },
    async close() {
      isClosed = true
      clearTimeout(retry)
      await client?.end().catch(() => {})
    },
  }
}
