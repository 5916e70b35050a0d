import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { forgetInvitations } from '../../server/organizations/forgetting.ts'
import type { Organization } from '../../server/organizations/contract.ts'
import { type AnOrganizer, anOrganizer, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aPasskeyHolder, lettersTo, TestBrowser } from '../organizers/browser.ts'

const server = estamos()

afterEach(() => {
  delete server.clock.now
})

const aSlug = () => `org-${randomBytes(5).toString('hex')}`
const anAddress = () => `invited-${randomBytes(5).toString('hex')}@example.org`

interface Inviting {
  slug: string
  owner: AnOrganizer
  email: string
}

async function invited(role = 'editor'): Promise<Inviting> {
  const inviting = { slug: aSlug(), email: anAddress() }
  const owner = await anOrganizer(server, { organization: inviting.slug })
  await invite({ ...inviting, owner }, role)
  return { ...inviting, owner }
}

async function invite({ owner, slug, email }: Inviting, role = 'editor', besides: object = {}) {
  return await owner.call('POST', `organizations/${slug}/invitations`, { email, role, ...besides })
}

async function tokenOf(email: string): Promise<string> {
  const [letter] = await lettersTo(server, email)
  return /\/console\/invitation#([\w-]+)/.exec(letter?.text ?? '')?.[1] ?? ''
}

async function organization({ owner, slug }: Inviting): Promise<Organization> {
  return (await owner.call('GET', `organizations/${slug}`)).json()
}

function accept(token: string, browser = new TestBrowser(server), besides: object = {}) {
  return browser.call('POST', 'invitation-acceptances', { token, ...besides })
}

function later(hours: number): void {
  server.clock.now = new Date(Date.now() + hours * 3_600_000)
}

