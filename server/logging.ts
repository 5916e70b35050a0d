import { type FastifyBaseLogger, LogController } from 'fastify'
import type { App } from './app.ts'
import { bugOf } from './bugs.ts'
import type { Config } from './config.ts'

/** All that a line of the log may hold. There is no room for who asked: no address, no path, no browser. */
interface Line {
  route?: string
  method?: string
  status?: number
  ms?: number
  bug?: ReturnType<typeof bugOf>
  limit?: string
  /** How often it was hit. */
  count?: number
}

const names = ['route', 'method', 'status', 'ms', 'bug', 'limit', 'count'] as const

/** Whatever is logged, by us or by Fastify itself, goes through here; messages are dropped, and so is what is not on the list. */
export function logOptions({ log }: Pick<Config, 'log'>) {
  return {
    logController: new LogController({ disableRequestLogging: true }),
    logger: {
      level: log === 'requests' ? 'info' : 'error',
      base: null,
      hooks: {
        logMethod(this: unknown, [said]: unknown[], write: (this: unknown, line: Line) => void) {
          const line = allowed(said)
          if (Object.keys(line).length > 0) write.call(this, line)
        },
      },
    },
    // What is logged names the route; a logger for each request would only add the request.
    childLoggerFactory: (logger: FastifyBaseLogger) => logger,
  }
}

function allowed(said: unknown): Line {
  if (said instanceof Error) return { bug: bugOf(said) }
  if (typeof said !== 'object' || said === null) return {}
  const { err } = said as { err?: unknown }
  const kept = Object.entries(said).filter(([name]) => (names as readonly string[]).includes(name))
  return { ...Object.fromEntries(kept), ...(err !== undefined && { bug: bugOf(err) }) }
}

/** Where it is asked for, a line for each request: of which route it was, never of which address. */
export function logRequests(app: App, { log }: Pick<Config, 'log'>): void {
  if (log !== 'requests') return
  app.addHook('onResponse', (request, { statusCode: status, elapsedTime }, done) => {
    const { method, routeOptions } = request
    app.log.info({ route: routeOptions.url ?? 'none', method, status, ms: Math.round(elapsedTime) })
    done()
  })
}
