import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { LogController } from 'fastify'
import type { Config } from '../../server/config.ts'

/** Fastify with what the real server asks of it, and none of what the real server adds to it. */
export function yardstick({ trustProxy }: Config) {
  return Fastify({
    bodyLimit: 16 * 1024,
    requestTimeout: 20_000,
    trustProxy,
    routerOptions: { maxParamLength: 500 },
    forceCloseConnections: true as const,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
    logController: new LogController({ disableRequestLogging: true }),
    logger: { level: 'error' },
  }).withTypeProvider<TypeBoxTypeProvider>()
}
