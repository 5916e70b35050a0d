import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'
import { campaignQuestions } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { type Before, changeCampaign } from './changing.ts'
import type { EditedQuestion } from './editing-contract.ts'
import { checkedLocalized, saysTheSame } from './localized.ts'
import type { Question } from './reading.ts'
import { planOf } from './retiring.ts'
import { invalid } from './wording.ts'

const MOST_QUESTIONS = 3
const [FEWEST_OPTIONS, MOST_OPTIONS] = [2, 12]
const LONGEST_QUESTION = 200
const LONGEST_OPTION = 80

/**
 * Asks signers these questions, in this order. Once the campaign was opened, answers were counted: a question may get
 * another option or a translation, and whatever else is worded anew is another question, counted from nothing.
 * @throws Refusal `setting-invalid`
 */
export async function changeQuestions(
  deps: Deps,
  member: CampaignMember,
  { revision, questions }: { revision: number; questions: EditedQuestion[] },
): Promise<void> {
  await changeCampaign(deps, member, revision, async (tx, before) => {
    const checked = checkedQuestions(questions, before.locales)
    const old = await liveQuestions(tx, before)
    const plan = planOf(
      old,
      checked,
      (one, now) => before.state === 'draft' || asksTheSame(one, now, before.locales),
    )
    for (const { id, ...question } of plan.kept)
      await tx
        .update(campaignQuestions)
        .set({
          ...question,
          options: before.state === 'draft' ? renumbered(question.options) : question.options,
        })
        .where(eq(campaignQuestions.id, id))
    await retire(tx, before, plan.gone, deps.now())
    if (plan.added.length > 0) {
      await tx.insert(campaignQuestions).values(
        plan.added.map((question) => ({
          ...question,
          options: renumbered(question.options),
          campaignId: before.id,
        })),
      )
    }
    return {
      action: 'campaign.change',
      details: { questions: checked.length, added: plan.added.length, retired: plan.gone },
    }
  })
}

type Checked = Omit<Question, 'id'> & { id?: number | undefined }

/** New options are numbered on from those that there are, so that no number changes its meaning. */
export function checkedQuestions(questions: EditedQuestion[], locales: string[]): Checked[] {
  if (questions.length > MOST_QUESTIONS)
    throw invalid('questions', `${MOST_QUESTIONS} questions are the most: each one more costs signatures.`)
  return questions.map(({ id, words, options }, at) => {
    const field = `questions/${at}`
    if (options.length < FEWEST_OPTIONS || options.length > MOST_OPTIONS) {
      throw invalid(
        `${field}/options`,
        `A question has ${FEWEST_OPTIONS} to ${MOST_OPTIONS} answers to choose from.`,
      )
    }
    let last = Math.max(0, ...options.map(({ number = 0 }) => number))
    return {
      ...(id !== undefined && { id }),
      words: checkedLocalized(words, {
        field: `${field}/words`,
        what: 'The question',
        longest: LONGEST_QUESTION,
        locales,
      }),
      options: options.map((option, nth) => ({
        number: option.number ?? ++last,
        words: checkedLocalized(option.words, {
          field: `${field}/options/${nth}`,
          what: 'The answer',
          longest: LONGEST_OPTION,
          locales,
        }),
      })),
    }
  })
}

function asksTheSame(old: Question, now: Checked, locales: string[]): boolean {
  const byNumber = new Map(now.options.map(({ number, words }) => [number, words]))
  return (
    saysTheSame(old.words, now.words, locales) &&
    byNumber.size === now.options.length &&
    old.options.every(({ number, words }) => {
      const kept = byNumber.get(number)
      return kept !== undefined && saysTheSame(words, kept, locales)
    })
  )
}

function renumbered(options: Question['options']): Question['options'] {
  return options.map(({ words }, at) => ({ number: at + 1, words }))
}

async function liveQuestions(tx: Tx, { id }: Before): Promise<Question[]> {
  return await tx
    .select({
      id: campaignQuestions.id,
      words: campaignQuestions.words,
      options: campaignQuestions.options,
    })
    .from(campaignQuestions)
    .where(and(eq(campaignQuestions.campaignId, id), isNull(campaignQuestions.retiredAt)))
}

async function retire(tx: Tx, { state }: Before, ids: number[], now: Date): Promise<void> {
  if (ids.length === 0) return
  const isOne = inArray(campaignQuestions.id, ids)
  if (state === 'draft') await tx.delete(campaignQuestions).where(isOne)
  else await tx.update(campaignQuestions).set({ retiredAt: now }).where(isOne)
}
