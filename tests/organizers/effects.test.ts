import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import sharp from 'sharp'
import { afterEach, describe, expect, test } from 'vitest'
import { type Access, access } from '../../server/organizers/access.ts'
import { startSession } from '../../server/organizers/sessions.ts'
import { pledgeInEnglish } from '../campaigns/drafts.ts'
import { type AnOrganizer, anOpenCampaign, anOrganizer, campaignId, times } from '../builders.ts'
import { aPartner } from '../coalitions/coalition.ts'
import { aPair, setKey } from '../contacts/keys.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf } from '../exclusions/flood.ts'
import { exclude, preview } from '../exclusions/rules.ts'
import { aReader, WORDS } from '../updates/writing.ts'
import { Authenticator } from './authenticator.ts'
import { aPasskeyHolder, aStranger, lettersTo, TestBrowser } from './browser.ts'
import { witness } from './witness.ts'

const server = estamos()
const seen = witness(server)

afterEach(() => {
  delete server.clock.now
})

type Answer = Awaited<ReturnType<AnOrganizer['call']>>

/** A call that a stolen session makes. */
interface Attempt {
  call: () => Promise<Answer>
  /** Refused for want of a passkey; else it goes through. */
  isRefused?: true
}

/** Arranges what a call needs, so that it goes through if nothing but a passkey is in its way. */
type Arrange = (world: World) => Promise<Attempt[]> | Attempt[]

const rows = Object.entries(access)
const free = rows.filter(([, { fresh }]) => !fresh)
const changing = free.filter(([route]) => !route.startsWith('GET '))

describe('an owner’s session whose passkey is not fresh does no more than a route declares', () => {
  test.each(changing)('%s', async (route, row) => {
    const arrange = attempts[route.replace('/api/v1/console/', '')]
    if (!arrange) throw new Error(`${route}: say in this test how it is called`)

    for (const { call, isRefused = false } of await arrange(await aWorld())) {
      await seen.effects()
      const answer = await call()
      const done = await seen.effects()

      const allowed: readonly string[] = isRefused ? [] : row.effects
      const outcome = answer.statusCode < 300 ? 'done' : answer.json().code
      expect([outcome, done.filter(({ effect }) => !allowed.includes(effect))]).toEqual([
        isRefused ? 'passkey-needed' : 'done',
        [],
      ])
    }
  })

  test('a GET does nothing at all', async () => {
    const { thief, ...world } = await aWorld()
    const reads = free.map(([route]) => route).filter((route) => route.startsWith('GET '))
    await seen.effects()

    for (const route of reads) {
      const path = inWorld(world, route.replace('GET /api/v1/console/', ''))
      const { statusCode } = await thief.call('GET', path)
      expect([route, statusCode < 500]).toEqual([route, true])
    }

    expect(await seen.effects()).toEqual([])
  })

  test('a route that needs a fresh passkey does nothing', async () => {
    const { thief, ...world } = await aWorld()
    const closed = rows.filter(([, { fresh }]) => fresh).map(([route]) => route)
    await seen.effects()

    const answers = []
    for (const route of closed) {
      const [method = '', url = ''] = route.split(' /api/v1/console/')
      answers.push((await thief.call(method as 'POST', inWorld(world, url))).json().code)
    }

    expect(answers).toEqual(closed.map(() => 'passkey-needed'))
    expect(await seen.effects()).toEqual([])
  })
})

