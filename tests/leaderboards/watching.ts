import { onTestFinished } from 'vitest'
import type { App } from '../../server/app.ts'
import type { Leaderboard } from '../../server/leaderboards/contract.ts'

export interface Frame {
  id: string
  leaderboard: Leaderboard
  /** Milliseconds, by this process's clock. */
  at: number
}

export interface Watching {
  response: Response
  frames: Frame[]
  leave(): void
}

/** Lets a server listen on a free port. @returns its address */
export async function listening({ app }: { app: App }): Promise<string> {
  return await app.listen({ host: '127.0.0.1', port: 0 })
}

/** Follows the live stream of a campaign as a browser would. */
export async function watch(
  url: string,
  slug: string,
  headers: Record<string, string> = {},
): Promise<Watching> {
  const leaving = new AbortController()
  const response = await fetch(`${url}/api/v1/campaigns/${slug}/live`, { headers, signal: leaving.signal })
  const watching: Watching = { response, frames: [], leave: () => leaving.abort() }
  onTestFinished(watching.leave)
  void read(watching).catch(() => {})
  return watching
}

async function read({ response, frames }: Watching): Promise<void> {
  let text = ''
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const fields = Object.fromEntries(
        event
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      ) as Record<string, string>
      if (fields.event !== 'leaderboard') continue
      const leaderboard = JSON.parse(fields.data ?? '') as Leaderboard
      frames.push({ id: fields.id ?? '', leaderboard, at: performance.now() })
    }
  }
}
