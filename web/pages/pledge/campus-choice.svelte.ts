import type { Campus } from '../../../server/campuses/contract.ts'
import { findCampuses } from '../../shared/api.ts'

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
  #timer: ReturnType<typeof setTimeout> | undefined
  #search: AbortController | undefined
  #askedDomain = ''

  constructor(campus?: Campus, text = campus?.name ?? '') {
    this.chosen = campus
    this.text = text
  }

  /** A domain where one was chosen; else what was typed, for the server to make out. */
  get value() {
    return this.chosen?.campus ?? (this.text.trim() || undefined)
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
    const found = await findCampuses(this.text, this.#search.signal).catch(() => undefined)
    if (!found || this.chosen) return
    this.matches = found
    this.hasLooked = this.text.trim().length > 1
  }

  /** Asks once per domain, and only when it looks whole. */
  async recognize(email: string) {
    const domain = COMPLETE_DOMAIN.exec(email.trim().toLowerCase())?.[1] ?? ''
    if (domain === this.#askedDomain) return
    this.#askedDomain = domain
    if (this.isRecognized) this.#clear()
    const found = domain ? await findCampuses(domain).catch(() => []) : []
    const campus = found.find((one) => isWithin(domain, one.campus))
    if (!campus || domain !== this.#askedDomain || this.#isPartOf(campus)) return
    this.choose(campus)
    this.isRecognized = true
  }

  /** Takes the one campus that the typed text can mean. */
  async settle() {
    const text = this.text.trim()
    if (this.chosen || !text) return
    const found = await findCampuses(text).catch(() => [])
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

function isWithin(domain: string, campus: string) {
  return domain === campus || domain.endsWith(`.${campus}`)
}

function isSame(name: string | undefined, text: string) {
  return name?.toLowerCase() === text.toLowerCase()
}
