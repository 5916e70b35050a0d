import { showDomain } from '../campuses/address-domain.ts'
import { type DomainOwner, isAmong, type KnownCampus } from '../campuses/campus.ts'
import { pledgeGate } from '../captcha/gates.ts'
import { type Campaign, requireOpen, textIn } from '../campaigns/campaign.ts'
import { type TextName, wasPublished } from '../campaigns/texts.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import { type Address, asciiDomain, checkedAddress } from './address.ts'
import { checkedAnswers, checkedClauses, checkedSharing } from './asked.ts'
import type { PledgeReceipt, PledgeRequest } from './contract.ts'
import { checkedName, requireListedName } from './name.ts'
import { signalsOf } from './signals.ts'
import type { Signing } from './signing.ts'
import type { Choices } from './waiting-signing.ts'

/**
 * Signs. Pledging twice looks the same from outside, so nobody can learn who has pledged; only the mailbox does.
 * @param locales what the signer reads, best first
 * @returns after the pledge and the letter to her are on disk
 * @throws Refusal with the field it is about
 */
export async function makePledge(
  deps: Deps,
  campaign: Campaign,
  request: PledgeRequest,
  locales: readonly string[] = [],
): Promise<PledgeReceipt> {
  const ready = await readied(deps, campaign, { request, locales })
  const source = ready.signing.source ?? undefined
  // After all that can be mended in the form, so that a slip costs no proof.
  await deps.captcha.requireProof(pledgeGate(campaign), { captcha: request.captcha, source })
  return await written(deps, ready)
}

/** The same for what an organizer brings in: nobody is asked for a proof, since she is known, and her rows are counted. */
export async function enterPledge(
  deps: Deps,
  campaign: Campaign,
  request: PledgeRequest,
  locales: readonly string[] = [],
): Promise<PledgeReceipt> {
  const { signing, shown } = await readied(deps, campaign, { request, locales })
  return await written(deps, { signing: { ...signing, isImport: true }, shown })
}

interface Ready {
  signing: Signing
  shown: ShownCampus | undefined
}

async function readied(deps: Deps, campaign: Campaign, asked: Asked): Promise<Ready> {
  requireOpen(campaign, deps.now())
  const { address, shown } = checkedSigner(deps, campaign, asked.request)
  const text = await textRead(deps, campaign, asked)
  return { signing: signingOf(deps, campaign, { address, shown }, { request: asked.request, text }), shown }
}

async function written(deps: Deps, { signing, shown }: Ready): Promise<PledgeReceipt> {
  const receipt = await deps.signings.add(signing)
  noteArrival(deps, signing)
  return {
    status: 'check-your-email',
    receipt,
    ...(shown && { campus: shown.campus.domain }),
  }
}

/** Of a campus' domain it would be in vain: it takes mail, whatever DNS says, and comes in crowds. */
function noteArrival(deps: Deps, { campaign, address, campusProven, source }: Signing): void {
  if (!campusProven) deps.mailExchanges.note(campaign, address)
  deps.rushes.noteSigned(campaign, {
    domain: campusProven ? undefined : address.registrableDomain,
    source: source ?? undefined,
  })
}

interface Signer {
  address: Address
  /** Undefined: of no campus. */
  shown: ShownCampus | undefined
}

/**
 * Who signs, as far as she and her campus may.
 * @throws Refusal `email-invalid`, `email-not-campus`, `campus-choice-needed`, `campus-not-known`
 */
export function checkedSigner(
  deps: Pick<Deps, 'campuses'>,
  campaign: Campaign,
  { email, campus }: Pick<PledgeRequest, 'email' | 'campus'>,
): Signer {
  const address = checkedAddress(email)
  return { address, shown: campusFor(deps, campaign, address, campus) }
}

interface Asked {
  request: PledgeRequest
  locales: readonly string[]
}

/**
 * The wording that her form says it showed, however long it stood open; else the newest in what she reads.
 * @throws Refusal `text-not-known`
 */
async function textRead({ db }: Deps, campaign: Campaign, { request, locales }: Asked): Promise<TextName> {
  const { locale, textVersion: version } = request
  if (version === undefined) return textIn(campaign, locale ? [locale, ...locales] : locales)
  if (!locale) {
    throw new Refusal('invalid-request', 'A textVersion needs the locale that it was shown in.', {
      field: 'locale',
    })
  }
  if (await wasPublished(db, campaign, { locale, version })) return { locale, version }
  throw new Refusal('text-not-known', 'Show the wording as the campaign has it now, and ask again.', {
    field: 'textVersion',
  })
}

interface Signature {
  request: PledgeRequest
  text: TextName
}

