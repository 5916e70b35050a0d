import { call, CallRefused } from '../api.ts'
import { forgetUnsaved, keepUnsaved, unsavedOf } from './unsaved.ts'

interface Asking<Value, Source> {
  name: string
  /** Below the campaign, where it is read. */
  path: string
  /** What the form holds of it. */
  read: (source: Source) => Value
  /** How it is saved; the revision is added. */
  save: (value: Value, saved: Value) => { method: 'PUT' | 'PATCH'; part: string; body: object }
}

/**
 * A form that is a part of a campaign. It is saved at the revision at which it was read: where somebody else was
 * quicker, what she wrote and what was typed here stand side by side until the organizer has chosen.
 */
export class Section<Value extends object, Source extends { revision: number }> {
  readonly name: string
  value = $state() as Value
  at = $state<'idle' | 'saving' | 'saved'>('idle')
  problem = $state.raw<CallRefused>()
  /** What somebody else saved meanwhile. */
  conflict = $state.raw<{ detail: string; touchesThis: boolean }>()
  /** What was typed, while theirs is shown instead. */
  mine = $state.raw<Value>()
  /** Whether it holds what was typed before the page was left. */
  isBroughtBack = $state(false)
  #saved = $state('')
  #revision = 0
  #source: Source
  readonly #campaign: { readonly slug: string }
  readonly #asking: Asking<Value, Source>

  constructor(campaign: { readonly slug: string }, source: Source, asking: Asking<Value, Source>) {
    this.name = asking.name
    this.#campaign = campaign
    this.#asking = asking
    this.#source = source
    this.#begin(source)
    const unsaved = unsavedOf(campaign.slug, this.name)
    if (!unsaved || JSON.stringify(unsaved.value) === this.#saved) return
    this.value = unsaved.value as Value
    this.#saved = unsaved.saved
    this.#revision = unsaved.revision
    this.isBroughtBack = true
  }

  get isChanged(): boolean {
    return JSON.stringify(this.value) !== this.#saved
  }

  problemAt = (field: string): string | undefined =>
    this.problem?.field === field ? this.problem.message : undefined

  /** For an `$effect`: whatever is typed is kept until it is saved. */
  keep = (): void => {
    const { slug } = this.#campaign
    const value = $state.snapshot(this.value) as object
    if (this.mine) return
    if (!this.isChanged) return forgetUnsaved(slug, this.name)
    keepUnsaved(slug, this.name, { revision: this.#revision, saved: this.#saved, value })
  }

  /** @returns what is saved then; undefined where it was refused */
  async save(): Promise<Source | undefined> {
    if (this.at === 'saving') return undefined
    const { slug } = this.#campaign
    const { method, part, body } = this.#asking.save(
      $state.snapshot(this.value) as Value,
      JSON.parse(this.#saved) as Value,
    )
    this.at = 'saving'
    this.problem = undefined
    try {
      const revision = this.#revision
      const source = await call<Source>(method, `campaigns/${slug}/${part}`, { revision, ...body })
      this.#begin(source)
      forgetUnsaved(slug, this.name)
      this.at = 'saved'
      return source
    } catch (error) {
      this.at = 'idle'
      await this.#refuse(error)
      return undefined
    }
  }

  /**
   * After another part was saved, or the campaign moved on: what was typed here stays.
   * @param before the revision from which the organizer's own change alone led here
   */
  follow(source: Source, before?: number): void {
    if (!this.isChanged) return this.#begin(source)
    this.#source = source
    if (this.#revision === before) this.#revision = source.revision
  }

  /** The same where only the revision is another. */
  followTo(revision: number, before: number): void {
    this.follow({ ...this.#source, revision }, before)
  }

  /** Saves what was typed here over what somebody else saved. */
  async keepMine(): Promise<Source | undefined> {
    this.#revision = this.#source.revision
    this.conflict = undefined
    return await this.save()
  }

  showTheirs = (): void => {
    const mine = $state.snapshot(this.value) as Value
    this.#begin(this.#source)
    this.mine = mine
  }

  showMine = (): void => {
    if (this.mine) this.value = this.mine
    this.mine = undefined
  }

  /** Back to what is saved. */
  discard = (): void => {
    forgetUnsaved(this.#campaign.slug, this.name)
    this.#begin(this.#source)
  }

  #begin(source: Source): void {
    this.#source = source
    this.#revision = source.revision
    // A copy of its own: what is typed must not reach what was read.
    this.value = JSON.parse(JSON.stringify(this.#asking.read(source))) as Value
    this.#saved = JSON.stringify(this.value)
    this.conflict = undefined
    this.problem = undefined
    this.mine = undefined
    this.isBroughtBack = false
  }

  async #refuse(error: unknown): Promise<void> {
    if (!(error instanceof CallRefused)) throw error
    this.problem = error
    if (error.code === 'changed-meanwhile') await this.#compare(error.message)
  }

  async #compare(detail: string): Promise<void> {
    try {
      this.#source = await call<Source>('GET', `campaigns/${this.#campaign.slug}/${this.#asking.path}`)
    } catch {
      // What was refused is said already; theirs can be asked for again by saving once more.
      return
    }
    this.problem = undefined
    const touchesThis = JSON.stringify(this.#asking.read(this.#source)) !== this.#saved
    this.conflict = { detail, touchesThis }
  }
}
