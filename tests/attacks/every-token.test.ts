import { beforeAll, expect, test } from 'vitest'
import { doors } from '../../server/doors.ts'
import { stopUrl } from '../../server/mail/stop-link.ts'
import { access } from '../../server/organizers/access.ts'
import { unsubscribeUrl } from '../../server/pledges/unsubscribing.ts'
import {
  anOpenCampaign,
  anOrganizer,
  checksum,
  confirm,
  keyOf,
  letterTo,
  sign,
  tokenFor,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { linksTo, TestBrowser } from '../organizers/browser.ts'
import { reached } from './reached.ts'

const server = estamos()
let slug: string

beforeAll(async () => {
  slug = await anOpenCampaign(server)
})

/** All but streams, which do not end by themselves, and files. Whoever has no session is sent away before a body is read. */
const routes = [...Object.keys(doors), ...Object.keys(access)]
  .filter((route) => !route.includes('*') && !route.endsWith('/live'))
  .map((route) => ({
    route,
    method: route.split(' ')[0] as 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    url: route.split(' ')[1]!,
    readsToken: route.startsWith('POST') && (access[route]?.role ?? 'nobody') === 'nobody',
  }))

/** Each token that a letter, a page or a cookie of ours holds, and the routes that it is good for. */
const tokens: Record<string, { make: () => Promise<string>; opens: string[] }> = {
  'to confirm': {
    make: () => ofSigner('confirm'),
    opens: ['POST /api/v1/confirmations', 'POST /confirm/:token'],
  },
  'to her pledge': {
    make: () => ofSigner('my-pledge'),
    opens: ['POST /api/v1/my-pledge-sessions', 'POST /my-pledge/:token'],
  },
  'of her cookie': {
    make: () => ofSigner('session'),
    opens: Object.keys(doors).filter((route) => doors[route]?.for === 'signer'),
  },
  'to unsubscribe': {
    make: async () => last(unsubscribeUrl(server.deps, await keyOf(server, slug, await aSigner()), 'en')),
    opens: ['POST /unsubscribe/:token'],
  },
  'to stop all mail': {
    make: async () => last(stopUrl(server.deps, anAddress(), 'en')),
    opens: ['POST /stop-mail/:token'],
  },
  'to lead at a campus': { make: chapterLink, opens: ['POST /chapter-requests/:token'] },
  'of a receipt': {
    make: async () => (await sign(server, slug, { email: anAddress() })).json().receipt,
    opens: ['GET /api/v1/receipts/:receipt'],
  },
  // Good in the browser that asked alone, which this one is not.
  'to sign in': { make: signInLink, opens: [] },
  'of an invitation': {
    make: () => invitation('organizations/mijente/invitations', { role: 'viewer' }),
    opens: ['POST /api/v1/console/invitation-previews', 'POST /api/v1/console/invitation-acceptances'],
  },
  'of a partner’s invitation': {
    make: () => invitation(`campaigns/${slug}/partner-invitations`, { organizationName: 'BAJI' }),
    opens: [
      'POST /api/v1/console/partner-invitation-previews',
      'POST /api/v1/console/partner-invitation-acceptances',
    ],
  },
}

test('A20: every kind of token, tried on every route, opens its own and no other', async () => {
  let tries = 0
  for (const [kind, { make, opens }] of Object.entries(tokens)) {
    const others = routes.filter(({ route }) => !opens.includes(route))
    const token = await make()
    const before = await checksum(server, { but: ['passkey_challenges'] })
    const opened: string[] = []
    for (const one of others) {
      tries += 1
      if (await isOpened(one, token)) opened.push(one.route)
    }

    expect([kind, opened]).toEqual([kind, []])
    expect([kind, await checksum(server, { but: ['passkey_challenges'] })]).toEqual([kind, before])
    for (const one of routes.filter(({ route }) => opens.includes(route)))
      expect([kind, one.route, await isOpened(one, await make())]).toEqual([kind, one.route, true])
  }
  reached(
    'A20',
    `${Object.keys(tokens).length} kinds of token on ${routes.length} routes, ${tries} tries: none opened what it was not for`,
  )
})

/** Whether a route lets in with a token, in its path, its body and both cookies, where it lets in with no made-up one. */
async function isOpened(one: (typeof routes)[number], token: string): Promise<boolean> {
  const real = await statuses(one, token)
  if (real.every((status) => status >= 400)) return false
  const nonsense = await statuses(one, 'x'.repeat(token.length))
  return real.some((status, n) => status < 400 && nonsense[n]! >= 400)
}

let calls = 0

/** Of one call for each shape that a body with a token has. */
async function statuses(
  { method, url, readsToken }: (typeof routes)[number],
  token: string,
): Promise<number[]> {
  const bodies = readsToken ? [{ token }, { link: token }, {}] : [method === 'GET' ? undefined : {}]
  const answers = []
  for (const payload of bodies) {
    calls += 1
    const answer = await server.app.inject({
      method,
      url: url.replaceAll(/:\w+/g, token),
      cookies: { 'my-pledge': token, organizer: token },
      remoteAddress: `10.${calls >> 16}.${(calls >> 8) & 255}.${calls & 255}`,
      ...(payload && { payload }),
    })
    answers.push(answer.statusCode)
  }
  return answers
}

function anAddress(): string {
  calls += 1
  return `somebody${calls}@mail.example`
}

async function aSigner(): Promise<string> {
  const email = anAddress()
  await sign(server, slug, { email, updates: true })
  await confirm(server, slug, email)
  return email
}

async function ofSigner(purpose: 'confirm' | 'my-pledge' | 'session'): Promise<string> {
  const email = anAddress()
  await sign(server, slug, { email })
  if (purpose !== 'confirm') await confirm(server, slug, email)
  return await tokenFor(server, slug, { email, purpose })
}

async function chapterLink(): Promise<string> {
  const email = anAddress()
  await server.app.inject({
    method: 'POST',
    url: `/c/${slug}/gatech.edu/chapter-requests`,
    payload: new URLSearchParams({ email, name: 'Ada', about: '' }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  return /\/chapter-requests\/([\w-]+)/.exec((await letterTo(server, email))?.text ?? '')?.[1] ?? 'none'
}

async function signInLink(): Promise<string> {
  const { email } = await anOrganizer(server)
  await new TestBrowser(server).call('POST', 'sign-in-links', { email })
  return (await linksTo(server, email))[0] ?? 'none'
}

async function invitation(path: string, more: object): Promise<string> {
  const email = anAddress()
  const owner = await anOrganizer(server)
  await owner.call('POST', path, { email, ...more })
  return /#([\w-]{43})/.exec((await letterTo(server, email))?.text ?? '')?.[1] ?? 'none'
}

/** The last part of the path of a link. */
function last(url: string): string {
  return new URL(url).pathname.split('/').at(-1)!
}
