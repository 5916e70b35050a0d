import type { CampaignSettings, PreviewRequest } from '../../../server/campaigns/editing-contract.ts'
import { call, CallRefused } from '../api.ts'
import type { EditedCampus } from './campus-section.ts'
import { instantOf, localOf } from './local-time.ts'
import { Section } from './section.svelte.ts'

/** A number field holds nothing while it is empty. */
type Typed = number | null

/** A campaign in the hands of an organizer: what is saved of it, and a form for each part. */
export class Editing {
  settings = $state.raw() as CampaignSettings
  readonly sections: ReturnType<typeof sectionsOf>
  /** The campus that something is said to just now. */
  campus = $state.raw<EditedCampus>()

  constructor(settings: CampaignSettings) {
    this.settings = settings
    this.sections = sectionsOf(this, settings)
  }

  get slug(): string {
    return this.settings.slug
  }

  get isDraft(): boolean {
    return this.settings.stage === 'draft'
  }

  get locales(): string[] {
    return this.settings.texts.map(({ locale }) => locale)
  }

  get isChanged(): boolean {
    const isCampusChanged = this.campus?.section.isChanged ?? false
    return isCampusChanged || Object.values(this.sections).some((section) => section.isChanged)
  }

  /**
   * Takes what the organizer's own change answered. Where nobody else came between, the other forms go on from there;
   * where somebody did, they are told of it when they are saved.
   */
  took = (settings: CampaignSettings): void => {
    const before = this.settings.revision
    this.#show(settings, settings.revision === before + 1 ? before : undefined)
  }

  /** A change that is made at once: opening, closing, a logo. @throws CallRefused */
  async change(method: 'POST' | 'PUT' | 'DELETE', part: string, body?: object): Promise<void> {
    const path = `campaigns/${this.slug}/${part}`
    try {
      this.took(await call<CampaignSettings>(method, path, body))
    } catch (error) {
      if (error instanceof CallRefused && error.code === 'changed-meanwhile') await this.look()
      throw error
    }
  }

  /** What a campaign says to a campus was changed: it has another revision, and all else is as it was. */
  tookCampus = ({ revision }: { revision: number }): void => this.took({ ...this.settings, revision })

  async look(): Promise<void> {
    this.#show(await call<CampaignSettings>('GET', `campaigns/${this.slug}/settings`))
  }

  #show(settings: CampaignSettings, before?: number): void {
    this.settings = settings
    for (const section of Object.values(this.sections)) section.follow(settings, before)
    if (before !== undefined) this.campus?.section.followTo(settings.revision, before)
  }

  /** A draft that was deleted leaves nothing unsaved. */
  forget(): void {
    for (const section of Object.values(this.sections)) section.discard()
  }

  /** All forms as they stand, for the preview. */
  typed(): Omit<PreviewRequest, 'locale' | 'isWholePage'> {
    const { wording, targets, clauses, questions, goal, signing, look } = this.sections
    const { eligibility, contactMode, smallestShown, namesShownAfter } = signing.value
    return {
      ...$state.snapshot(wording.value),
      ...$state.snapshot(targets.value),
      ...$state.snapshot(clauses.value),
      ...$state.snapshot(questions.value),
      goal: goal.value.goal,
      eligibility,
      contactMode,
      ...(smallestShown && { smallestShown }),
      ...(namesShownAfter && { namesShownAfter }),
      accent: look.value.accent || null,
      ...(this.campus && {
        campus: { campus: this.campus.domain, ...$state.snapshot(this.campus.section.value) },
      }),
    }
  }
}

/** The forms, in the order of the page. */
function sectionsOf(campaign: { readonly slug: string }, settings: CampaignSettings) {
  const path = 'settings'
  return {
    wording: new Section(campaign, settings, {
      path,
      name: 'wording',
      read: ({ texts }) => ({
        texts: texts.map(({ locale, title, body, reason }) => ({ locale, title, body, reason })),
      }),
      save: (body) => ({ method: 'PUT', part: 'texts', body }),
    }),
    targets: new Section(campaign, settings, {
      path,
      name: 'targets',
      read: ({ targets }) => ({ targets }),
      save: (body) => ({ method: 'PUT', part: 'targets', body }),
    }),
    clauses: new Section(campaign, settings, {
      path,
      name: 'clauses',
      read: ({ clauses }): { clauses: { id?: number; words: Record<string, string> }[] } => ({ clauses }),
      save: (body) => ({ method: 'PUT', part: 'clauses', body }),
    }),
    questions: new Section(campaign, settings, {
      path,
      name: 'questions',
      read: ({ questions }): { questions: EditedQuestion[] } => ({ questions }),
      save: (body) => ({ method: 'PUT', part: 'questions', body }),
    }),
    goal: new Section(campaign, settings, {
      path,
      name: 'goal',
      read: ({ goal }) => ({ goal }),
      save: (body) => ({ method: 'PATCH', part: 'settings', body }),
    }),
    signing: new Section(campaign, settings, {
      path,
      name: 'signing',
      read: ({ eligibility, contactMode, pace, smallestShown, namesShownAfter }) => ({
        eligibility,
        contactMode,
        pace,
        smallestShown: smallestShown as Typed,
        namesShownAfter: namesShownAfter as Typed,
      }),
      save: ({ smallestShown, namesShownAfter, ...rest }) => ({
        method: 'PATCH',
        part: 'settings',
        body: { ...rest, smallestShown: smallestShown ?? 0, namesShownAfter: namesShownAfter ?? 0 },
      }),
    }),
    mail: new Section(campaign, settings, {
      path,
      name: 'mail',
      read: ({ mailNamesCampaign }) => ({ mailNamesCampaign }),
      save: (body) => ({ method: 'PATCH', part: 'settings', body }),
    }),
    look: new Section(campaign, settings, {
      path,
      name: 'look',
      read: ({ accent }) => ({ accent: accent ?? '' }),
      save: ({ accent }) => ({ method: 'PATCH', part: 'settings', body: { accent: accent || null } }),
    }),
    dates: new Section(campaign, settings, {
      path,
      name: 'dates',
      read: ({ opensAt, closesAt }) => ({ opensAt: localOf(opensAt), closesAt: localOf(closesAt) }),
      // A date that was not touched is not sent: the field has dropped its seconds.
      save: ({ opensAt, closesAt }, saved) => ({
        method: 'PATCH',
        part: 'settings',
        body: {
          ...(opensAt !== saved.opensAt && { opensAt: instantOf(opensAt) }),
          ...(closesAt !== saved.closesAt && { closesAt: instantOf(closesAt) }),
        },
      }),
    }),
    address: new Section(campaign, settings, {
      path,
      name: 'address',
      read: ({ slug }) => ({ slug }),
      save: (body) => ({ method: 'PATCH', part: 'settings', body }),
    }),
  }
}

/** As a form holds it: what is new has no number yet. */
export interface EditedQuestion {
  id?: number
  words: Record<string, string>
  options: { number?: number; words: Record<string, string> }[]
}