describe('an invitation', () => {
  test('is a letter that brings whoever reads it in, with the role it names, and signs her in', async () => {
    const { slug, email } = await invited('editor')
    const browser = new TestBrowser(server)
    const token = await tokenOf(email)

    const preview = await browser.call('POST', 'invitation-previews', { token })
    const answer = await accept(token, browser, { name: 'Ada Lovelace' })

    expect(preview.json()).toMatchObject({ organization: { name: slug }, role: 'editor', email, isNew: true })
    expect(answer.json()).toEqual({ organization: { slug, name: slug }, role: 'editor', isSignedIn: true })
    expect((await browser.call('GET', 'session')).json()).toMatchObject({
      organizer: { email, name: 'Ada Lovelace' },
      organizations: [{ slug, role: 'editor' }],
    })
  })

  test('comes in Spanish where that was asked for', async () => {
    const inviting = { slug: aSlug(), email: anAddress() }
    const owner = await anOrganizer(server, { organization: inviting.slug })

    await invite({ ...inviting, owner }, 'viewer', { locale: 'es' })

    expect(await lettersTo(server, inviting.email)).toMatchObject([{ subject: 'Tienes una invitación' }])
  })

  test('looked at any number of times changes nothing', async () => {
    const { email } = await invited()
    const token = await tokenOf(email)

    const previews = await Promise.all(
      times(5, () => new TestBrowser(server).call('POST', 'invitation-previews', { token })),
    )

    expect(previews.map(({ statusCode }) => statusCode)).toEqual(times(5, () => 200))
    expect(previews.flatMap(({ cookies }) => cookies)).toEqual([])
    expect((await accept(token)).statusCode).toBe(200)
  })

  test('accepted by two clicks at once brings in one member and starts one session', async () => {
    const inviting = await invited()
    const token = await tokenOf(inviting.email)

    const answers = await Promise.all(times(6, () => accept(token)))

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
    expect(
      answers.filter(({ statusCode }) => statusCode !== 200).map((answer) => answer.json().code),
    ).toEqual(times(5, () => 'token-invalid'))
    expect((await organization(inviting)).members).toHaveLength(2)
  })

  test('is good for 24 hours', async () => {
    const { email } = await invited()
    const token = await tokenOf(email)
    later(25)

    const preview = await new TestBrowser(server).call('POST', 'invitation-previews', { token })

    expect(preview.json()).toMatchObject({ code: 'token-expired' })
    expect((await accept(token)).json()).toMatchObject({ code: 'token-expired' })
  })

  test('is void while the inviter is not an owner, whichever way they lost the role', async () => {
    const { slug, owner, email } = await invited('owner')
    const token = await tokenOf(email)
    await server.deps.db.execute(sql`
      update memberships set role = 'editor', owner_since = null where organizer_id = ${owner.id}`)

    const preview = await new TestBrowser(server).call('POST', 'invitation-previews', { token })
    const answer = await accept(token)

    expect(preview.json()).toMatchObject({ code: 'token-expired' })
    expect(answer.json()).toMatchObject({ code: 'token-expired' })
    const { rows } = await server.deps.db.execute(sql`
      select role from memberships join organizations on id = organization_id where slug = ${slug}`)
    expect(rows).toEqual([{ role: 'editor' }])
  })

  test('that was cancelled lets nobody in', async () => {
    const inviting = await invited()
    const token = await tokenOf(inviting.email)
    const [open] = (await organization(inviting)).invitations

    const answer = await inviting.owner.call(
      'DELETE',
      `organizations/${inviting.slug}/invitations/${open?.id}`,
    )

    expect(answer.statusCode).toBe(204)
    expect((await accept(token)).json()).toMatchObject({ code: 'token-invalid' })
    expect((await organization(inviting)).invitations).toEqual([])
  })

  test('that was cancelled before its letter went is not sent', async () => {
    const inviting = await invited()
    const [open] = (await organization(inviting)).invitations
    await inviting.owner.call('DELETE', `organizations/${inviting.slug}/invitations/${open?.id}`)

    expect(await lettersTo(server, inviting.email)).toEqual([])
  })

  test('sent again makes the first letter void, and lives for another 24 hours', async () => {
    const inviting = await invited()
    const first = await tokenOf(inviting.email)
    const [open] = (await organization(inviting)).invitations
    later(20)
    const path = `organizations/${inviting.slug}/invitations/${open?.id}/letters`
    const again = await anOrganizer(server, { organization: inviting.slug })

    const answer = await again.call('POST', path)

    expect(answer.statusCode).toBe(200)
    const second = await tokenOf(inviting.email)
    later(30)
    expect((await accept(first)).json()).toMatchObject({ code: 'token-invalid' })
    expect((await accept(second)).statusCode).toBe(200)
  })

  test('that nobody answered is forgotten 30 days after it has expired, with the address', async () => {
    const { slug } = await invited()
    const left = async () => {
      const { rows } = await server.deps.db.execute(sql`
        select from invitations join organizations on organizations.id = organization_id where slug = ${slug}`)
      return rows.length
    }

    later(24 * 30)
    await forgetInvitations(server.deps)
    expect(await left()).toBe(1)
    later(24 * 31 + 1)
    await forgetInvitations(server.deps)

    expect(await left()).toBe(0)
  })

  test('waits in the database with neither address nor link to be read', async () => {
    const { email } = await invited()
    const { rows } = await server.deps.db.execute<{ all: string }>(sql`
      select string_agg(letter::text, '') || (select string_agg(one::text, '') from invitations one) as all
      from letters letter`)

    const token = await tokenOf(email)

    expect(rows[0]?.all.length).toBeGreaterThan(100)
    expect(token).toMatch(/^[\w-]{43}$/)
    for (const secret of [email, token]) expect(rows[0]?.all).not.toContain(secret)
  })

  test.each(['', 'x', 'A'.repeat(43), 'A'.repeat(100)])('a token such as %j opens nothing', async (token) => {
    const answer = await accept(token)

    expect(['token-invalid', 'invalid-request']).toContain(answer.json().code)
    expect(answer.cookies).toEqual([])
  })
})

test('the addresses of people who are invited are shown to owners and editors, and not to viewers', async () => {
  const inviting = await invited()
  const editor = await anOrganizer(server, { organization: inviting.slug, role: 'editor' })
  const viewer = await anOrganizer(server, { organization: inviting.slug, role: 'viewer' })

  const seen = await Promise.all(
    [inviting.owner, editor, viewer].map(
      async (owner) => (await organization({ ...inviting, owner })).invitations[0],
    ),
  )

  expect(seen.map((one) => one?.email)).toEqual([inviting.email, inviting.email, undefined])
  expect(seen[2]).toMatchObject({ role: 'editor', isExpired: false })
})

