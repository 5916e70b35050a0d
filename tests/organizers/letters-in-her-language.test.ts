import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { transaction } from '../../server/db/db.ts'
import { lockOrganizer } from '../../server/organizers/passkeys.ts'
import { organizerOf } from '../../server/organizers/organizer.ts'
import { anOpenCampaign, anOrganizer } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aPasskeyHolder, aStranger, lettersTo, TestBrowser } from './browser.ts'

const server = estamos()
const SPANISH = 'Se añadió una llave de acceso'
const ENGLISH = 'A passkey was added'

const reading = (languages: string) => new TestBrowser(server, { 'accept-language': languages })

async function newest(email: string): Promise<string> {
  const [letter] = await lettersTo(server, email)
  return letter?.text ?? ''
}

describe('notices to an organizer', () => {
  test.each([
    ['es-MX,es;q=0.9,en;q=0.5', SPANISH],
    ['fr-CA, es;q=0.8', SPANISH],
    ['en-GB, es;q=0.8', ENGLISH],
    ['fr', ENGLISH],
    ['', ENGLISH],
  ])('are in what her browser read when she signed in (%s)', async (languages, words) => {
    const email = await aStranger(server)
    const browser = reading(languages)
    await browser.signInByLink(email)

    await browser.addPasskey()

    expect(await newest(email)).toContain(words)
  })

  test('follow her to another language with her next sign-in, by a passkey too', async () => {
    const { email, passkey } = await aPasskeyHolder(server)
    const browser = reading('es')
    await browser.signInByPasskey(passkey)
    await browser.usePasskey(passkey)

    await browser.call('POST', 'recovery-codes')

    expect(await newest(email)).toContain('códigos de recuperación nuevos')
    expect((await browser.call('GET', 'session')).json().organizer.email).toBe(email)
  })

  test('tell nobody who reads the table what she reads', async () => {
    const email = await aStranger(server)
    await reading('es').signInByLink(email)

    const { rows } = await server.deps.db.execute(
      sql`select row::text from organizers row order by id desc limit 1`,
    )

    expect(JSON.stringify(rows)).not.toMatch(/"es|es"|,es,/)
  })
})

describe('an invitation', () => {
  test('that is sent again speaks as the first one did', async () => {
    const owner = await anOrganizer(server, { organization: 'baji' })
    const email = `lea-${owner.id}@baji.example`
    await owner.call('POST', 'organizations/baji/invitations', { email, role: 'editor', locale: 'es' })
    await lettersTo(server, email)
    const { invitations } = (await owner.call('GET', 'organizations/baji')).json()
    const { id } = invitations.find((one: { email: string }) => one.email === email)

    await owner.call('POST', `organizations/baji/invitations/${id}/letters`)

    expect((await lettersTo(server, email)).map(({ subject }) => subject)).toEqual([
      'Tienes una invitación',
      'Tienes una invitación',
    ])
  })

  test('to carry a campaign is in what its reader reads, where she is known', async () => {
    const slug = await anOpenCampaign(server)
    const host = await anOrganizer(server)
    const email = await aStranger(server)
    await reading('es').signInByLink(email)

    await host.call('POST', `campaigns/${slug}/partner-invitations`, { organizationName: 'BAJI', email })

    expect(await newest(email)).toContain('/console/partner-invitation#')
    expect((await lettersTo(server, email))[0]?.subject).toContain('Tu organización tiene una invitación')
  })
})

describe('an invitation that is accepted while its reader adds her first passkey', () => {
  test.each(['invitation', 'partner-invitation'])('signs nobody in (%s)', async (kind) => {
    const slug = await anOpenCampaign(server)
    const owner = await anOrganizer(server)
    const email = await aStranger(server, { role: null })
    const { db, keys, now } = server.deps
    const id = await organizerOf(db, keys, { email }, now())
    const [path, asked] =
      kind === 'invitation'
        ? ['organizations/mijente/invitations', { email, role: 'viewer' }]
        : [`campaigns/${slug}/partner-invitations`, { email, organizationName: 'BAJI' }]
    await owner.call('POST', path, asked)
    const token = /#([\w-]{43})/.exec(await newest(email))?.[1]

    const accepting = await transaction(db, async (tx) => {
      await lockOrganizer(tx, id)
      const answer = new TestBrowser(server).call('POST', `${kind}-acceptances`, { token })
      await expect.poll(waiting).toBeGreaterThan(0)
      await tx.execute(sql`
        insert into passkeys (credential_id, organizer_id, public_key, counter, is_backed_up, name, added_at, counts_from)
        values (${`key-${id}-${kind}`}, ${id}, '', 0, false, 'phone', now(), now())`)
      return { answer }
    })
    const answer = await accepting.answer

    expect(answer.statusCode).toBe(200)
    expect(answer.json().isSignedIn).toBe(false)
    expect(answer.cookies).toEqual([])
  })
})

/** How many wait for a lock in this database. */
async function waiting(): Promise<number> {
  const { rows } = await server.deps.db.execute<{ count: number }>(sql`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`)
  return rows[0]?.count ?? 0
}
