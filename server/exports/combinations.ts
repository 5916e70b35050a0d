import { type Calendar, calendarOf } from './periods.ts'

/** Values by their numbers, in the order in which they were first met. */
class Numbered<Value> {
  readonly #values: Value[] = []
  readonly #numbers = new Map<string | null, number>()

  /** @param make makes the value of a key that is new */
  numberOf(key: string | null, make: () => Value): number {
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#values.length)
    return this.#values.push(make()) - 1
  }

  get(number: number): Value {
    return this.#values[number] as Value
  }
}

/** What the numbers of combinations stand for. */
export class Names {
  readonly days = new Numbered<Calendar>()
  readonly sources = new Numbered<string | null>()
  readonly locales = new Numbered<string>()
}

/** People of one campus who have all of this in common. */
export interface Combination {
  /** On which they confirmed, in UTC. */
  day: string
  /** Null where they came by none. */
  source: string | null
  textVersion: number
  locale: string
  people: number
}

const ROOM = 1024

/**
 * Combinations in columns of numbers, outside the heap: one campus of a large drive may have a hundred thousand of them,
 * which as objects would make the process several times as large.
 */
export class Combinations {
  readonly names: Names
  size = 0
  #days = new Int32Array(ROOM)
  #sources = new Int32Array(ROOM)
  #textVersions = new Int32Array(ROOM)
  #locales = new Int32Array(ROOM)
  #people = new Int32Array(ROOM)

  constructor(names: Names) {
    this.names = names
  }

  add({ day, source, textVersion, locale, people }: Combination): void {
    const row = this.#newRow()
    this.#days[row] = this.names.days.numberOf(day, () => calendarOf(day))
    this.#sources[row] = this.names.sources.numberOf(source, () => source)
    this.#textVersions[row] = textVersion
    this.#locales[row] = this.names.locales.numberOf(locale, () => locale)
    this.#people[row] = people
  }

  addAll(others: Combinations, rows = others.rows()): void {
    for (const row of rows) this.#copy(others, row)
  }

  /** These rows alone. */
  only(rows: Int32Array): Combinations {
    const only = new Combinations(this.names)
    only.addAll(this, rows)
    return only
  }

  /** Makes two rows of one, so many of whose people are in the second. @returns the second */
  divide(row: number, people: number): number {
    const second = this.#copy(this, row)
    this.#people[row]! -= people
    this.#people[second] = people
    return second
  }

  clear(): void {
    this.size = 0
  }

  /** The numbers of all rows. */
  rows(): Int32Array {
    const rows = new Int32Array(this.size)
    for (let row = 0; row < this.size; row++) rows[row] = row
    return rows
  }

  dayOf(row: number): Calendar {
    return this.names.days.get(this.#days[row]!)
  }

  sourceNumber(row: number): number {
    return this.#sources[row]!
  }

  sourceOf(row: number): string | null {
    return this.names.sources.get(this.#sources[row]!)
  }

  textVersion(row: number): number {
    return this.#textVersions[row]!
  }

  localeNumber(row: number): number {
    return this.#locales[row]!
  }

  localeOf(row: number): string {
    return this.names.locales.get(this.#locales[row]!)
  }

  people(row: number): number {
    return this.#people[row]!
  }

  #copy(from: Combinations, row: number): number {
    const copy = this.#newRow()
    this.#days[copy] = from.#days[row]!
    this.#sources[copy] = from.#sources[row]!
    this.#textVersions[copy] = from.#textVersions[row]!
    this.#locales[copy] = from.#locales[row]!
    this.#people[copy] = from.#people[row]!
    return copy
  }

  #newRow(): number {
    if (this.size === this.#people.length) {
      this.#days = twiceAsLong(this.#days)
      this.#sources = twiceAsLong(this.#sources)
      this.#textVersions = twiceAsLong(this.#textVersions)
      this.#locales = twiceAsLong(this.#locales)
      this.#people = twiceAsLong(this.#people)
    }
    return this.size++
  }
}

function twiceAsLong(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * column.length)
  longer.set(column)
  return longer
}
