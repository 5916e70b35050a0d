import type { Cell, Column } from '../../spreadsheets/cell.ts'
import type { Told } from './generalizing.ts'
import type { Listed } from './listed.ts'
import type { Line } from './table.ts'

export const listColumns: Column[] = [
  { key: 'campus', header: 'Campus', type: 'text' },
  { key: 'domain', header: 'Campus domain', type: 'text' },
  { key: 'confirmedFrom', header: 'Confirmed from', type: 'day' },
  { key: 'confirmedTo', header: 'Confirmed to', type: 'day' },
  { key: 'source', header: 'Source', type: 'text' },
  { key: 'textVersion', header: 'Text version', type: 'number' },
  { key: 'locale', header: 'Locale', type: 'text' },
]

/** What stands for a source or an organization that there is not. */
export const NONE = '(none)'
export const NO_CAMPUS_NAME = '(no campus)'
export const OTHER_CAMPUSES = '(other campuses)'

export function aboutTheList(smallestShown: number): string[] {
  return [
    'One row for each pledge that counts in the public total. No row names anybody.',
    `Of every row at least ${smallestShown} are alike. What too few people share is not told: the cell is empty, or the days from and to are further apart.`,
    `A campus with fewer than ${smallestShown} pledges is one of "${OTHER_CAMPUSES}", as on the leaderboard, and some pledges may be left out so that it cannot be worked out.`,
    'Days are those of UTC. Weeks are told from Monday to Sunday, and months as the weeks that begin in them.',
  ]
}

/** Made and forgotten at once: many would fill the memory while they wait. */
const LINES_AT_ONCE = 100

/** A line for each group of people of whom the same is told, as often as there are people. */
export async function* listLines(listed: AsyncIterable<Listed>): AsyncGenerator<Line[]> {
  for await (const { place, told } of listed) {
    let lines: Line[] = []
    for (const group of told) {
      lines.push(lineOf(place, group))
      if (lines.length < LINES_AT_ONCE) continue
      yield lines
      lines = []
    }
    yield lines
  }
}

function lineOf(place: Listed['place'], { period, source, textVersion, locale, people }: Told): Line {
  return {
    cells: [
      ...cellsOf(place),
      period?.from ?? null,
      period?.to ?? null,
      source === null ? NONE : (source ?? null),
      textVersion ?? null,
      locale ?? null,
    ],
    times: people,
  }
}

function cellsOf(place: Listed['place']): Cell[] {
  if (place === 'none') return [NO_CAMPUS_NAME, null]
  if (place === 'others') return [OTHER_CAMPUSES, null]
  return [place.name, place.domain]
}
