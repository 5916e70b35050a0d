import type { Campus } from '../../../server/campuses/contract.ts'
import type { CampusStanding } from '../../../server/leaderboards/contract.ts'
import type { ReceiptStatus } from '../../../server/mail/contract.ts'
import type { SigningStep } from '../../../server/pages/contract.ts'
import type { Confirmation, PledgeRequest } from '../../../server/pledges/contract.ts'
import { ApiProblem, confirm, deliveryOf, sign, standingOf } from '../../shared/api.ts'
import type { Happening } from '../../shared/host.ts'
import { Proof } from '../../shared/proof.svelte.ts'
import { CampusChoice } from './campus-choice.svelte.ts'
import type { SigningPage } from './signing-page.ts'

export type SigningState = 'asking' | 'sending' | 'check-email' | 'thanked' | 'failed'

/** What the form held when it was last sent. */
export type Typed = {
  email: string
  name: string
  affiliation: string
  display: boolean
  updates: boolean
  clauses: number[]
  shareWith: string[]
  answers: NonNullable<PledgeRequest['answers']>
  /** Of the wording that stands beside the form. */
  textVersion?: number
}

/** After one, two, four, eight … of them it is asked whether the letter came back, for some minutes. */
const ASKING_MS = 10_000
const LONGEST = 32

type Ways = { locale: string; tell: (what: Happening) => void }

/** One person's way from the form to the thanks. What they typed stays here, whatever happens. */
export class Signing {
  at = $state<SigningState>('asking')
  problem = $state.raw<
    Partial<Pick<ApiProblem, 'field' | 'retryAfter' | 'sign'>> & Pick<ApiProblem, 'code'>
  >()
  typed: Typed = {
    email: '',
    name: '',
    affiliation: '',
    display: false,
    updates: false,
    clauses: [],
    shareWith: [],
    answers: [],
  }
  campus: CampusChoice
  confirmation = $state.raw<Confirmation>()
  standing = $state.raw<CampusStanding>()
  /** Whether the browser, and not the server, brought this step about. */
  hasMoved = $state(false)
  /** What became of the email. */
  delivery = $state<ReceiptStatus['status']>('waiting')
  receipt: string | undefined
  proof: Proof
  /** What a form without a script is let in with, once it has waited. */
  waits: string | undefined
  /** How the signer will be listed, after a form without a script. */
  listedAs: string | undefined
  readonly #page: SigningPage
  readonly #ways: Ways

  constructor(page: SigningPage, ways: Ways) {
    const { step, standing, campaign, source = '' } = page
    this.#page = page
    this.#ways = ways
    this.at = step.at
    this.proof = new Proof(campaign.captcha.kind, `campaigns/${campaign.slug}/captcha?source=${source}`)
    this.campus = this.#choice(step.at === 'check-email' ? step.campus : standing)
    if (step.at === 'asking') this.#takeUp(step)
    if (step.at === 'check-email') {
      Object.assign(this, { problem: step.refusal, typed: { ...this.typed, email: step.email } })
      this.delivery = step.delivery ?? 'waiting'
      this.receipt = step.receipt
      if (import.meta.env.SSR) Object.assign(this, { waits: step.captcha, listedAs: step.listedAs })
    }
    if (step.at === 'thanked')
      Object.assign(this, { confirmation: step.confirmation, standing: step.standing })
  }

  sign = async (form: FormData) => {
    this.typed = typedIn(form)
    // Before any work is spent on a proof; the server would say the same.
    if (this.campus.isMissing)
      return this.#refuse(new ApiProblem('campus-choice-needed', 422, { field: 'campus' }))
    this.at = 'sending'
    this.problem = undefined
    try {
      await this.campus.settle()
      await this.resend()
      this.#move('check-email')
      this.#ways.tell('signed')
    } catch (problem) {
      this.#refuse(problem)
    }
  }

  resend = async () => {
    const { receipt } = await this.#send().catch((problem: ApiProblem) => {
      if (!problem.code?.startsWith('captcha')) throw problem
      if (problem.code === 'captcha-away') this.proof.isAway = true
      return this.#send()
    })
    this.receipt = receipt
    this.delivery = 'waiting'
  }

  async #send() {
    return await sign(this.#page.campaign.slug, { ...this.#request(), captcha: await this.proof.take() })
  }

  /** Asks ever less often whether the letter came back, and only while somebody looks. @returns how to end it */
  watch = () => {
    let times = 0
    const timer = setInterval(async () => {
      const receipt = this.receipt
      if (!receipt || document.hidden || times >= LONGEST || ++times & (times - 1)) return
      const delivery = await deliveryOf(receipt)
      if (receipt === this.receipt) this.delivery = delivery
    }, ASKING_MS)
    return () => clearInterval(timer)
  }

  /** Throws an `ApiProblem`: the code form shows it. */
  confirm = async (code: string) => {
    const { slug } = this.#page.campaign
    this.confirmation = await confirm({
      campaign: slug,
      email: this.typed.email,
      code,
      receipt: this.receipt,
    })
    const campus = this.confirmation.campus?.campus
    this.standing = campus ? await standingOf(slug, campus).catch(() => undefined) : undefined
    this.#move('thanked')
    this.#ways.tell('confirmed')
  }

  change = () => {
    this.#move('asking')
    if (this.delivery === 'bounced') this.problem = { code: 'email-invalid', field: 'email' }
  }

  #move(at: SigningState) {
    this.at = at
    this.problem = undefined
    this.hasMoved = true
  }

  #refuse(problem: unknown) {
    if (!(problem instanceof ApiProblem)) throw problem
    if (problem.addressDomain) this.campus.offer(problem.addressDomain)
    this.problem = problem
    this.at = isForThePerson(problem) ? 'asking' : 'failed'
  }

  #choice(campus?: Campus, text?: string) {
    const { isPreview, campaign } = this.#page
    return new CampusChoice(isPreview ? undefined : campaign.slug, campus, text)
  }

  #takeUp({ typed, refusal, captcha, addressDomain }: Extract<SigningStep, { at: 'asking' }>) {
    const { campus, ...rest } = typed ?? {}
    Object.assign(this.typed, rest)
    if (campus !== undefined && campus !== this.campus.value) this.campus = this.#choice(undefined, campus)
    if (addressDomain) this.campus.offer(addressDomain)
    this.waits = captcha
    this.problem = refusal
  }

  #request(): PledgeRequest {
    const { email, name, affiliation, display, updates, clauses, shareWith, answers, textVersion } =
      this.typed
    const { source } = this.#page
    return {
      email,
      campus: this.campus.value,
      affiliation: (affiliation || undefined) as PledgeRequest['affiliation'],
      ...((display || shareWith[0]) && { display, name }),
      ...(updates && { updates }),
      clauses,
      shareWith,
      answers,
      locale: this.#ways.locale,
      textVersion,
      ...(source && { source }),
    }
  }
}

function typedIn(form: FormData): Typed {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  return {
    email: text('email'),
    name: text('name'),
    affiliation: text('affiliation'),
    display: form.has('display'),
    updates: form.has('updates'),
    clauses: form.getAll('clauses').map(Number),
    shareWith: form.getAll('shareWith') as string[],
    answers: [...form]
      .map(([name, option]) => ({ question: +name.replace('answer-', ''), option: +option }))
      .filter(({ question, option }) => question && option),
    textVersion: +text('textVersion'),
  }
}

/** Something to put right, and not a failure to try again after. */
function isForThePerson({ status }: ApiProblem) {
  return status >= 400 && status < 500 && status !== 429
}