describe('inviting', () => {
  test('an address twice is told, however it is spelled, and sends one letter', async () => {
    const inviting = await invited()

    const answer = await invite({ ...inviting, email: ` ${inviting.email.toUpperCase()}` })

    expect(answer.json()).toMatchObject({ code: 'already-invited', field: 'email' })
    expect(await lettersTo(server, inviting.email)).toHaveLength(1)
  })

  test('an address by two owners at the same moment makes one invitation', async () => {
    const slug = aSlug()
    const email = anAddress()
    const owners = await Promise.all(times(6, () => anOrganizer(server, { organization: slug })))

    const answers = await Promise.all(owners.map((owner) => invite({ owner, slug, email })))

    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, ...times(5, () => 409)])
  })

  test('an address whose invitation has expired invites it anew', async () => {
    const inviting = await invited('viewer')
    later(25)
    const owner = await anOrganizer(server, { organization: inviting.slug })

    const answer = await invite({ ...inviting, owner }, 'editor')

    expect(answer.statusCode).toBe(200)
    expect((await accept(await tokenOf(inviting.email))).json()).toMatchObject({ role: 'editor' })
  })

  test('a member is told, with the role she has', async () => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    const { email } = await anOrganizer(server, { organization: slug, role: 'viewer' })

    const answer = await invite({ owner, slug, email })

    expect(answer.json()).toMatchObject({ code: 'already-member', detail: expect.stringContaining('viewer') })
  })

  test.each(['nobody', 'a@b@c.org', 'a,b@c.org', 'a@ｇatech.edu'])('%j is refused', async (email) => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })

    const answer = await invite({ owner, slug, email })

    expect(answer.json()).toMatchObject({ code: 'email-invalid', field: 'email' })
  })

  test('stops at fifty letters a day, and goes on the next', async () => {
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    const answers = await Promise.all(times(52, () => invite({ owner, slug, email: anAddress() })))
    later(25)
    const next = await anOrganizer(server, { organization: slug })

    const tomorrow = await invite({ owner: next, slug, email: anAddress() })

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(50)
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(2)
    expect(tomorrow.statusCode).toBe(200)
  })
})

describe('accepting', () => {
  test('as somebody who has a passkey makes her a member, and does not sign her in', async () => {
    const { email } = await aPasskeyHolder(server)
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    await invite({ owner, slug, email }, 'owner')
    const browser = new TestBrowser(server)

    const answer = await accept(await tokenOf(email), browser)

    expect(answer.json()).toMatchObject({ role: 'owner', isSignedIn: false })
    expect(await browser.isSignedIn()).toBe(false)
    expect((await organization({ owner, slug, email })).members).toHaveLength(2)
  })

  test('in the session that she has goes on in it', async () => {
    const { email, browser } = await aPasskeyHolder(server)
    const slug = aSlug()
    const owner = await anOrganizer(server, { organization: slug })
    await invite({ owner, slug, email }, 'viewer')
    const before = browser.cookies.get('organizer')

    const answer = await accept(await tokenOf(email), browser)

    expect(answer.json()).toMatchObject({ isSignedIn: true })
    expect(browser.cookies.get('organizer')).toBe(before)
  })

  test('in the browser of somebody else signs in whom the letter was written to, and ends the other session', async () => {
    const { email } = await invited('viewer')
    const other = await anOrganizer(server)
    const browser = new TestBrowser(server)
    browser.cookies.set('organizer', other.session)

    await accept(await tokenOf(email), browser)

    expect((await browser.call('GET', 'session')).json()).toMatchObject({ organizer: { email } })
    expect((await other.call('GET', 'session')).json()).toMatchObject({ code: 'signed-out' })
  })

  test('as somebody whom an owner asked in, and who was made a member meanwhile, never lowers her role', async () => {
    const inviting = await invited('viewer')
    const token = await tokenOf(inviting.email)
    await accept(token)
    await server.deps.db.execute(sql`
      with person as (select organizer_id, organization_id from memberships join organizations on id = organization_id
        where slug = ${inviting.slug} and role = 'viewer'),
      raised as (update memberships set role = 'editor' from person
        where memberships.organizer_id = person.organizer_id returning 1)
      insert into invitations (organization_id, email_digest, contact, role, token_hash, invited_at, expires_at)
      select organization_id, email_digest, contact, 'viewer', sha256('again'), now(), now() + interval '1 day'
      from person join organizers on id = organizer_id`)

    const answer = await accept('again')

    expect(answer.json()).toMatchObject({ role: 'editor' })
  })

  test('from another site is refused', async () => {
    const { email } = await invited()
    const browser = new TestBrowser(server, { 'sec-fetch-site': 'cross-site' })

    const answer = await accept(await tokenOf(email), browser)

    expect(answer.json()).toMatchObject({ code: 'cross-origin' })
  })

  test('with a name that is a link is refused, and the invitation stays good', async () => {
    const { email } = await invited()
    const token = await tokenOf(email)

    const answer = await accept(token, undefined, { name: 'evil.example.com' })

    expect(answer.json()).toMatchObject({ code: 'name-not-allowed', field: 'name' })
    expect((await accept(token)).statusCode).toBe(200)
  })
})
