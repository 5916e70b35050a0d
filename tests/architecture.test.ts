import { readFileSync, globSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Source {
  path: string
  /** Without comments. */
  text: string
  imports: { from: string; isType: boolean }[]
}

const server = sources('server/**/*.ts')
const web = sources('web/**/*.{ts,svelte}')

test('the sources are found, and their imports read', () => {
  const app = server.find(({ path }) => path === 'server/app.ts')

  expect(server.length).toBeGreaterThan(50)
  expect(web.length).toBeGreaterThan(30)
  expect(app?.imports).toContainEqual({ from: 'server/pledges/routes.ts', isType: false })
  expect(app?.imports).toContainEqual({ from: 'server/deps.ts', isType: true })
})

describe('dependencies run one way', () => {
  const speaksHttp =
    /(^|\/)(routes|[a-z-]+-pages?|pages|app|server|refusals|doors|headers|logging|health|session|event-stream|show|same-origin|cookie|guard|limiting|unnamed-proxy|even-times)\.ts$/
  const nouns = server.filter(({ path }) => !speaksHttp.test(path))

  test('what is true of a noun knows no Fastify', () => {
    const breaches = importsOf(nouns, (from) => /^@?fastify\b/.test(from))

    expect(nouns.length).toBeGreaterThan(40)
    expect(breaches).toEqual([])
  })

  test('a route knows no tables and writes no SQL', () => {
    const routes = server.filter(({ path }) =>
      /(routes|-pages|app|session|event-stream|show)\.ts$/.test(path),
    )

    expect(routes.length).toBeGreaterThan(6)
    expect(
      importsOf(routes, (from) => from.startsWith('drizzle-orm') || from === 'server/db/schema.ts'),
    ).toEqual([])
  })

  test('only the app and the pages’ own list know routes, and only the server knows the app', () => {
    const ofRoutes = importers((from) => /(routes|-pages)\.ts$/.test(from))
    const ofApp = importers((from) => from === 'server/app.ts')

    expect(
      ofRoutes.filter(
        (path) => !isRoute(path) && path !== 'server/app.ts' && path !== 'server/pages/show.ts',
      ),
    ).toEqual([])
    expect(ofApp).toEqual(['server/server.ts'])
  })

  test('nobody imports the server itself, and the database knows no noun', () => {
    const db = server.filter(({ path }) => path.startsWith('server/db/'))
    const allowed = ['server/refusal.ts', 'server/config.ts']

    expect(importers((from) => from === 'server/server.ts')).toEqual([])
    expect(
      importsOf(
        db,
        (from) => from.startsWith('server/') && !from.startsWith('server/db/') && !allowed.includes(from),
      ),
    ).toEqual([])
  })

  test('the browser takes types of contracts from the server, and nothing else', () => {
    const taken = web.flatMap(({ path, imports }) =>
      imports.filter(({ from }) => from.startsWith('server/')).map((one) => ({ path, ...one })),
    )

    expect(taken.length).toBeGreaterThan(10)
    expect(taken.filter(({ isType }) => !isType)).toEqual([])
    expect(taken.filter(({ from }) => !/\/([a-z]+-)?contract\.ts$|^server\/refusal\.ts$/.test(from))).toEqual(
      [],
    )
  })

  test('what the server and the browser share knows neither', () => {
    const shared = sources('{spreadsheets,text}/*.ts')

    expect(shared.length).toBeGreaterThan(3)
    expect(importsOf(shared, (from) => /^(server|web|node:)/.test(from))).toEqual([])
  })
})

/** Which folder alone writes each table. */
const writers: Record<string, string> = {
  organizations: 'organizations',
  campaigns: 'campaigns',
  campaign_keys: 'campaigns',
  contact_keys: 'keys',
  deployment_keys: 'keys',
  pledge_texts: 'campaigns',
  campaign_campuses: 'campaigns',
  campuses: 'campuses',
  campus_domains: 'campuses',
  campus_directory: 'campuses',
  pledges: 'pledges',
  signings: 'pledges',
  code_tries: 'pledges',
  code_failures: 'pledges',
  tallies: 'leaderboards',
  tally_hours: 'leaderboards',
  created_hours: 'leaderboards',
  leaderboards: 'leaderboards',
  daily_names: 'leaderboards',
  answer_tallies: 'leaderboards',
  campaign_targets: 'campaigns',
  campaign_clauses: 'campaigns',
  campaign_questions: 'campaigns',
  campaign_logos: 'campaigns',
  forgettings: 'campaigns',
  organization_keys: 'contacts',
  sealed_contacts: 'contacts',
  organizers: 'organizers',
  sign_in_links: 'organizers',
  sign_in_asks: 'organizers',
  organizer_sessions: 'organizers',
  passkeys: 'organizers',
  passkey_challenges: 'organizers',
  recovery_codes: 'organizers',
  passkey_resets: 'organizers',
  memberships: 'organizations',
  invitations: 'organizations',
  campaign_partners: 'coalitions',
  partner_invitations: 'coalitions',
  sources: 'coalitions',
  chapter_requests: 'coalitions',
  exclusions: 'exclusions',
  mail_domains: 'exclusions',
  mail_exchanges: 'exclusions',
  offline_counts: 'imports',
  mail_tallies: 'mail',
  letters: 'mail',
  mail_allowances: 'mail',
  mail_refusals: 'mail',
  mail_suppressions: 'mail',
  provider_calls: 'mail',
  updates: 'updates',
  milestones: 'updates',
  milestone_wishes: 'updates',
  audit_log: 'audit',
  captcha_spent: 'captcha',
  captcha_counts: 'captcha',
  address_keys: 'limits',
  request_counts: 'limits',
  switches: 'switches',
}

describe('a table is written only by its own noun', () => {
  test('every table of the schema has its noun here', () => {
    const tables = server
      .filter(({ path }) => path.startsWith('server/db/schema/'))
      .flatMap(({ text }) => [...text.matchAll(/pgTable\(\s*'(\w+)'/g)])
      .map(([, table]) => table)

    expect(Object.keys(writers).sort()).toEqual(tables.sort())
  })

  test.each(Object.entries(writers))('%s by %s/', (table, folder) => {
    const writing = server.filter(({ text }) => writes(text, table)).map(({ path }) => path)

    expect(writing.length).toBeGreaterThan(0)
    expect(writing.filter((path) => dirname(path) !== `server/${folder}`)).toEqual([])
  })
})

describe('what no source of the server does', () => {
  test('read the environment, but for config.ts', () => {
    expect(saying(/\bprocess\.env\b/)).toEqual(['server/config.ts'])
  })

  test('ask what time it is, but where the clock is made', () => {
    expect(saying(/\bnew Date\(\s*\)|\bDate\.now\(/)).toEqual(['server/deps.ts'])
  })

  test('look away from types', () => {
    expect(saying(/\bas any\b|: any\b|@ts-ignore|@ts-nocheck/)).toEqual([])
  })

  test('fall into a stand-in because of NODE_ENV', () => {
    expect(saying(/NODE_ENV/)).toEqual([])
  })

  test('use another connection inside a transaction', () => {
    const inside = server.filter(({ text }) =>
      [...text.matchAll(/\.transaction\(async \(tx\) => \{([\s\S]*?)\n {2,4}\}\)/g)].some(([, body = '']) =>
        /\bdeps\.db\b|campaignOf\(deps|\.bySlug\(|\.byId\(campaign/.test(body),
      ),
    )

    expect(inside.map(({ path }) => path)).toEqual([])
  })

  test('live in a drawer for everything', () => {
    expect(server.filter(({ path }) => /utils?\b|helpers?\b|service|manager/i.test(path))).toEqual([])
  })
})

function sources(pattern: string): Source[] {
  return globSync(pattern, { cwd: root })
    .sort()
    .map((path) => {
      const text = read(path).replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*$/gm, '')
      return { path, text, imports: importsIn(path, text) }
    })
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function importsIn(path: string, text: string): Source['imports'] {
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s+)?([^'";]*?)\s*(?:from\s+)?'([^']+)'/gm)
  const dynamic = [...text.matchAll(/\bimport\(\s*'([^']+)'/g)].map(([, from = '']) => ({
    from,
    isType: false,
  }))
  const written = [...statements].map(([, type, names = '', from = '']) => ({
    from,
    isType: isOnlyTypes(type, names),
  }))
  return [...written, ...dynamic].map(({ from, isType }) => ({
    isType,
    from: from.startsWith('.') ? normalize(join(dirname(path), from)) : from,
  }))
}

function isOnlyTypes(type: string | undefined, names: string): boolean {
  const listed = /^\{([\s\S]*)\}$/
    .exec(names.trim())?.[1]
    ?.split(',')
    .filter((name) => name.trim())
  return Boolean(type) || Boolean(listed?.length && listed.every((name) => name.trim().startsWith('type ')))
}

function importsOf(from: Source[], isWanted: (imported: string) => boolean): string[] {
  return from.flatMap(({ path, imports }) =>
    imports.filter((one) => isWanted(one.from)).map((one) => `${path} imports ${one.from}`),
  )
}

/** Who imports it for more than its types. */
function importers(isWanted: (imported: string) => boolean): string[] {
  return server
    .filter(({ imports }) => imports.some(({ from, isType }) => !isType && isWanted(from)))
    .map(({ path }) => path)
}

function isRoute(path: string): boolean {
  return /(routes|-pages)\.ts$/.test(basename(path))
}

function writes(text: string, table: string): boolean {
  const camel = table.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  return (
    new RegExp(`\\b(insert into|update|delete from|truncate|merge into)\\s+${table}\\b`, 'i').test(text) ||
    new RegExp(`\\.(insert|update|delete)\\(\\s*${camel}\\s*\\)`).test(text)
  )
}

function saying(pattern: RegExp): string[] {
  return server.filter(({ text }) => pattern.test(text)).map(({ path }) => path)
}
