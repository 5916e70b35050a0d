import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvRow, withoutGuards } from '../../spreadsheets/csv-row.ts'
import { reached } from './reached.ts'

/** Of the signs that matter to a program that reads CSV, in any order. */
const cell = fc.string({ unit: fc.constantFrom(...'=+-@\uFF1D\uFE62\t\r\n\'";,| aé1'), maxLength: 12 })
const row = fc.tuple(fc.constant('x'), cell, cell)
const formula = /^\s*[=+\-@\uFF1D\uFE62]/

test('C14: no cell begins a formula, whichever sign a program takes for the end of a cell, quotes or not', () => {
  const rows = 20_000

  fc.assert(
    fc.property(row, (cells) => {
      const parts = csvRow(cells).split(/[,;|\t\r\n"]/)
      expect(parts.filter((part) => formula.test(part))).toEqual([])
    }),
    { numRuns: rows },
  )

  reached('C14', `${rows} rows of hostile cells, split at each separator: no formula`)
})

test('C14: what was written comes back as it was when a file of ours is brought in again', () => {
  fc.assert(
    fc.property(row, (cells) => {
      const [read = []] = parse(csvRow(cells), { record_delimiter: '\r\n' })
      expect(read.map(withoutGuards)).toEqual(cells)
    }),
    { numRuns: 5_000 },
  )
})

test('C14: names, addresses, words and numbers of every day are written as they are', () => {
  const cells = [
    'Anne-Marie O’Neill',
    "Ada's table",
    'ada+ice@gatech.edu',
    '2027-01-04',
    '(none)',
    -3,
    12,
    null,
  ]

  expect(csvRow(cells)).toBe("Anne-Marie O’Neill,Ada's table,ada+ice@gatech.edu,2027-01-04,(none),-3,12,\r\n")
})
