import type { AddressDomain, Campus } from '../../../server/campuses/contract.ts'
import { addressDomain, findCampuses } from '../../shared/api.ts'

const PAUSE_IN_TYPING = 150
const COMPLETE_DOMAIN = /@((?:[a-z0-9-]+\.)+[a-z]{2,})$/

/** Which campus, by choice from a list or by the address that is being typed. */
export class CampusChoice {
  text = $state('')
  chosen = $state.raw<Campus>()
  isRecognized = $state(false)
  matches = $state.raw<Campus[]>([])
  /** Whether `matches` answers the text that stands there. */
  hasLooked = $state(false)
  /** The campuses that share the domain of the address, one of which is to be picked. */
  shared = $state.raw<AddressDomain>()
  /** The domain of one of them, or "none". */
  picked = $state('')
  #timer: ReturnType<typeof setTimeout> | undefined
  #search: AbortController | undefined
  #askedDomain = ''
  readonly #campaign: string | undefined

  /** @param campaign its own campuses are found first; a draft has none */
  constructor(campaign: string | undefined, campus?: Campus, text = campus?.name ?? '') {
    this.#campaign = campaign
    this.chosen = campus
    this.text = text
  }

  /** A domain where one was chosen; else what was typed, for the server to make out. */
  get value() {
    if (this.shared) return this.picked || undefined
    return this.chosen?.campus ?? (this.text.trim() || undefined)
  }

  get isMissing() {
    return this.shared && !this.picked
  }

  /** A campus that was chosen before, or that the page is about, stays picked where it is one of them. */
  offer(shared: AddressDomain) {
    this.shared = shared
    this.picked = shared.campuses.find(({ campus }) => campus === this.chosen?.campus)?.campus ?? ''
  }

  type(text: string) {
    this.text = text
    this.#forget()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.look(), PAUSE_IN_TYPING)
  }

  choose(campus: Campus) {
    this.chosen = campus
    this.text = campus.name
    this.matches = []
    this.hasLooked = false
  }

  async look() {
    this.#search?.abort()
    this.#search = new AbortController()
    const found = await findCampuses(this.text, this.#campaign, this.#search.signal).catch(() => undefined)
    if (!found || this.chosen) return
    this.matches = found
    this.hasLooked = this.text.trim().length > 1
  }

  /** Asks once per domain, only when it looks whole, and without what precedes the @. */
  async recognize(email: string) {
    const domain = COMPLETE_DOMAIN.exec(email.trim().toLowerCase())?.[1] ?? ''
    if (domain === this.#askedDomain) return
    this.#askedDomain = domain
    if (this.isRecognized) this.#clear()
    this.shared = undefined
    const found = domain ? await addressDomain(domain).catch(() => undefined) : undefined
    const campus = found?.campuses[0]
    if (!campus || domain !== this.#askedDomain) return
    if (found.system) this.offer(found)
    else if (!this.#isPartOf(campus)) {
      this.choose(campus)
      this.isRecognized = true
    }
  }

  /** Takes the one campus that the typed text can mean. */
  async settle() {
    const text = this.text.trim()
    if (this.chosen || this.shared || !text) return
    const found = await findCampuses(text, this.#campaign).catch(() => [])
    const named = found.filter((one) =>
      [one.name, one.shortName, one.campus].some((name) => isSame(name, text)),
    )
    const only = named.length === 1 ? named[0] : found.length === 1 ? found[0] : undefined
    if (only) this.choose(only)
  }

  /** A part of what the address shows, chosen before, stays: a branch campus, say. */
  #isPartOf(campus: Campus) {
    return this.chosen?.campus.endsWith(`.${campus.campus}`)
  }

  #clear() {
    this.text = ''
    this.#forget()
  }

  #forget() {
    this.chosen = undefined
    this.isRecognized = false
    this.hasLooked = false
  }
}

function isSame(name: string | undefined, text: string) {
  return name?.toLowerCase() === text.toLowerCase()
}