/** Were a route like this to come without its row, its call would do what nothing declares. */
test.each<[string, (world: World) => Promise<Answer>, string[]]>([
  [
    'removes a member',
    async ({ organization, owner, victim }) =>
      await owner.call('DELETE', `organizations/${organization}/members/${victim.id}`),
    ['deletes', 'removes-person'],
  ],
  [
    'makes an owner',
    async ({ organization, owner }) => {
      const { id } = await anOrganizer(server, { organization, role: 'viewer' })
      await seen.effects()
      return await owner.call('PATCH', `organizations/${organization}/members/${id}`, { role: 'owner' })
    },
    ['widens-access'],
  ],
  [
    'closes a campaign',
    async ({ campaign, owner }) => await owner.call('POST', `campaigns/${campaign}/closure`),
    ['changes-count'],
  ],
  [
    'exports',
    async ({ campaign, owner }) => await owner.call('GET', `campaigns/${campaign}/exports/pledges/csv`),
    ['exports'],
  ],
  [
    'emails many',
    async (world) => {
      await aReader(server, world.campaign, anAddress())
      const { id, revision } = await anUpdate(world)
      await seen.effects()
      return await world.owner.call('POST', `campaigns/${world.campaign}/updates/${id}/sending`, { revision })
    },
    ['emails-many'],
  ],
])('a call that %s is seen to do so', async (_, call, effects) => {
  const world = await aWorld()
  await seen.effects()

  const answer = await call(world)

  expect(answer.statusCode).toBeLessThan(300)
  const done = (await seen.effects()).map(({ effect }) => effect)
  expect(done).toEqual(expect.arrayContaining(effects))
})

test('the routes that do lasting harm need a fresh passkey', () => {
  const [organization, campaign] = ['organizations/:organization', 'campaigns/:campaign']
  const dangerous = [
    `DELETE ${organization}/membership`,
    `PATCH ${organization}/members/:organizer`,
    `DELETE ${organization}/members/:organizer`,
    `POST ${organization}/hand-over`,
    `POST ${organization}/invitations`,
    `POST ${organization}/keys`,
    `DELETE ${campaign}`,
    `POST ${campaign}/closure`,
    `DELETE ${campaign}/partnership`,
    `DELETE ${campaign}/partners/:partner`,
    `POST ${campaign}/partner-invitations`,
    `DELETE ${campaign}/chapter-requests/:request`,
    `POST ${campaign}/hidden-names`,
    `POST ${campaign}/updates/:update/sending`,
    `DELETE ${campaign}/updates/:update/pause`,
    `POST ${campaign}/imports`,
    `GET ${campaign}/exports/contacts`,
    `GET ${campaign}/exports/exact-totals/:form`,
    `GET ${campaign}/exports/pledges/:form`,
    'DELETE passkeys/:passkey',
    'POST recovery-codes',
  ]

  const open = dangerous.filter((route) => !access[route.replace(' ', ' /api/v1/console/')]?.fresh)

  expect(open).toEqual([])
})

test('a route with effects compiles only with a passkey or a reason, and none without its effects', () => {
  // @ts-expect-error it deletes, and says neither that it needs a passkey nor why not
  const withoutReason: Access = { role: 'owner', effects: ['deletes'] }
  // @ts-expect-error it does not say what it does
  const withoutEffects: Access = { role: 'owner' }

  expect([withoutReason, withoutEffects]).toHaveLength(2)
})

interface World {
  organization: string
  /** Open, with 124 confirmed pledges, four of them by the source "poster". */
  campaign: string
  draft: string
  /** Arranges things. */
  owner: AnOrganizer
  /** Another owner, with a passkey, whose session is stolen. */
  victim: { id: number; email: string; passkey: Authenticator }
  thief: TestBrowser
}

async function aWorld(): Promise<World> {
  const organization = `host-${randomBytes(5).toString('hex')}`
  const host = { organization: { slug: organization, name: 'Host' } }
  const campaign = await anOpenCampaign(server, host)
  const draft = await anOpenCampaign(server, {
    ...host,
    state: 'draft',
    targets: [{ name: 'Lodestar', reason: { en: 'Sells it.' }, sourceUrl: 'https://example.org/' }],
    clauses: [{ en: 'I will ask.' }],
    questions: [{ words: { en: 'When?' }, options: [{ en: '2027' }, { en: 'Later' }] }],
  })
  const at = hoursAgo(48)
  await aCrowdOf(server, campaign, { people: 100, domain: 'mit.edu', at })
  await aCrowdOf(server, campaign, { people: 20, domain: 'reed.edu', source: 'ydsa-gt', at })
  await aCrowdOf(server, campaign, { people: 4, domain: 'reed.edu', source: 'poster', at })
  const owner = await anOrganizer(server, { organization })
  const { id, email, passkey } = await aPasskeyHolder(server, { organization })
  return { organization, campaign, draft, owner, victim: { id, email, passkey }, thief: await stale(id) }
}

