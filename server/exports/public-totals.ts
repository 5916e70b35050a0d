import type { Cell } from '../../spreadsheets/cell.ts'
import type { Campuses } from '../campuses/campus.ts'
import type { Frame } from '../leaderboards/leaderboard.ts'
import type { TotalsBy } from './contract.ts'
import type { Combinations } from './combinations.ts'
import type { Told } from './generalizing.ts'
import type { Listed } from './listed.ts'
import { NO_CAMPUS_NAME, OTHER_CAMPUSES } from './pledge-list.ts'
import type { Line } from './table.ts'
import { labelOf, type Source } from './totals.ts'

/** As the leaderboard shows it, in its order. */
export function publicCampusLines({ campuses, others, elsewhere }: Frame, directory: Campuses): Line[] {
  const rows: Cell[][] = campuses.map(({ name, campus, confirmed }) => [
    directory.byDomain(campus)?.name ?? name,
    campus,
    confirmed,
  ])
  if (elsewhere) rows.push([NO_CAMPUS_NAME, null, elsewhere])
  if (others) rows.push([OTHER_CAMPUSES, null, others.confirmed])
  return rows.map((cells) => ({ cells, times: 1 }))
}

/** What stands for all that is too small to be told apart. */
const OTHERS = '(others)'

type By = Exclude<TotalsBy, 'campus'>

interface Publishing {
  by: By
  sources: Map<string, Source>
  smallestShown: number
}

/**
 * Totals of those whom the public total counts, rounded so that neither a small one nor its difference from the pledge
 * list tells of fewer than `smallestShown` people.
 */
export async function publicLines(
  listed: AsyncIterable<Listed>,
  { by, sources, smallestShown }: Publishing,
): Promise<Line[]> {
  const { exact, told } = valuesIn(by, sources)
  const totals = new Map<string | null, Total>()
  for await (const part of listed) {
    for (const row of part.combinations.rows()) {
      totalIn(totals, exact(part.combinations, row)).people += part.combinations.people(row)
    }
    for (const one of part.told) {
      const value = told(one)
      if (value !== undefined) totalIn(totals, value).inTheList += one.people
    }
  }
  const inOrder = [...totals.values()].sort(by === 'day' ? byValue : byPeople)
  return shown(inOrder, smallestShown, (value) => labelOf(by, value, sources))
}

/** Where the value that is counted stands; undefined where the list does not tell it. */
interface Values {
  exact: (combinations: Combinations, row: number) => string | null
  told: (told: Told) => string | null | undefined
}

function valuesIn(by: By, sources: Map<string, Source>): Values {
  const organizationOf = (source: string | null) =>
    source === null ? null : (sources.get(source)?.organization ?? null)
  const of: Record<By, Values> = {
    day: {
      exact: (all, row) => all.dayOf(row).day.from,
      told: ({ period }) => (period && period.from === period.to ? period.from : undefined),
    },
    source: { exact: (all, row) => all.sourceOf(row), told: ({ source }) => source },
    organization: {
      exact: (all, row) => organizationOf(all.sourceOf(row)),
      told: ({ source }) => (source === undefined ? undefined : organizationOf(source)),
    },
  }
  return of[by]
}

function totalIn(totals: Map<string | null, Total>, value: string | null): Total {
  const total = totals.get(value) ?? { value, people: 0, inTheList: 0 }
  totals.set(value, total)
  return total
}

interface Total {
  value: string | null
  people: number
  /** Those of whom the pledge list tells this value. */
  inTheList: number
}

function shown(totals: Total[], least: number, label: (value: string | null) => Cell[]): Line[] {
  const figures = totals.map((total) => ({ ...total, figure: publicFigure(total, least) }))
  const hidden = figures.filter(({ figure }) => figure === 0)
  const others = roundedDown(
    hidden.reduce((sum, { people }) => sum + people, 0),
    least,
  )
  const rows = figures
    .filter(({ figure }) => figure > 0)
    .map(({ value, figure }) => [...label(value), figure])
  if (hidden.length > 1 && others > 0) rows.push([...othersLabel(label), others])
  return rows.map((cells) => ({ cells, times: 1 }))
}

/** What it says beyond the list is about at least `least` people; otherwise it says what the list says. */
function publicFigure({ people, inTheList }: Total, least: number): number {
  const rounded = roundedDown(people, least)
  return rounded - inTheList >= least ? rounded : roundedDown(inTheList, least)
}

function roundedDown(people: number, least: number): number {
  return Math.floor(people / least) * least
}

/** In the first column; the rest of the label stays empty. */
function othersLabel(label: (value: string | null) => Cell[]): Cell[] {
  return label(null).map((_, place) => (place === 0 ? OTHERS : null))
}

function byPeople(a: Total, b: Total): number {
  return b.people - a.people || byValue(a, b)
}

function byValue(a: Total, b: Total): number {
  return (a.value ?? '') < (b.value ?? '') ? -1 : 1
}

export function aboutPublicTotals(by: TotalsBy, smallestShown: number): string[] {
  if (by === 'campus') {
    return [
      'As the leaderboard shows it.',
      `Campuses with fewer than ${smallestShown} pledges are one of "${OTHER_CAMPUSES}", whose sum is rounded down, or left out.`,
    ]
  }
  return [
    `Rounded down to a multiple of ${smallestShown}, so that nobody can be found by comparing files. Do not expect the sum to be the public total.`,
    `What stands for fewer than ${smallestShown} people is one of "${OTHERS}", or left out.`,
    ...(by === 'day' ? ['Days are those of UTC.'] : []),
  ]
}
