import { randomInt } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { type NewCampaign, createCampaign } from '../campaigns/opening.ts'
import { addSources } from '../coalitions/sources.ts'
import { campaigns, pledges } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { countLetters } from '../mail/mail-tally.ts'
import { confirmPledge } from '../pledges/confirmation.ts'
import type { PledgeRequest } from '../pledges/contract.ts'
import { enterPledge } from '../pledges/pledge.ts'
import { confirmToken } from '../pledges/letters.ts'
import { clauses, firstNames, lastNames, questions, targets, texts } from './words.ts'

export const DEMO_SLUG = 'no-tech-for-ice'
export const DEMO_ORGANIZATION = 'students-against-cages'

/** The chapter whose site embeds the demo. */
export const CHAPTER = { campus: 'gatech.edu', source: 'ydsa-gt' }

/** Signers by campus; some campuses are too small to be shown, and some signers have none. */
const crowds: Record<string, number> = {
  'berkeley.edu': 127,
  'gatech.edu': 96,
  'utexas.edu': 81,
  'umich.edu': 64,
  'mit.edu': 58,
  'ucla.edu': 47,
  'washington.edu': 41,
  'asu.edu': 33,
  'cmu.edu': 29,
  'stanford.edu': 26,
  'brown.edu': 17,
  'utep.edu': 12,
  'unam.mx': 9,
  'gsu.edu': 4,
  'spelman.edu': 3,
  'fiu.edu': 2,
  '': 14,
}

const DAYS = 12
const MINUTE_MS = 60 * 1000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Opens the demo campaign once, with pledges made by the same verbs as everybody's. */
export async function openDemoWorld(deps: Deps): Promise<void> {
  const [known] = await deps.db.select().from(campaigns).where(eq(campaigns.slug, DEMO_SLUG))
  if (known) return
  const campaignId = await createCampaign(deps.db, deps.keys, await demoCampaign(deps))
  await registerSources(deps, campaignId)
  const days = Array.from({ length: DAYS }, (): [string, number][] => [])
  for (const [campus, people] of Object.entries(crowds)) {
    for (let n = 0; n < people; n += 1) days[randomInt(DAYS)]?.push([campus, n])
  }
  for (const [age, signers] of days.entries()) {
    const then = new Date(deps.now().getTime() - age * DAY_MS - randomInt(DAY_MS / 2))
    await Promise.all(signers.map(([campus, n]) => signThen({ ...deps, now: () => then }, campus, n)))
  }
  await confirmAll(deps, campaignId)
  const sent = days.reduce((sum, signers) => sum + signers.length, 0)
  await countLetters(deps.db, { campaignId, now: deps.now(), sent })
}

async function demoCampaign(deps: Deps): Promise<NewCampaign> {
  const chapter = deps.campuses.byDomain(CHAPTER.campus)
  return {
    slug: DEMO_SLUG,
    state: 'open',
    isDemo: true,
    goal: 1200,
    contactMode: 'contactable',
    opensAt: new Date(deps.now().getTime() - (DAYS + 1) * DAY_MS),
    organization: { slug: DEMO_ORGANIZATION, name: 'Students Against Cages' },
    texts,
    targets,
    clauses,
    questions,
    campuses: chapter
      ? [
          {
            campusId: chapter.id,
            goal: 150,
            chapterName: 'YDSA at Georgia Tech',
            nextSteps: [
              { label: 'Join the chapter: Tuesdays at seven', url: 'https://example.org/ydsa-gt/meetings' },
              { label: 'What we demand of Georgia Tech', url: 'https://example.org/ydsa-gt/demands' },
            ],
          },
        ]
      : [],
  }
}

async function registerSources({ db, now }: Deps, campaignId: number): Promise<void> {
  const [made] = await db.select().from(campaigns).where(eq(campaigns.id, campaignId))
  if (!made) throw new Error('the demo campaign was not made')
  await addSources(db, { campaignId, organizationId: made.organizationId, at: now() }, [
    { code: CHAPTER.source, name: 'YDSA at Georgia Tech: website' },
    { code: 'poster', name: 'Poster' },
  ])
}

async function signThen(deps: Deps, campus: string, n: number): Promise<void> {
  const campaign = await deps.campaigns.bySlug(DEMO_SLUG)
  const name = `${pick(firstNames)} ${pick(lastNames)}`
  const request: PledgeRequest = {
    email: `student-${n}@${campus || 'mail.example'}`,
    ...(campus && { campus }),
    affiliation: n % 9 === 0 ? 'alum' : 'student',
    locale: n % 4 === 0 ? 'es' : 'en',
    source: n % 3 === 0 ? 'poster' : CHAPTER.source,
    ...(n % 3 === 0 && { display: true, name }),
    clauses: campaign.clauses.filter((_, at) => n % (at + 2) === 0).map(({ id }) => id),
    answers: campaign.questions.map(({ id, options }) => ({
      question: id,
      option: 1 + (n % options.length),
    })),
  }
  await enterPledge(deps, campaign, request)
}

/** Each by its own link. No email follows: whoever has confirmed by the time it would be sent is not written to. */
async function confirmAll(deps: Deps, campaignId: number): Promise<void> {
  const rows = await deps.db.select().from(pledges).where(eq(pledges.campaignId, campaignId))
  const together = Map.groupBy(rows, ({ signedAt }) => signedAt.getTime())
  // One moment after the other: confirmations that arrive together are of the same time.
  for (const [signedAt, signed] of together) {
    const then = { ...deps, now: () => new Date(signedAt + MINUTE_MS) }
    await Promise.all(signed.map((row) => confirmPledge(then, { token: confirmToken(then, row) })))
  }
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? ''
}