function signingOf(
  deps: Deps,
  campaign: Campaign,
  { address, shown }: Signer,
  { request, text }: Signature,
): Signing {
  return {
    campaign,
    address,
    ...choicesOf(campaign, request, { campus: shown?.campus, now: deps.now() }),
    isImport: false,
    campusProven: shown?.isProven ?? false,
    textVersion: text.version,
    locale: text.locale,
    source: registeredSource(campaign, request.source) ?? null,
    // A campus gives its addresses out itself, and many of them look random.
    signals: shown?.isProven ? [] : signalsOf(address),
    at: deps.now(),
  }
}

/** A code that nobody registered is dropped without a word: a link for each person must not become a tracker. */
export function registeredSource({ sources }: Campaign, code: string | undefined): string | undefined {
  return code && sources.has(code) ? code : undefined
}

interface Chosen {
  campus: KnownCampus | undefined
  now: Date
}

/** A name that is neither to be listed nor shared is not even kept for the week in which the pledge waits. */
function choicesOf(campaign: Campaign, request: PledgeRequest, { campus, now }: Chosen): Choices {
  const shareWith = checkedSharing(campaign, request.shareWith, now)
  const name = checkedName(request.name)
  const listsName = request.display ?? false
  const wantsUpdates = request.updates ?? false
  if (wantsUpdates && campaign.contactMode === 'count-only') {
    throw new Refusal('contact-not-offered', 'This campaign counts pledges and keeps no addresses.', {
      field: 'updates',
    })
  }
  if (listsName) {
    requireLists(campaign)
    requireListedName(name)
  }
  return {
    name: (listsName || shareWith.length > 0 ? name : undefined) ?? null,
    campusId: campus?.id ?? null,
    affiliation: request.affiliation ?? null,
    listsName,
    wantsUpdates,
    clauses: checkedClauses(campaign, request.clauses),
    shareWith,
    answers: checkedAnswers(campaign, request.answers),
  }
}

/** @throws Refusal `contact-not-offered` where the campaign only counts */
export function requireLists({ contactMode }: Campaign): void {
  if (contactMode === 'contactable') return
  throw new Refusal('contact-not-offered', 'This campaign counts pledges and lists no names.', {
    field: 'display',
  })
}

interface ShownCampus {
  campus: KnownCampus
  /** By the address, not only chosen. */
  isProven: boolean
}

/** What a signer chooses who is at none of the campuses that share their address domain. */
export const NONE_OF_THESE = 'none'

/**
 * The campus that the address shows: its owner, or of those that share its domain the chosen one. Where the address
 * shows none, the chosen one.
 * @throws Refusal `campus-choice-needed`, `email-not-campus` where the campaign needs a campus address, `campus-not-known`
 */
function campusFor(
  { campuses }: Pick<Deps, 'campuses'>,
  campaign: Campaign,
  address: Address,
  chosen: string | undefined,
): ShownCampus | undefined {
  const owner = campuses.ofAddressDomain(address.domain)
  if (owner) return campusOf(campuses, owner, chosen?.trim())
  if (campaign.eligibility === 'campus-email') {
    const detail = 'This campaign counts campus email addresses only. Use the one your school gave you.'
    throw new Refusal('email-not-campus', detail, { field: 'email' })
  }
  if (!chosen || chosen === NONE_OF_THESE) return undefined
  return { campus: chosenCampus(campuses, chosen), isProven: false }
}

/** @throws Refusal `campus-choice-needed` */
function campusOf(
  campuses: Deps['campuses'],
  owner: DomainOwner,
  chosen: string | undefined,
): ShownCampus | undefined {
  const named = chosen ? campusNamed(campuses, chosen) : undefined
  if (named && isAmong(named, owner)) return { campus: named, isProven: true }
  const [campus] = owner.campuses
  if (!owner.system) return { campus, isProven: true }
  if (chosen === NONE_OF_THESE) return undefined
  const { mailDomain, system } = owner
  const detail = `Addresses at ${mailDomain} are shared by campuses of ${system}: choose one of them, or "none".`
  throw new Refusal('campus-choice-needed', detail, { field: 'campus', addressDomain: showDomain(owner) })
}

function campusNamed(campuses: Deps['campuses'], chosen: string): KnownCampus | undefined {
  const domain = asciiDomain(chosen.trim())
  return domain === undefined ? undefined : campuses.byDomain(domain)
}

/** @throws Refusal `campus-not-known` */
export function chosenCampus(campuses: Deps['campuses'], chosen: string): KnownCampus {
  const campus = campusNamed(campuses, chosen)
  if (campus) return campus
  throw new Refusal('campus-not-known', 'Choose your campus from the list, or leave it empty.', {
    field: 'campus',
  })
}