async function stale(organizerId: number): Promise<TestBrowser> {
  const { db, now } = server.deps
  const { token } = await startSession(db, { organizerId, way: 'link', device: 'stolen', now: now() })
  const browser = new TestBrowser(server)
  browser.cookies.set('organizer', token)
  return browser
}

function hoursAgo(hours: number): Date {
  return new Date(Date.now() - hours * 3_600_000)
}

function inWorld({ organization, campaign }: Omit<World, 'thief'>, path: string): string {
  return path.replace(':organization', organization).replace(':campaign', campaign).replaceAll(/:\w+/g, '1')
}

/** One call that goes through. */
const through = (call: Attempt['call']): Attempt[] => [{ call }]

async function tokenIn(email: string, page: string): Promise<string> {
  const [letter] = await lettersTo(server, email)
  const token = new RegExp(`/console/${page}#([\\w.-]+)`).exec(letter?.text ?? '')?.[1]
  if (!token) throw new Error(`no link to ${page} in a letter to ${email}`)
  return token
}

const anAddress = () => `somebody-${randomBytes(5).toString('hex')}@example.org`

async function revisionOf({ owner }: World, campaign: string): Promise<number> {
  return (await owner.call('GET', `campaigns/${campaign}/settings`)).json().revision
}

/** Changes a part of the draft and of the open campaign. */
function edits(part: string, content: object): Arrange {
  return async (world) => {
    const { campaign, draft, thief } = world
    return await Promise.all(
      [draft, campaign].map(async (slug) => {
        const revision = await revisionOf(world, slug)
        return { call: () => thief.call('PUT', `campaigns/${slug}/${part}`, { revision, ...content }) }
      }),
    )
  }
}

async function sendsLogo({ draft, thief }: World, revision: number): Promise<Answer> {
  return await server.app.inject({
    method: 'PUT',
    url: `/api/v1/console/campaigns/${draft}/logo?revision=${revision}`,
    cookies: Object.fromEntries(thief.cookies),
    headers: { 'content-type': 'application/octet-stream' },
    payload: await sharp({ create: { width: 40, height: 20, channels: 3, background: '#b4231a' } })
      .png()
      .toBuffer(),
  })
}

async function anUpdate({ owner, campaign }: World): Promise<{ id: number; revision: number }> {
  return (await owner.call('POST', `campaigns/${campaign}/updates`, { words: WORDS })).json()
}

/** An update that is under way, or waits for its day. */
async function sent(world: World, step: 'sending' | 'schedule'): Promise<number> {
  const { owner, campaign } = world
  await aReader(server, campaign, anAddress())
  const { id, revision } = await anUpdate(world)
  const at = new Date(server.deps.now().getTime() + 86_400_000).toISOString()
  const body = { revision, ...(step === 'schedule' && { at }) }
  const answer = await owner.call('POST', `campaigns/${campaign}/updates/${id}/${step}`, body)
  if (answer.statusCode >= 300) throw new Error(`${step} was refused: ${answer.body}`)
  return id
}

async function aMailedInvitation({ owner, organization }: World) {
  const email = anAddress()
  await owner.call('POST', `organizations/${organization}/invitations`, { email, role: 'editor' })
  const { invitations } = (await owner.call('GET', `organizations/${organization}`)).json()
  return { id: invitations[0].id as number, token: await tokenIn(email, 'invitation') }
}

/** A campaign of somebody else asks for a partner. */
async function aPartnerInvitation() {
  const email = anAddress()
  const campaign = await anOpenCampaign(server)
  const host = await anOrganizer(server)
  await host.call('POST', `campaigns/${campaign}/partner-invitations`, { organizationName: 'BAJI', email })
  return { token: await tokenIn(email, 'partner-invitation') }
}

