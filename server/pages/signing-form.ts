import { Type, type Static } from 'typebox'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Affiliation } from '../campaigns/contract.ts'
import { CaptchaProof } from '../captcha/contract.ts'
import { codeGate, pledgeGate } from '../captcha/gates.ts'
import type { Campus } from '../campuses/contract.ts'
import { searchCampuses } from '../campuses/search.ts'
import type { Deps } from '../deps.ts'
import { searchCampusesFor } from '../leaderboards/campus-search.ts'
import { campusStanding } from '../leaderboards/campus-standing.ts'
import { LONGEST_TEXT } from '../contract.ts'
import { Receipt } from '../mail/contract.ts'
import { receiptStatus } from '../mail/receipts.ts'
import { asciiDomain } from '../pledges/address.ts'
import { confirmPledge } from '../pledges/confirmation.ts'
import { type Answer, type PledgeRequest, Source } from '../pledges/contract.ts'
import { listedName } from '../pledges/name.ts'
import { makePledge, NONE_OF_THESE } from '../pledges/pledge.ts'
import { expected } from '../refusals.ts'
import type { SigningStep } from './contract.ts'
import { shown } from './show.ts'
import { refusedForm } from './waiting.ts'

const Text = Type.Optional(Type.String({ maxLength: LONGEST_TEXT }))
const Captcha = Type.Optional(CaptchaProof)
/** One ticked box is sent as a text, several of one name as a list. */
export const Many = Type.Union([
  Type.String({ maxLength: LONGEST_TEXT }),
  Type.Array(Type.String({ maxLength: LONGEST_TEXT })),
])
/** What every form carries along, so that the next page looks like the one it stands on. */
const Carried = { locale: Text, theme: Text, page: Text, source: Type.Optional(Source) }

/** The form as a browser without JavaScript sends it. */
export const PledgeForm = Type.Object({
  ...Carried,
  email: Text,
  name: Text,
  campus: Text,
  affiliation: Text,
  display: Text,
  updates: Text,
  clauses: Type.Optional(Many),
  shareWith: Type.Optional(Many),
  textVersion: Text,
  captcha: Captcha,
})
export type PledgeForm = Static<typeof PledgeForm>

const OfLetter = { email: Text, receipt: Type.Optional(Receipt) }

export const ConfirmationForm = Type.Object({ ...Carried, ...OfLetter, code: Text, captcha: Captcha })
export type ConfirmationForm = Static<typeof ConfirmationForm>

/** Asks whether the letter came back. */
export const ReceiptForm = Type.Object({ ...Carried, ...OfLetter })
export type ReceiptForm = Static<typeof ReceiptForm>

/** Where a form took its signer, with the HTTP status of that page. */
export interface Stepped {
  step: SigningStep
  status: number
}

/** Whose browser sent a form. */
interface Visitor {
  locales: readonly string[]
  ip: string
}

/** Signs from a form. Whatever is refused, the next page holds all that was typed. */
export async function signedStep(
  deps: Deps,
  campaign: Campaign,
  form: PledgeForm,
  { locales, ip }: Visitor,
): Promise<Stepped> {
  const { captcha, ...fields } = form
  const typed = requestOf(fields)
  try {
    const campuses = await meantCampuses(deps, campaign, typed.campus)
    if (campuses.length > 1)
      return { step: { at: 'asking', typed, campuses, ...(captcha && { captcha }) }, status: 200 }
    const campus = campuses[0]?.campus
    const { campus: counted, receipt } = await makePledge(
      deps,
      campaign,
      { ...typed, ...(campus && { campus }), ...(captcha && { captcha }) },
      locales,
    )
    const shownCampus = counted ? (await searchCampuses(deps, counted))[0] : undefined
    return {
      step: {
        at: 'check-email',
        email: typed.email,
        receipt,
        ...(shownCampus && { campus: shownCampus }),
        ...(typed.display && { listedAs: listedName(typed.name ?? '') }),
      },
      status: 202,
    }
  } catch (error) {
    const refusal = expected(error)
    const sent = { gate: pledgeGate(campaign), asker: { ip }, captcha }
    const { shows, status } = await refusedForm(deps, refusal, sent)
    const { addressDomain } = refusal
    return { step: { at: 'asking', typed, ...shows, ...(addressDomain && { addressDomain }) }, status }
  }
}

