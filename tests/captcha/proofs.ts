import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { expect } from 'vitest'
import type { App } from '../../server/app.ts'
import { switchOff, switchOn } from '../../server/switches/turning.ts'
import type { Estamos } from '../estamos.ts'
import type { Challenge } from '../../server/captcha/contract.ts'

interface Wanted {
  source?: string
  for?: 'pledge' | 'link' | 'code'
  /** Where from. */
  ip?: string
}

type Server = { app: App }

/** Asks for a challenge of a campaign, and returns what the server says. */
export async function askForChallenge({ app }: Server, slug: string, { ip, ...query }: Wanted = {}) {
  return await app.inject({
    url: `/api/v1/campaigns/${slug}/captcha`,
    query,
    ...(ip && { remoteAddress: ip }),
  })
}

export async function aChallenge(server: Server, slug: string, wanted: Wanted = {}): Promise<Challenge> {
  return (await askForChallenge(server, slug, wanted)).json<Challenge>()
}

/** What goes along with a pledge. */
export async function aProof(server: Server, slug: string, wanted: Wanted = {}): Promise<string> {
  return await solved(await aChallenge(server, slug, wanted))
}

export async function solved(challenge: Challenge): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey })
  return payloadOf({ challenge, solution })
}

export function payloadOf(payload: object): string {
  return Buffer.from(JSON.stringify(payload)).toString('base64')
}

/** Turns the kill switch of a campaign, and waits until this process has heard of it. */
export async function raise(server: Estamos, slug: string, to: 'on' | 'off' = 'on') {
  const { id } = await server.deps.campaigns.bySlug(slug)
  const turn = { name: 'raised-captcha' as const, scope: { campaignId: id }, by: null }
  await (to === 'on' ? switchOn : switchOff)(server.deps, turn)
  const isRaised = async () => (await server.deps.campaigns.bySlug(slug)).switches.has('raised-captcha')
  await expect.poll(isRaised, { timeout: 10_000 }).toBe(to === 'on')
}
