import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { anOrganizer } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { TestBrowser } from '../organizers/browser.ts'

const server = estamos()

interface Said {
  code: number
  out: string
  wrong: string
}

/** `npm run organizer:invite -- …` with the settings of production. */
async function run(words: string[], settings: Record<string, string> = {}): Promise<Said> {
  const env = {
    PATH: process.env.PATH,
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

const tokenIn = ({ out }: Said) => /\/console\/invitation#([\w-]+)/.exec(out)?.[1] ?? ''
const accept = async (token: string, browser = new TestBrowser(server)) =>
  (await browser.call('POST', 'invitation-acceptances', { token })).json()

test('the first owner is made by a command: it makes the organization, prints the link, and writes it down', async () => {
  const slug = `chapter-${randomBytes(4).toString('hex')}`

  const said = await run(['ada@example.org', '--organization', slug, '--name', 'The Chapter'])

  expect(said).toMatchObject({ code: 0, wrong: '' })
  expect(said.out).toContain('The Chapter is made.')
  expect(said.out).toContain(`https://pledge.example.org/console/invitation#${tokenIn(said)}`)
  const browser = new TestBrowser(server)
  expect(await accept(tokenIn(said), browser)).toMatchObject({
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

test('run again it gives a new link, and the one before is void', async () => {
  const slug = `chapter-${randomBytes(4).toString('hex')}`
  const words = ['bo@example.org', '--organization', slug]
  const first = await run([...words, '--name', 'Again'])

  const second = await run(words)

  expect(second.out).not.toContain('is made')
  expect(await accept(tokenIn(first))).toMatchObject({ code: 'token-invalid' })
  expect(await accept(tokenIn(second))).toMatchObject({ role: 'owner' })
})

test('it makes an owner of whoever was a member with less', async () => {
  const { email } = await anOrganizer(server, { organization: 'mijente', role: 'viewer' })

  const said = await run([email, '--organization', 'mijente'])

  expect(await accept(tokenIn(said))).toMatchObject({ role: 'owner' })
})

test.each<[string, string[], RegExp]>([
  ['no address', [], /^npm run organizer:invite -- EMAIL/],
  ['two addresses', ['a@example.org', 'b@example.org'], /^npm run organizer:invite/],
  ['an option that there is not', ['a@example.org', '--role', 'viewer'], /^npm run organizer:invite/],
  ['what is no address', ['nobody', '--organization', 'mijente'], /exactly one @/],
  ['an organization that is not there', ['a@example.org', '--organization', 'nowhere'], /say its --name too/],
  ['a slug that is none', ['a@example.org', '--organization', 'No Way', '--name', 'N'], /small letters/],
  ['an empty name', ['a@example.org', '--organization', 'fine', '--name', ' '], /--name is the name/],
  ['another name', ['a@example.org', '--organization', 'mijente', '--name', 'Other'], /leave out --name/],
])('%s is answered by one clear sentence, and nothing is made', async (_, words, sentence) => {
  await anOrganizer(server, { organization: 'mijente' })
  const before = await counts()

  const said = await run(words)

  expect(said).toMatchObject({ code: 1, out: '', wrong: expect.stringMatching(sentence) })
  expect(said.wrong).not.toMatch(/ at .*\.ts/)
  expect(await counts()).toEqual(before)
})

test('an owner is told where she signs in', async () => {
  const { email } = await anOrganizer(server, { organization: 'mijente' })

  const said = await run([email, '--organization', 'mijente'])

  expect(said).toMatchObject({
    code: 1,
    wrong: expect.stringContaining('https://pledge.example.org/console/sign-in'),
  })
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