async function aLink(email: string) {
  const browser = new TestBrowser(server)
  return { browser, link: await browser.askForLink(email) }
}

async function aResetOf(email: string): Promise<void> {
  const { browser, link } = await aLink(email)
  await browser.call('POST', 'passkey-resets', { link })
}

async function anExclusion({ owner, campaign }: World, source: string): Promise<number> {
  const rule = { source, campus: 'reed.edu' }
  return (await exclude(server, owner, campaign, rule)).id
}

const attempts: Record<string, Arrange> = {
  'DELETE session': ({ thief }) => through(() => thief.call('DELETE', 'session')),

  'POST sign-in-links': ({ thief, victim: { email } }) =>
    through(() => thief.call('POST', 'sign-in-links', { email })),
  'POST sign-in-offers': async ({ victim }) => {
    const { browser, link } = await aLink(victim.email)
    return through(() => browser.call('POST', 'sign-in-offers', { link }))
  },
  'POST sessions': async ({ organization }) => {
    const { browser, link } = await aLink(await aStranger(server, { organization }))
    return through(() => browser.call('POST', 'sessions', { link }))
  },
  'POST sign-in-challenges': ({ thief }) => through(() => thief.call('POST', 'sign-in-challenges')),
  'POST passkey-sessions': async ({ victim: { passkey } }) => {
    const browser = new TestBrowser(server)
    const challenge = (await browser.call('POST', 'sign-in-challenges')).json()
    return through(() => browser.call('POST', 'passkey-sessions', passkey.use(challenge)))
  },
  'POST passkey-resets': async ({ victim }) => {
    const { browser, link } = await aLink(victim.email)
    return through(() => browser.call('POST', 'passkey-resets', { link }))
  },
  'POST passkey-stops': async ({ organization, thief }) => {
    const email = await aStranger(server, { organization })
    await server.deps.db.execute(sql`update organizers set joined_at = '2020-01-01'`)
    const { browser, link } = await aLink(email)
    await browser.call('POST', 'sessions', { link })
    await browser.addPasskey()
    const token = await tokenIn(email, 'first-passkey')
    return through(() => thief.call('POST', 'passkey-stops', { token }))
  },

  'POST passkey-challenges': ({ thief }) => through(() => thief.call('POST', 'passkey-challenges')),
  'POST passkey-uses': async ({ thief, victim: { passkey } }) => {
    const challenge = (await thief.call('POST', 'passkey-challenges')).json()
    return through(() => thief.call('POST', 'passkey-uses', passkey.use(challenge)))
  },
  'POST new-passkey-challenges': async ({ organization, thief }) => {
    const { id } = await anOrganizer(server, { organization, isFresh: false })
    const withoutPasskey = await stale(id)
    return [
      { call: () => withoutPasskey.call('POST', 'new-passkey-challenges') },
      { call: () => thief.call('POST', 'new-passkey-challenges'), isRefused: true },
    ]
  },
  'POST passkeys': async ({ organization }) => {
    const { id } = await anOrganizer(server, { organization, isFresh: false })
    const browser = await stale(id)
    const challenge = (await browser.call('POST', 'new-passkey-challenges')).json()
    const credential = new Authenticator(server.config.publicUrl).make(challenge)
    return through(() => browser.call('POST', 'passkeys', { name: 'phone', credential }))
  },
  'PATCH passkeys/:passkey': async ({ thief }) => {
    const [passkey] = (await thief.call('GET', 'account')).json().passkeys
    return through(() => thief.call('PATCH', `passkeys/${passkey.id}`, { name: 'mine' }))
  },
  'DELETE sessions': ({ thief }) => through(() => thief.call('DELETE', 'sessions')),
  'DELETE sessions/:session': async ({ thief }) => {
    const { sessions } = (await thief.call('GET', 'account')).json()
    const other = sessions.find(({ isThis }: { isThis: boolean }) => !isThis)
    return through(() => thief.call('DELETE', `sessions/${other.id}`))
  },
  'DELETE passkey-reset': async ({ thief, victim }) => {
    await aResetOf(victim.email)
    return through(() => thief.call('DELETE', 'passkey-reset'))
  },

  'DELETE organizations/:organization/passkey-resets/:organizer': async ({ organization, thief }) => {
    const { id, email } = await aPasskeyHolder(server, { organization })
    await aResetOf(email)
    return through(() => thief.call('DELETE', `organizations/${organization}/passkey-resets/${id}`))
  },
  'PATCH organizations/:organization': async ({ organization, thief }) => {
    const { revision } = (await thief.call('GET', `organizations/${organization}`)).json()
    return through(() => thief.call('PATCH', `organizations/${organization}`, { name: 'Renamed', revision }))
  },
  'DELETE organizations/:organization/invitations/:invitation': async (world) => {
    const { id } = await aMailedInvitation(world)
    const path = `organizations/${world.organization}/invitations/${id}`
    return through(() => world.thief.call('DELETE', path))
  },
  'POST organizations/:organization/key-trials': ({ organization, thief }) => {
    const publicKey = Buffer.from(aPair().publicKey).toString('base64url')
    return through(() => thief.call('POST', `organizations/${organization}/key-trials`, { publicKey }))
  },
  'DELETE organizations/:organization/keys/:fingerprint': async ({ organization, owner, thief }) => {
    const next = aPair()
    await setKey(owner, organization)
    await setKey(owner, organization, next)
    return through(() => thief.call('DELETE', `organizations/${organization}/keys/${next.fingerprint}`))
  },
  'POST invitation-previews': async (world) => {
    const { token } = await aMailedInvitation(world)
    return through(() => world.thief.call('POST', 'invitation-previews', { token }))
  },
  'POST invitation-acceptances': async (world) => {
    const { token } = await aMailedInvitation(world)
    return through(() => world.thief.call('POST', 'invitation-acceptances', { token }))
  },

  'POST organizations/:organization/campaigns': ({ organization, thief }) => {
    const slug = `new-${randomBytes(5).toString('hex')}`
    const request = { slug, title: 'A drive', locale: 'en' }
    return through(() => thief.call('POST', `organizations/${organization}/campaigns`, request))
  },
  'PATCH campaigns/:campaign/settings': async (world) => {
    const { campaign, thief } = world
    const revision = await revisionOf(world, campaign)
    const change = (setting: object) => () =>
      thief.call('PATCH', `campaigns/${campaign}/settings`, { revision, ...setting })
    const soon = new Date(server.deps.now().getTime() + 60_000).toISOString()
    return [
      { call: change({ closesAt: soon }), isRefused: true },
      { call: change({ smallestShown: 1_000, namesShownAfter: 1_000 }), isRefused: true },
      { call: change({ namesShownAfter: 100_000 }), isRefused: true },
      { call: change({ pace: 'steps' }), isRefused: true },
      { call: change({ goal: 5_000 }) },
    ]
  },
  'PUT campaigns/:campaign/texts': edits('texts', { texts: [{ ...pledgeInEnglish, title: 'Another' }] }),
  'PUT campaigns/:campaign/targets': edits('targets', { targets: [] }),
  'PUT campaigns/:campaign/clauses': edits('clauses', { clauses: [] }),
  'PUT campaigns/:campaign/questions': edits('questions', { questions: [] }),
  'PUT campaigns/:campaign/logo': async (world) => {
    const revision = await revisionOf(world, world.draft)
    return through(() => sendsLogo(world, revision))
  },
  'DELETE campaigns/:campaign/logo': async (world) => {
    const { draft, thief } = world
    await sendsLogo(world, await revisionOf(world, draft))
    const revision = await revisionOf(world, draft)
    return through(() => thief.call('DELETE', `campaigns/${draft}/logo?revision=${revision}`))
  },
  'PUT campaigns/:campaign/campuses/:domain': async (world) => {
    const { campaign, thief } = world
    const { revision } = (await thief.call('GET', `campaigns/${campaign}/campuses/mit.edu`)).json()
    const content = { revision, goal: 50, chapterName: 'YDSA', nextSteps: [] }
    return through(() => thief.call('PUT', `campaigns/${campaign}/campuses/mit.edu`, content))
  },
  'DELETE campaigns/:campaign/campuses/:domain': async ({ campaign, owner, thief }) => {
    const path = `campaigns/${campaign}/campuses/mit.edu`
    const { revision: before } = (await owner.call('GET', path)).json()
    const content = { revision: before, goal: 50, chapterName: 'YDSA', nextSteps: [] }
    const { revision } = (await owner.call('PUT', path, content)).json()
    return through(() => thief.call('DELETE', `${path}?revision=${revision}`))
  },
  'POST campaigns/:campaign/opening': async (world) => {
    const { draft, owner, thief } = world
    await owner.call('PUT', `campaigns/${draft}/texts`, {
      revision: await revisionOf(world, draft),
      texts: [pledgeInEnglish],
    })
    const revision = await revisionOf(world, draft)
    return through(() => thief.call('POST', `campaigns/${draft}/opening`, { revision }))
  },
  'DELETE campaigns/:campaign/closure': async ({ campaign, owner, thief }) => {
    await owner.call('POST', `campaigns/${campaign}/closure`)
    return through(() => thief.call('DELETE', `campaigns/${campaign}/closure`))
  },
  'POST campaigns/:campaign/preview': ({ campaign, thief }) =>
    through(() => thief.call('POST', `campaigns/${campaign}/preview`, { locale: 'en', isWholePage: true })),

  'DELETE campaigns/:campaign/partner-invitations/:invitation': async ({ campaign, owner, thief }) => {
    const path = `campaigns/${campaign}/partner-invitations`
    const request = { organizationName: 'BAJI', email: anAddress() }
    const { invitations } = (await owner.call('POST', path, request)).json()
    return through(() => thief.call('DELETE', `${path}/${invitations[0].id}`))
  },
  'POST partner-invitation-previews': async ({ thief }) => {
    const { token } = await aPartnerInvitation()
    return through(() => thief.call('POST', 'partner-invitation-previews', { token }))
  },
  'POST partner-invitation-acceptances': async ({ organization, thief }) => {
    const { token } = await aPartnerInvitation()
    const accept = (body: object) => () => thief.call('POST', 'partner-invitation-acceptances', body)
    return [{ call: accept({ token, organization }), isRefused: true }, { call: accept({ token }) }]
  },
  'POST campaigns/:campaign/sources': ({ campaign, thief }) =>
    through(() => thief.call('POST', `campaigns/${campaign}/sources`, { code: 'quad', name: 'Quad' })),
  'DELETE campaigns/:campaign/sources/:code': async ({ campaign, thief }) => {
    const partner = await aPartner(server, campaign)
    await partner.call('POST', `campaigns/${campaign}/sources`, { code: 'theirs', name: 'Theirs' })
    return through(() => thief.call('DELETE', `campaigns/${campaign}/sources/poster`))
  },

  'PUT campaigns/:campaign/switches/:switch': ({ campaign, thief }) =>
    through(() => thief.call('PUT', `campaigns/${campaign}/switches/closed-signing`)),
  'PUT organizations/:organization/switches/:switch': ({ organization, thief }) =>
    through(() => thief.call('PUT', `organizations/${organization}/switches/frozen-leaderboard`)),

  'POST campaigns/:campaign/exclusion-previews': ({ campaign, thief }) =>
    through(() =>
      thief.call('POST', `campaigns/${campaign}/exclusion-previews`, { rule: { campus: 'mit.edu' } }),
    ),
  'POST campaigns/:campaign/exclusions': async ({ campaign, owner, thief }) => {
    const named = { people: 1, domain: 'reed.edu', source: 'poster', name: () => 'Zed' }
    await aCrowdOf(server, campaign, { ...named, state: 'pending', at: hoursAgo(48) })
    const applies = async (rule: object) => {
      const body = { rule, preview: (await preview(owner, campaign, rule)).preview }
      return () => thief.call('POST', `campaigns/${campaign}/exclusions`, body)
    }
    return [
      { call: await applies({ state: 'confirmed' }), isRefused: true },
      { call: await applies({ campus: 'mit.edu' }), isRefused: true },
      { call: await applies({ source: 'poster', name: 'Zed' }), isRefused: true },
      { call: await applies({ source: 'poster' }) },
      // Five of 124 have been moved today: another four are too many.
      { call: await applies({ source: 'poster', state: 'confirmed' }), isRefused: true },
    ]
  },
  'POST campaigns/:campaign/exclusions/:exclusion/keeping': async ({ campaign, thief }) => {
    const { rows } = await server.deps.db.execute<{ id: number }>(sql`
      insert into exclusions (campaign_id, rule, state, found, reason, subject, made_at)
      values (${await campaignId(server, campaign)}, '{}', 'applied', 0, 'several-signs', '\\x00', now()) returning id`)
    return through(() => thief.call('POST', `campaigns/${campaign}/exclusions/${rows[0]?.id}/keeping`))
  },
  'POST campaigns/:campaign/exclusions/:exclusion/undo': async (world) => {
    const { campaign, thief } = world
    server.clock.now = hoursAgo(25)
    const small = await anExclusion(world, 'poster')
    const large = await anExclusion(world, 'ydsa-gt')
    delete server.clock.now
    const undo = (id: number) => () => thief.call('POST', `campaigns/${campaign}/exclusions/${id}/undo`)
    return [{ call: undo(large), isRefused: true }, { call: undo(small) }]
  },

  'POST campaigns/:campaign/updates': ({ campaign, thief }) =>
    through(() => thief.call('POST', `campaigns/${campaign}/updates`, { words: WORDS })),
  'PUT campaigns/:campaign/updates/:update': async (world) => {
    const { id, revision } = await anUpdate(world)
    const path = `campaigns/${world.campaign}/updates/${id}`
    return through(() => world.thief.call('PUT', path, { revision, words: WORDS }))
  },
  'DELETE campaigns/:campaign/updates/:update': async (world) => {
    const { id, revision } = await anUpdate(world)
    const path = `campaigns/${world.campaign}/updates/${id}?revision=${revision}`
    return through(() => world.thief.call('DELETE', path))
  },
  'POST campaigns/:campaign/updates/:update/tests': async (world) => {
    const { id, revision } = await anUpdate(world)
    const path = `campaigns/${world.campaign}/updates/${id}/tests`
    return through(() => world.thief.call('POST', path, { revision }))
  },
  'DELETE campaigns/:campaign/updates/:update/schedule': async (world) => {
    const id = await sent(world, 'schedule')
    return through(() => world.thief.call('DELETE', `campaigns/${world.campaign}/updates/${id}/schedule`))
  },
  'POST campaigns/:campaign/updates/:update/pause': async (world) => {
    const id = await sent(world, 'sending')
    return through(() => world.thief.call('POST', `campaigns/${world.campaign}/updates/${id}/pause`))
  },
  'POST campaigns/:campaign/updates/:update/cancellation': async (world) => {
    const id = await sent(world, 'sending')
    return through(() => world.thief.call('POST', `campaigns/${world.campaign}/updates/${id}/cancellation`))
  },

  'POST campaigns/:campaign/import-previews': ({ campaign, thief }) => {
    const imported = { rows: times(2, (n) => ({ row: n + 1, email: anAddress() })) }
    return through(() => thief.call('POST', `campaigns/${campaign}/import-previews`, imported))
  },
  'POST campaigns/:campaign/offline-counts': ({ campaign, thief }) =>
    through(() => thief.call('POST', `campaigns/${campaign}/offline-counts`, { count: 42, note: 'Quad' })),
  'DELETE campaigns/:campaign/offline-counts/:id': async ({ campaign, owner, thief }) => {
    const path = `campaigns/${campaign}/offline-counts`
    const { counts } = (await owner.call('POST', path, { count: 42, note: 'Quad' })).json()
    return through(() => thief.call('DELETE', `${path}/${counts[0].id}`))
  },
}
