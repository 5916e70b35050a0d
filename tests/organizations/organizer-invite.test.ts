import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { bareEnvironment } from '../bare-environment.ts'
import { inviteFromCommandLine, type Wish } from '../../server/organizations/operator.ts'
import { anOrganizer } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { lettersTo, TestBrowser } from '../organizers/browser.ts'

const server = estamos()

interface Said {
  code: number
  out: string
  wrong: string
}

/** `npm run organizer:invite -- …` with the settings of production. */
async function run(words: string[], settings: Record<string, string> = {}): Promise<Said> {
  const env = {
    ...bareEnvironment(),
    MODE: 'production',
    DATABASE_URL: server.databaseUrl,
    PUBLIC_URL: 'https://pledge.example.org',
    SECRET_KEY: 'tests-7Yk2vQ9pLx4mZt8rWc3nBh6jFd1gSa5e',
    MAIL_FROM: 'Estamos <pledge@example.org>',
    SMTP_URL: 'smtp://localhost:1',
    CAPTCHA: 'none',
    CAPTCHA_NONE_IN_PRODUCTION: 'yes',
    ...settings,
  }
  return await new Promise((tell) => {
    execFile(process.execPath, ['server/organizer-invite.ts', ...words], { env }, (error, out, wrong) =>
      tell({ code: Number(error?.code ?? 0), out, wrong: wrong.trim() }),
    )
  })
}

const aSlug = () => `chapter-${randomBytes(4).toString('hex')}`
const invite = (wish: Wish) => inviteFromCommandLine(server.deps, wish)
const tokenIn = (said: string) => /\/console\/invitation#([\w-]+)/.exec(said)?.[1] ?? ''
const accept = async (token: string, browser = new TestBrowser(server)) =>
  (await browser.call('POST', 'invitation-acceptances', { token })).json()

test('the first owner is made by a command: it makes the organization, prints the link, and writes it down', async () => {
  const slug = aSlug()

  const said = await run(['ada@example.org', '--organization', slug, '--name', 'The Chapter'])

  expect(said).toMatchObject({ code: 0, wrong: '' })
  expect(said.out).toContain('The Chapter is made.')
  expect(said.out).toContain(`https://pledge.example.org/console/invitation#${tokenIn(said.out)}`)
  const browser = new TestBrowser(server)
  expect(await accept(tokenIn(said.out), browser)).toMatchObject({
    organization: { slug },
    role: 'owner',
    isSignedIn: true,
  })
  const log = (await browser.call('GET', `organizations/${slug}/audit`)).json()
  expect(
    log.entries.map(({ action, who }: { action: string; who: { is: string } }) => [action, who.is]),
  ).toEqual([
    ['member.join', 'member'],
    ['member.invite', 'server'],
    ['organization.make', 'server'],
  ])
})

test('asked for again it gives a new link, and the one before is void', async () => {
  const slug = aSlug()
  const first = await invite({ email: 'bo@example.org', slug, name: 'Again' })

  const second = await invite({ email: 'bo@example.org', slug })

  expect([first.isNew, second.isNew]).toEqual([true, false])
  expect(await accept(tokenIn(first.url))).toMatchObject({ code: 'token-invalid' })
  expect(await accept(tokenIn(second.url))).toMatchObject({ role: 'owner' })
})

test('it mails the link too', async () => {
  const email = `${aSlug()}@example.org`

  const { url } = await invite({ email, slug: aSlug(), name: 'Mailed' })

  expect((await lettersTo(server, email))[0]?.text).toContain(url)
})

test('it makes an owner of whoever was a member with less', async () => {
  const { email } = await anOrganizer(server, { organization: 'mijente', role: 'viewer' })

  const { url } = await invite({ email, slug: 'mijente' })

  expect(await accept(tokenIn(url))).toMatchObject({ role: 'owner' })
})

const a = { email: 'a@example.org' }

test.each<[string, Wish, RegExp]>([
  ['what is no address', { email: 'nobody', slug: 'mijente' }, /exactly one @/],
  ['an organization that is not there', { ...a, slug: 'nowhere' }, /say its --name too/],
  ['a slug that is none', { ...a, slug: 'No Way', name: 'N' }, /small letters/],
  ['an empty name', { ...a, slug: 'fine', name: ' ' }, /--name is the name/],
  ['another name', { ...a, slug: 'mijente', name: 'Other' }, /leave out --name/],
  [
    'no organization, where there are several',
    a,
    /Say which: --organization and one of:\n[^]*\n {2}mijente {2}\(/,
  ],
])('%s is answered by a clear sentence, and nothing is made', async (_, wish, sentence) => {
  await anOrganizer(server, { organization: 'mijente' })
  await anOrganizer(server, { organization: 'another' })
  const before = await counts()

  await expect(invite(wish)).rejects.toThrow(sentence)

  expect(await counts()).toEqual(before)
})

test('an owner is told where she signs in', async () => {
  const { email } = await anOrganizer(server, { organization: 'mijente' })

  await expect(invite({ email, slug: 'mijente' })).rejects.toThrow(
    `${server.config.publicUrl}/console/sign-in`,
  )
})

test('wrong words are answered by how it is used', async () => {
  const wrong = [[], ['a@example.org', 'b@example.org'], ['a@example.org', '--role', 'viewer']]

  const said = await Promise.all(wrong.map((words) => run(words)))

  for (const one of said) {
    expect(one).toMatchObject({
      code: 1,
      out: '',
      wrong: expect.stringMatching(/^npm run organizer:invite -- EMAIL/),
    })
  }
})

test('settings that are missing, and a database that is away or was never migrated, are said', async () => {
  const empty = server.databaseUrl.replace(/[^/]*$/, 'postgres')

  const [missing, away, unmigrated] = await Promise.all([
    run(['a@example.org'], { SECRET_KEY: '' }),
    run(['a@example.org'], { DATABASE_URL: 'postgres://localhost:1/nowhere' }),
    run(['a@example.org'], { DATABASE_URL: empty }),
  ])

  expect(missing).toMatchObject({ code: 1, wrong: expect.stringContaining('SECRET_KEY') })
  expect(away).toMatchObject({ code: 1, wrong: 'The database at DATABASE_URL cannot be reached.' })
  expect(unmigrated).toMatchObject({ code: 1, wrong: 'The database has no tables yet: npm run db:migrate' })
})

async function counts(): Promise<unknown> {
  const { rows } = await server.deps.db.execute(sql`
    select (select count(*) from organizations) as organizations, (select count(*) from invitations) as invitations,
      (select count(*) from audit_log) as entries`)
  return rows
}
