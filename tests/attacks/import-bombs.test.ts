import { strToU8, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { sheetOfFile } from '../../web/console/imports/sheet.ts'
import type { Unreadable } from '../../web/console/imports/unreadable.ts'
import { sheetOfWorkbook } from '../../web/console/imports/workbook.ts'
import { reached } from './reached.ts'

/** A workbook with one sheet. */
function workbook(sheet: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const types = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
  const parts = {
    'xl/workbook.xml': `<workbook ${main} xmlns:r="${types}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${types}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  }
  const texts = Object.entries(parts).map(([name, text]) => [name, strToU8(text)])
  const cells =
    typeof sheet === 'string'
      ? strToU8(`<worksheet ${main}><sheetData>${sheet}</sheetData></worksheet>`)
      : sheet
  return zipSync({ ...Object.fromEntries(texts), 'xl/worksheets/sheet1.xml': cells })
}

const cell = (place: string) => `<c r="${place}" t="inlineStr"><is><t>ada@gatech.edu</t></is></c>`

/** The same file, whose list of contents says so many bytes for each part. */
function declaring(bytes: number, file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const changed = Buffer.from(file)
  const next = (from: number) => changed.indexOf('PK\x01\x02', from, 'latin1')
  for (let at = next(0); at !== -1; at = next(at + 1)) changed.writeUInt32LE(bytes, at + 24)
  return new Uint8Array(changed)
}

/** Seventy megabytes, in a file of seventy thousand bytes. */
const zeros = workbook(new Uint8Array(70_000_000))
const CANNOT = 'cannot be read'
const TOO_MUCH = 'holds more than can be read'

const bombs: [name: string, file: Uint8Array<ArrayBuffer>, refusal: string][] = [
  ['one part of zeros', zeros, TOO_MUCH],
  ['parts that are too large together', declaring(25_000_000, workbook('')), TOO_MUCH],
  ['a part that says it is small', declaring(100, zeros), CANNOT],
  [
    'two cells at both ends of a sheet',
    workbook(`<row r="1">${cell('XFD1')}</row><row r="1048576">${cell('A1048576')}</row>`),
    TOO_MUCH,
  ],
  [
    'the same, written otherwise',
    workbook(`<row r='1'><c s="r='A1'" r = 'XFD1'/></row><row  r="1048576">${cell('A1048576')}</row>`),
    TOO_MUCH,
  ],
  ['a place in other letters', workbook(`<row r="1">${cell('&#88;FD1')}</row>`), TOO_MUCH],
  ['no archive at all', new Uint8Array(1_000), CANNOT],
]

test('C15: a workbook that would fill the memory is refused before it does', async () => {
  const before = process.memoryUsage.rss()

  const answers = []
  for (const [name, file] of bombs) {
    const read = await sheetOfFile(new File([file], 'bomb.xlsx'), sheetOfWorkbook).catch(
      (refusal: Unreadable) => refusal.message,
    )
    answers.push([name, read])
  }

  const grown = (process.memoryUsage.rss() - before) / 1_000_000
  expect(answers).toEqual(bombs.map(([name, , refusal]) => [name, expect.stringContaining(refusal)]))
  expect(grown).toBeLessThan(200)
  reached(
    'C15',
    `${bombs.length} workbooks of ${zeros.length} bytes at most: refused, with ${Math.round(grown)} MB more memory`,
  )
})

test('C15: an honest workbook is read, with its gaps', async () => {
  const sheet = await sheetOfFile(
    new File([workbook(`<row r="1">${cell('A1')}${cell('C1')}</row>`)], 'a.xlsx'),
    sheetOfWorkbook,
  )

  expect(sheet).toEqual([['ada@gatech.edu', '', 'ada@gatech.edu']])
})

test('C15: a sheet with more columns than anybody fills in is refused', async () => {
  const wide = new File([','.repeat(1_000_000), '\na@b.edu'], 'wide.csv')

  await expect(sheetOfFile(wide, sheetOfWorkbook)).rejects.toThrow('more than 200 columns')
})
