/** Speaks one locale. The words come from the server with the page; the browser's script holds none. */
import { createContext } from 'svelte'

/** One text per plural category of `Intl.PluralRules`; Spanish's `many` (a million) falls to `other`. */
export interface Plural {
  one: string
  other: string
}

type Values = Record<string, string | number>

export class Speech<Words> {
  readonly words: Words
  readonly locale: string
  readonly #numbers: Intl.NumberFormat
  readonly #plurals: Intl.PluralRules

  constructor(words: Words, locale: string) {
    this.words = words
    this.locale = locale
    const region = locale === 'es' ? 'es-US' : locale
    this.#numbers = new Intl.NumberFormat(region)
    this.#plurals = new Intl.PluralRules(region)
  }

  /** Fills `{name}` places; numbers are written as the locale writes them. */
  say = (text: string, values: Values = {}) => {
    return text.replace(/\{(\w+)\}/g, (place, name: string) => this.#written(values[name] ?? place))
  }

  /** `{count}` is always there. */
  count = (texts: Plural, count: number, values: Values = {}) => {
    const text = this.#plurals.select(count) === 'one' ? texts.one : texts.other
    return this.say(text, { count, ...values })
  }

  number = (value: number) => this.#numbers.format(value)

  /** In UTC on purpose: the server and the browser must write the same. */
  date = (instant: string) =>
    new Intl.DateTimeFormat(this.locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(instant))

  #written(value: string | number) {
    return typeof value === 'number' ? this.number(value) : value
  }
}

const [speech, giveSpeech] = createContext<Speech<unknown>>()

export { giveSpeech }

/** `Words` names the groups of words that the page was given. */
export function useSpeech<Words>() {
  return speech() as Speech<Words>
}
