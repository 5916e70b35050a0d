import { randomBytes } from 'node:crypto'
import { anOpenCampaign, anOrganizer, campaignId, codeFor, confirm, sign, tokenFor } from '../../builders.ts'
import type { Estamos } from '../../estamos.ts'
import type { FuzzedRequest } from './requests.ts'

/** A drive with a few pledges, and people who may do something there; made anew once somebody has closed or left it. */
export interface World {
  /** By the names of `values.ts`. */
  known: Record<string, unknown>
  cookies: Record<FuzzedRequest['as'], Record<string, string>>
}

export async function aWorld(server: Estamos): Promise<World> {
  const organization = `org-${randomBytes(5).toString('hex')}`
  const slug = await anOpenCampaign(server, {
    smallestShown: 2,
    organization: { slug: organization, name: 'Mijente' },
  })
  for (const name of ['ada', 'grace', 'mei']) await sign(server, slug, { email: `${name}@gatech.edu` })
  await confirm(server, slug, 'ada@gatech.edu')
  const owner = await anOrganizer(server, { organization })
  const viewer = await anOrganizer(server, { organization, role: 'viewer', isFresh: false })
  const session = await tokenFor(server, slug, { email: 'ada@gatech.edu', purpose: 'session' })
  return {
    known: {
      slug,
      campaign: slug,
      organization,
      domain: 'gatech.edu',
      campus: 'gatech.edu',
      organizer: viewer.id,
      partner: 'mijente',
      token: await tokenFor(server, slug, { email: 'grace@gatech.edu', purpose: 'confirm' }),
      email: 'mei@gatech.edu',
      code: await codeFor(server, slug, 'mei@gatech.edu'),
      source: 'poster',
      revision: 1,
      locale: 'en',
      textVersion: 1,
      fingerprint: 'none',
      at: server.deps.now().toISOString(),
      id: await campaignId(server, slug),
    },
    cookies: {
      nobody: {},
      organizer: { organizer: owner.session },
      viewer: { organizer: viewer.session },
      signer: { 'my-pledge': session },
    },
  }
}

/** What stands for something that the server knows is replaced by it. */
export function inWorld(world: World, value: unknown): unknown {
  if (typeof value === 'string') {
    const [, name = ''] = /^«(\w+)»$/.exec(value) ?? []
    return name ? world.known[name] : value
  }
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((one) => inWorld(world, one))
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inWorld(world, one)]))
}
