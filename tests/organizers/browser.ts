import { sql } from 'drizzle-orm'
import { organizerOf } from '../../server/organizers/organizer.ts'
import { lettersIn } from '../../server/mail/mailbox.ts'
import { startSession } from '../../server/organizers/sessions.ts'
import type { Estamos } from '../estamos.ts'
import { Authenticator } from './authenticator.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A browser as far as signing in needs one: it keeps the cookies it is given. */
export class TestBrowser {
  readonly cookies = new Map<string, string>()
  readonly #server: Estamos
  readonly #headers: Record<string, string>

  constructor(server: Estamos, headers: Record<string, string> = {}) {
    this.#server = server
    this.#headers = headers
  }

  async call(method: Method, path: string, payload?: object) {
    const answer = await this.#server.app.inject({
      method,
      url: `/api/v1/console/${path}`,
      headers: this.#headers,
      cookies: Object.fromEntries(this.cookies),
      ...(payload && { payload }),
    })
    for (const { name, value, maxAge, expires } of answer.cookies) {
      if (maxAge === 0 || (expires && expires.getTime() === 0)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return answer
  }

  /** Asks for a link and reads it in the mail. */
  async askForLink(email: string): Promise<string> {
    await this.call('POST', 'sign-in-links', { email })
    const [newest] = await linksTo(this.#server, email)
    return newest ?? ''
  }

  async signInByLink(email: string, besides: object = {}) {
    const link = await this.askForLink(email)
    return await this.call('POST', 'sessions', { link, ...besides })
  }

  /** Makes a passkey and adds it to the account that is signed in. */
  async addPasskey(passkey = new Authenticator(this.#server.config.publicUrl)): Promise<Authenticator> {
    const challenge = (await this.call('POST', 'new-passkey-challenges')).json()
    const answer = await this.call('POST', 'passkeys', { name: 'phone', credential: passkey.make(challenge) })
    if (answer.statusCode !== 204) throw new Error(`no passkey was added: ${answer.body}`)
    return passkey
  }

  async signInByPasskey(passkey: Authenticator) {
    const challenge = (await this.call('POST', 'sign-in-challenges')).json()
    return await this.call('POST', 'passkey-sessions', passkey.use(challenge))
  }

  async usePasskey(passkey: Authenticator) {
    const challenge = (await this.call('POST', 'passkey-challenges')).json()
    return await this.call('POST', 'passkey-uses', passkey.use(challenge))
  }

  async isSignedIn(): Promise<boolean> {
    return (await this.call('GET', 'session')).statusCode === 200
  }
}

/** What was written to an address, the newest first, after all waiting mail went out. */
export async function lettersTo(server: Estamos, email: string) {
  await server.work()
  return (await lettersIn(server.deps.mailboxFolder)).filter(({ to }) => to === email)
}

/** The links that were mailed to an address, the newest first. */
export async function linksTo(server: Estamos, email: string): Promise<string[]> {
  return linksIn(await lettersTo(server, email))
}

export function linksIn(letters: { text: string }[]): string[] {
  return letters.flatMap(({ text }) => /#link=([\w-]+)/.exec(text)?.[1] ?? [])
}

let made = 0

/** An organizer who has not signed in yet. @returns her address */
export async function aStranger(
  server: Estamos,
  {
    role = 'owner',
    organization = 'mijente',
  }: { role?: 'owner' | 'editor' | 'viewer' | null; organization?: string } = {},
): Promise<string> {
  const { db, keys, now } = server.deps
  made += 1
  const email = `organizer-${made}@example.org`
  const id = await organizerOf(db, keys, { email }, now())
  if (role) await join(server, id, { role, organization })
  return email
}

export async function join(
  server: Estamos,
  organizerId: number,
  { role, organization }: { role: string; organization: string },
): Promise<void> {
  const { db, now } = server.deps
  await db.execute(sql`
    with organization as (
      insert into organizations (slug, name) values (${organization}, ${organization})
      on conflict (slug) do update set slug = excluded.slug returning id)
    insert into memberships (organization_id, organizer_id, role, since, owner_since)
    select id, ${organizerId}, ${role}, at, case when ${role} = 'owner' then at end
    from organization, (values (${now().toISOString()}::timestamptz)) as joined (at)`)
}

/** Somebody with a passkey, signed in, and fresh. */
export async function aPasskeyHolder(server: Estamos, of: Parameters<typeof aStranger>[1] = {}) {
  const { db, keys, now } = server.deps
  const email = await aStranger(server, of)
  const id = await organizerOf(db, keys, { email }, now())
  const browser = new TestBrowser(server)
  const { token } = await startSession(db, { organizerId: id, way: 'link', device: 'a test', now: now() })
  browser.cookies.set('organizer', token)
  const passkey = await browser.addPasskey()
  return { id, email, browser, passkey }
}
