import { readFileSync } from 'node:fs'

/** How the image starts a server: what is measured is what runs in production. */
export interface Start {
  flags: string[]
  env: Record<string, string>
}

const dockerfile = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')

export function imageStart(): Start {
  const command = JSON.parse(/^CMD (.+)$/m.exec(dockerfile)?.[1] ?? '[]') as string[]
  const env = [...dockerfile.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ])
  return { flags: command.filter((word) => word.startsWith('--')), env: Object.fromEntries(env) }
}
