import type { Reading } from './reader.ts'

export interface DatabasePasswords {
  web?: string
  worker?: string
}

/** What stands in an address as it is, and is long enough that nobody guesses it. */
const PASSWORD = /^[\w.~-]{24,}$/

export function readDatabasePasswords({ env, wrong }: Reading): DatabasePasswords {
  const { WEB_DATABASE_PASSWORD: web, WORKER_DATABASE_PASSWORD: worker } = env
  for (const [name, value] of Object.entries({
    WEB_DATABASE_PASSWORD: web,
    WORKER_DATABASE_PASSWORD: worker,
  }))
    if (value && !PASSWORD.test(value))
      wrong.push(`${name} must be at least 24 letters and digits: openssl rand -hex 32`)
  if (web && web === worker)
    wrong.push('WEB_DATABASE_PASSWORD and WORKER_DATABASE_PASSWORD are one: make another for one of them.')
  if ([web, worker].some((one) => one && one === ownersPassword(env.DATABASE_URL)))
    wrong.push('The password of DATABASE_URL is that of a role too: make another for the role.')
  return { ...(web && { web }), ...(worker && { worker }) }
}

/** Undefined where a role itself is the user: then it is hers. */
function ownersPassword(databaseUrl = ''): string | undefined {
  const address = URL.parse(databaseUrl)
  return address && !/^estamos_(web|worker)$/.test(address.username) ? address.password : undefined
}
