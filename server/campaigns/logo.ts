import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { campaignLogos } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'
import { changeCampaign } from './changing.ts'
import type { Logo } from './reading.ts'
import { invalid } from './wording.ts'

const LARGEST_KB = 200

/** By what its bytes begin with; no SVG, which may hold scripts. */
const kinds: [type: Logo['type'], begins: (bytes: Buffer) => boolean][] = [
  ['image/png', (bytes) => bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))],
  ['image/jpeg', (bytes) => bytes.subarray(0, 3).equals(Buffer.of(0xff, 0xd8, 0xff))],
  [
    'image/webp',
    (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
  ],
]

export const logoTypes = kinds.map(([type]) => type)

/**
 * Gives a campaign its logo. Its bytes are shown as they came: what a camera wrote into them stays in them.
 * @throws Refusal `setting-invalid`
 */
export async function changeLogo(
  deps: Deps,
  member: CampaignMember,
  { revision, bytes }: { revision: number; bytes: Buffer },
): Promise<void> {
  const type = checkedType(bytes)
  const logo = { type, bytes, hash: createHash('sha256').update(bytes).digest() }
  await changeCampaign(deps, member, revision, async (tx, { id: campaignId }) => {
    await tx
      .insert(campaignLogos)
      .values({ campaignId, ...logo })
      .onConflictDoUpdate({ target: campaignLogos.campaignId, set: logo })
    return { action: 'campaign.change', details: { logo: logo.hash.toString('hex') } }
  })
}

/** @throws Refusal `setting-invalid` */
function checkedType(bytes: Buffer): Logo['type'] {
  const kilobytes = Math.ceil(bytes.length / 1000)
  if (kilobytes > LARGEST_KB) {
    throw invalid(
      'logo',
      `This picture has ${kilobytes} kB; ${LARGEST_KB} kB is the most. Save it smaller: 400 pixels are enough.`,
    )
  }
  const [type] = kinds.find(([, begins]) => begins(bytes)) ?? []
  if (!type) throw invalid('logo', 'This is no PNG, JPEG or WebP picture. Save it as one of them.')
  return type
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
