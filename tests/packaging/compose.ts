import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export interface Service {
  build?: string
  image?: string
  user?: string
  command?: string[]
  environment: Record<string, string | number>
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[] }
}

export interface Line {
  name: string
  value: string
  /** The comment above it. */
  sentence: string
}

export const services = (
  parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> }
).services

/** The lines of `.env.example`, each with its sentence. */
export const envLines: Line[] = [...read('.env.example').matchAll(/^# (.+)\n(\w+)=(.*)$/gm)].map(
  ([, sentence = '', name = '', value = '']) => ({ name, value, sentence }),
)

export function read(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
}

/** What a service finds in its environment, where `.env` holds these. */
export function environmentOf(service: Service, env: Record<string, string>): Record<string, string> {
  const entries = Object.entries(service.environment)
  return Object.fromEntries(entries.map(([name, value]) => [name, interpolated(String(value), env)]))
}

/** `${NAME}`, `${NAME:-otherwise}` and `${NAME:?why}`, as Compose reads them. */
function interpolated(text: string, env: Record<string, string>): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, sign?: string, rest = '') => {
    if (env[name]) return env[name]
    if (sign === '?') throw new Error(`${name}: ${rest}`)
    return rest
  })
}

/** Runs the health check of a service as its container would. @returns its exit code */
export async function check(
  name: 'web' | 'worker',
  environment: Record<string, string>,
): Promise<number | null> {
  const [, , ...flags] = services[name]?.healthcheck?.test ?? []
  return await new Promise((resolve) => {
    const options = { env: environment, cwd: new URL('../..', import.meta.url) }
    const checking = execFile(process.execPath, flags, options)
    checking.on('exit', resolve)
  })
}
