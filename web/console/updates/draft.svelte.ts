import type { Update, UpdatePreview } from '../../../server/updates/contract.ts'
import { call, CallRefused } from '../api.ts'
import { forgetUnsaved, keepUnsaved, unsavedOf } from '../campaigns/unsaved.ts'

interface Content {
  words: Update['words']
  campuses: string[] | undefined
}

/** An update that is being written: saved while it is typed, and shown as its readers would get it. */
export class Draft {
  readonly path: string
  readonly locales: string[]
  words = $state<Update['words']>({})
  /** Undefined: all. */
  campuses = $state<string[] | undefined>()
  revision = $state(0)
  at = $state<'saved' | 'typing' | 'saving' | 'not-saved'>('saved')
  refused = $state.raw<CallRefused>()
  preview = $state.raw<UpdatePreview>()
  /** Goes up whenever what its readers would get has changed. */
  version = $state(0)
  #saved = ''
  #saving: Promise<void> | undefined
  readonly #slug: string
  readonly #section: string

  constructor(slug: string, update: Update, locales: string[]) {
    this.path = `campaigns/${slug}/updates/${update.id}`
    this.locales = locales
    this.#slug = slug
    this.#section = `update ${update.id}`
    this.#show(update)
    this.#saved = this.typed
    const kept = unsavedOf(slug, this.#section)
    if (!kept) return
    const { words, campuses } = kept.value as Content
    this.#show({ words, campuses, revision: kept.revision })
  }

  #show({ words, campuses, revision }: (Content & { revision: number }) | Update) {
    this.words = Object.fromEntries(
      this.locales.map((locale) => [locale, { ...(words[locale] ?? { subject: '', body: '' }) }]),
    )
    this.campuses = campuses && [...campuses]
    this.revision = revision
  }

  /** What would be saved. */
  get typed(): string {
    return JSON.stringify({ words: this.words, campuses: this.campuses } satisfies Content)
  }

  get isChanged(): boolean {
    return this.typed !== this.#saved
  }

  /** Kept in this tab until it is saved. */
  keep(): void {
    if (!this.isChanged) return
    this.at = 'typing'
    const { typed, revision } = this
    keepUnsaved(this.#slug, this.#section, {
      revision,
      saved: this.#saved,
      value: JSON.parse(typed) as object,
    })
  }

  /** Saves what is typed, one after the other. @throws CallRefused */
  async save(): Promise<void> {
    await this.#saving?.catch(() => {})
    if (!this.isChanged) return
    this.#saving = this.#saveNow()
    await this.#saving
  }

  async #saveNow(): Promise<void> {
    const { typed } = this
    this.at = 'saving'
    try {
      const body = { ...(JSON.parse(typed) as object), revision: this.revision }
      this.#took(await call<Update>('PUT', this.path, body), typed)
    } catch (error) {
      this.at = 'not-saved'
      if (error instanceof CallRefused) this.refused = error
      throw error
    }
  }

  #took({ revision }: Update, typed: string) {
    this.revision = revision
    this.#saved = typed
    this.refused = undefined
    this.at = this.isChanged ? 'typing' : 'saved'
    if (!this.isChanged) forgetUnsaved(this.#slug, this.#section)
  }

  /** Takes what somebody else saved, in place of what is typed here. @throws CallRefused */
  async takeTheirs(): Promise<void> {
    this.#show(await call<Update>('GET', this.path))
    this.#saved = this.typed
    this.refused = undefined
    this.at = 'saved'
    forgetUnsaved(this.#slug, this.#section)
    await this.look()
  }

  /** Saves what is typed here over what somebody else saved. @throws CallRefused */
  async keepMine(): Promise<void> {
    const { revision } = await call<Update>('GET', this.path)
    this.revision = revision
    await this.save()
    await this.look()
  }

  /** @throws CallRefused */
  async look(): Promise<void> {
    this.preview = await call<UpdatePreview>('GET', `${this.path}/preview`)
    this.version += 1
  }

  /** @throws CallRefused */
  async test(): Promise<void> {
    await this.save()
    await call('POST', `${this.path}/tests`, { revision: this.revision })
  }

  /** @throws CallRefused */
  async send(): Promise<void> {
    await this.save()
    await call('POST', `${this.path}/sending`, { revision: this.revision })
  }

  /** @throws CallRefused */
  async schedule(at: string): Promise<void> {
    await this.save()
    await call('POST', `${this.path}/schedule`, { revision: this.revision, at })
  }
}
