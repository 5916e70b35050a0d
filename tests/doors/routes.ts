import type { App } from '../../server/app.ts'

/** Every route but those with a wildcard, as Fastify itself prints them: `GET /c/:slug`. */
export function routesOf(app: App): string[] {
  const path: string[] = []
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', part = '', methods = ''] =
        /^((?:│ {3}| {4})*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? []
      path.splice(indent.length / 4, Infinity, part)
      return methods
        .split(', ')
        .filter((method) => method && method !== 'HEAD' && !part.endsWith('*'))
        .map((method) => `${method} ${path.join('')}`)
    })
}
