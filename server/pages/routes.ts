import { fileURLToPath } from 'node:url'
import compress from '@fastify/compress'
import formbody from '@fastify/formbody'
import fastifyStatic from '@fastify/static'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { campaignPages } from './campaign-pages.ts'
import { chapterPages } from './chapter-pages.ts'
import { consolePages } from './console-pages.ts'
import { emailPages } from './email-pages.ts'
import { mailboxPages } from './mailbox-pages.ts'
import { oembedRoutes } from './oembed.ts'
import { stopPages } from './stop-pages.ts'
import { tokenPages } from './token-pages.ts'

const built = fileURLToPath(new URL('../../dist/client/', import.meta.url))

export async function pageRoutes(app: App, deps: Deps): Promise<void> {
  await app.register(formbody)
  await assets(app)
  oembedRoutes(app, deps)
  tokenPages(app, deps)
  await app.register(async (stop: App) => stopPages(stop, deps))
  chapterPages(app, deps)
  consolePages(app)
  if (deps.mode === 'local') {
    mailboxPages(app, deps)
    emailPages(app, deps)
  }
  await app.register(async (pages: App) => {
    // Nothing secret stands on these pages; those behind tokens are not compressed.
    await pages.register(compress, { encodings: ['br', 'gzip'] })
    campaignPages(pages, deps)
  })
}

/** The one script that runs WebAssembly, which takes a word of its own: it holds keys, and calls nobody. */
const OF_KEYS = { 'content-security-policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'" }

const WidgetParams = Type.Object({ file: Type.String({ maxLength: 19, pattern: '^[0-9a-f]{16}[.]js$' }) })

/** Scripts, by their hashed names; and the widget, which sites ask for by its own, or in one version alone. */
async function assets(app: App): Promise<void> {
  await app.register(fastifyStatic, {
    root: `${built}assets/`,
    prefix: '/assets/',
    preCompressed: true,
    cacheControl: false,
    index: false,
    setHeaders: (reply, path) => {
      if (/\/contacts\.worker-[^/]*$/.test(path)) void reply.headers(OF_KEYS)
    },
  })
  app.get('/widget.js', { schema: { hide: true } }, async (_, reply) => reply.sendFile('widget.js', built))
  app.get('/widgets/:file', { schema: { hide: true, params: WidgetParams } }, async (request, reply) =>
    reply.sendFile(request.params.file, `${built}widgets/`),
  )
}