/** A free text may mean several campuses: then the signer is asked which. */
async function meantCampuses(deps: Deps, campaign: Campaign, typed?: string): Promise<Campus[]> {
  if (!typed || typed === NONE_OF_THESE || deps.campuses.byDomain(asciiDomain(typed) ?? '')) return []
  const found = await searchCampusesFor(deps, campaign, typed)
  const same = found.filter(({ name, shortName }) => [name, shortName].some((one) => isSameName(one, typed)))
  return same.length === 1 ? same : found
}

function isSameName(name: string | undefined, typed: string): boolean {
  return name?.localeCompare(typed, 'en', { sensitivity: 'base' }) === 0
}

const affiliations: readonly string[] = ['student', 'alum', 'staff', 'other'] satisfies Affiliation[]

const LOCALE = /^[\w-]{2,12}$/

function requestOf({
  email = '',
  name,
  campus,
  affiliation = '',
  display,
  updates,
  clauses,
  shareWith,
  locale,
  textVersion,
  source,
  ...others
}: Omit<PledgeForm, 'captcha'>) {
  const request: PledgeRequest = { email }
  if (campus?.trim()) request.campus = campus.trim()
  if (affiliations.includes(affiliation)) request.affiliation = affiliation as Affiliation
  // A browser may fill in the hidden field of a name that is neither to be listed nor shared.
  if (display) request.display = true
  if ((display || shareWith) && name?.trim()) request.name = name
  if (shareWith) request.shareWith = slugsOf(shareWith)
  if (updates) request.updates = true
  if (clauses) request.clauses = idsOf(clauses)
  const answers = answersIn(others)
  if (answers.length > 0) request.answers = answers
  if (locale && LOCALE.test(locale)) request.locale = locale
  if (textVersion) request.textVersion = versionOf(textVersion)
  if (source) request.source = source
  return request
}

/** What is no number is no clause either, and refused with the unknown ones. */
export function idsOf(ticked: Static<typeof Many> = []): number[] {
  return [ticked].flat().map(Number)
}

/** What is no slug is no organization either, and refused with the unknown ones. */
export function slugsOf(ticked: Static<typeof Many> = []): string[] {
  return [ticked].flat()
}

/** Zero, which no wording has, for what is no number. */
function versionOf(sent: string): number {
  return /^[0-9]{1,9}$/.test(sent) ? Number(sent) : 0
}

/** `answer-12=3`: of question 12 the third option. */
function answersIn(fields: object): Answer[] {
  return Object.entries(fields).flatMap(([name, option]) => {
    const question = /^answer-(\d+)$/.exec(name)?.[1]
    return question && option ? [{ question: Number(question), option: Number(option) }] : []
  })
}

/** Confirms by the code that a form brings. */
export async function confirmedStep(
  deps: Deps,
  campaign: Campaign,
  { email = '', receipt, code = '', captcha }: ConfirmationForm,
  { ip }: Pick<Visitor, 'ip'>,
): Promise<Stepped> {
  const known = { ...(receipt && { receipt }), ...(captcha && { captcha }) }
  try {
    const asked = { campaign: campaign.slug, email, code, ...known }
    const confirmation = await confirmPledge(deps, asked)
    const domain = confirmation.campus?.campus
    const standing = domain && (await campusStanding(deps, campaign, domain))
    return { step: { at: 'thanked', confirmation, ...(standing && { standing }) }, status: 200 }
  } catch (error) {
    const refusal = expected(error)
    const step = { at: 'check-email' as const, email, ...(receipt && { receipt }) }
    if (!refusal.code.startsWith('captcha-'))
      return { step: { ...step, refusal: shown(refusal) }, status: refusal.status }
    const sent = { gate: codeGate(campaign), asker: { ip }, captcha }
    const { shows, status } = await refusedForm(deps, refusal, sent)
    return { step: { ...step, ...shows }, status }
  }
}

/** The same step again, and whether the letter came back. */
export async function receiptStep(deps: Deps, { email = '', receipt }: ReceiptForm): Promise<Stepped> {
  if (!receipt) return { step: { at: 'check-email', email }, status: 200 }
  const { status } = await receiptStatus(deps, receipt)
  return { step: { at: 'check-email', email, receipt, delivery: status }, status: 200 }
}
