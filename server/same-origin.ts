import type { FastifyRequest } from 'fastify'
import type { Deps } from './deps.ts'
import { Refusal } from './refusal.ts'

/** Whatever changes something here must come from a page of ours; our pages say no referrer, so `Origin` may be "null". */
export function requireSameOrigin({ publicUrl }: Deps) {
  const ours = new URL(publicUrl).origin
  return async ({ method, headers }: FastifyRequest): Promise<void> => {
    if (method === 'GET' || method === 'HEAD') return
    const site = headers['sec-fetch-site']
    const isOurs = site ? site === 'same-origin' || site === 'none' : (headers.origin ?? ours) === ours
    if (!isOurs) throw new Refusal('cross-origin', 'This can only be done on our own pages.')
  }
}

const frames = ['iframe', 'frame', 'embed', 'object', 'fencedframe']

/** Browsers that know no policy of frames say at least what they load a page for. */
export async function refuseFrames({ headers }: FastifyRequest): Promise<void> {
  if (frames.includes(String(headers['sec-fetch-dest'])))
    throw new Refusal('cross-origin', 'This page is not shown in frames.')
}
