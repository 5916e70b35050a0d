import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { strFromU8, unzipSync } from 'fflate'
import readXlsxFile from 'read-excel-file/node'
import { expect, test } from 'vitest'
import { sealTo } from '../../server/contacts/box.ts'
import { csvRow, withoutGuards } from '../../spreadsheets/csv-row.ts'
import { fileOf } from '../../web/console/contacts/files.ts'
import { Opening } from '../../web/console/contacts/opening.ts'
import { aPair, type TestKey } from '../contacts/keys.ts'
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

test('C14: a contact that somebody sealed with formulas for a name is text in both kinds of files', async () => {
  const key = aPair()
  const hostile = [
    { email: '=1+1@example.edu', name: '=HYPERLINK("https://evil.example","Ada")' },
    { email: 'bea@example.edu', name: 'Bea;\u202E=1+1\r\n=cmd|calc!A0' },
  ]
  const opening = new Opening(new Map([[key.fingerprint, key]]))
  opening.take(Buffer.from(hostile.map((contact) => lineOf(key, contact)).join('')))

  const csv = await fileOf(opening.contacts, 'csv').text()
  const xlsx = Buffer.from(await fileOf(opening.contacts, 'xlsx').arrayBuffer())

  expect(csv.split(/[,;|\t\r\n"]/).filter((part) => formula.test(part))).toEqual([])
  expect(csv).not.toContain('\u202E')
  const [sheet] = await readXlsxFile(xlsx)
  expect(sheet?.data.slice(1).map(([email, name]) => [email, name])).toEqual([
    ['=1+1@example.edu', '=HYPERLINK("https://evil.example","Ada")'],
    ['bea@example.edu', 'Bea; =1+1 =cmd|calc!A0'],
  ])
  expect(opened(xlsx)).not.toMatch(/<f[ >]/)
  reached('C14', 'two contacts with formulas for names, as CSV and XLSX: no formula')
})

function lineOf({ publicKey, fingerprint }: TestKey, contact: object): string {
  const box = sealTo(publicKey, Buffer.from(JSON.stringify(contact))).toString('base64url')
  return `${JSON.stringify({ fingerprint, day: '2027-01-04', box })}\n`
}

/** All parts of a workbook. */
function opened(xlsx: Buffer): string {
  return Object.values(unzipSync(xlsx))
    .map((part) => strFromU8(part))
    .join('')
}
