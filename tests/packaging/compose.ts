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
