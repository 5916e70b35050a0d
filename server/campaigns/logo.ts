import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import type { Sharp } from 'sharp'
import { campaignLogos } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'
import { changeCampaign } from './changing.ts'
import type { Logo } from './reading.ts'
import { invalid } from './wording.ts'

const LARGEST_KB = 200

/** More pixels than a logo needs, and few enough that decoding them takes little memory. */
const MAX_PIXELS = 4_000_000

/** No SVG, which may hold scripts. */
const types: Partial<Record<string, Logo['type']>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
}

export const logoTypes = Object.values(types).filter((type) => type !== undefined)

/**
 * Gives a campaign its logo. The picture is decoded and encoded again, so that neither what a camera wrote into it (a
 * place, a name) nor bytes hidden behind it reach anybody.
 * @throws Refusal `setting-invalid`
 */
export async function changeLogo(
  deps: Deps,
  member: CampaignMember,
  { revision, bytes }: { revision: number; bytes: Buffer },
): Promise<void> {
  const picture = await encodeAgain(bytes)
  const logo = { ...picture, hash: createHash('sha256').update(picture.bytes).digest() }
  await changeCampaign(deps, member, revision, async (tx, { id: campaignId }) => {
    await tx
      .insert(campaignLogos)
      .values({ campaignId, ...logo })
      .onConflictDoUpdate({ target: campaignLogos.campaignId, set: logo })
    return { action: 'campaign.change', details: { logo: logo.hash.toString('hex') } }
  })
}

/** @throws Refusal `setting-invalid` */
async function encodeAgain(bytes: Buffer): Promise<{ type: Logo['type']; bytes: Buffer }> {
  const kilobytes = Math.ceil(bytes.length / 1000)
  if (kilobytes > LARGEST_KB) {
    throw invalid(
      'logo',
      `This picture has ${kilobytes} kB; ${LARGEST_KB} kB is the most. Save it smaller: 400 pixels are enough.`,
    )
  }
  const decoder = await loadDecoder()
  try {
    const { data, info } = await decoder(bytes).autoOrient().toBuffer({ resolveWithObject: true })
    return { type: types[info.format]!, bytes: data }
  } catch {
    throw unreadable()
  }
}

/** Loaded once a logo arrives, since a start has no use for it; without the decoders of all other formats. */
async function loadDecoder(): Promise<(bytes: Buffer) => Sharp> {
  const { default: sharp } = await import('sharp')
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadWebp'] })
  return (bytes) => sharp(bytes, { limitInputPixels: MAX_PIXELS })
}

function unreadable(): Refusal {
  return invalid(
    'logo',
    'This file is not a PNG, JPEG or WebP picture that we can read, or it has more than 4 million pixels. Save it as one of them, 400 pixels wide.',
  )
}

export async function removeLogo(deps: Deps, member: CampaignMember, revision: number): Promise<void> {
  await changeCampaign(deps, member, revision, async (tx, { id }) => {
    await tx.delete(campaignLogos).where(eq(campaignLogos.campaignId, id))
    return { action: 'campaign.change', details: { logo: null } }
  })
}

/** @throws Refusal `not-found` where the campaign has no logo, or now another one */
export async function logoOf(
  { db }: Deps,
  campaignId: number,
  hash: string,
): Promise<{ type: Logo['type']; bytes: Buffer }> {
  const [logo] = await db
    .select()
    .from(campaignLogos)
    .where(and(eq(campaignLogos.campaignId, campaignId), eq(campaignLogos.hash, Buffer.from(hash, 'hex'))))
  if (!logo) throw new Refusal('not-found', 'There is no such picture.')
  return logo
}
