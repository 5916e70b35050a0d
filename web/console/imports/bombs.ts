import { strFromU8, unzipSync, type UnzipFileInfo } from 'fflate'

/** What a workbook may be once it is unpacked, in bytes; the file itself is far smaller. */
const MOST_UNPACKED = 60_000_000
/** The reader fills every gap with empty cells, up to the last row and the last column. */
const MOST_CELLS = 20_000_000

/** Whether reading a workbook would fill the memory: a small file can unpack to gigabytes, or put two cells very far apart. */
export function isBomb(workbook: Uint8Array): boolean {
  if (unpackedBytes(workbook) > MOST_UNPACKED) return true
  const parts = unzipSync(workbook, { filter: ({ name }) => name.endsWith('.xml') })
  return Object.values(parts).some((part) => isFarApart(strFromU8(part)))
}

/** As its list of contents says; no part is unpacked beyond that. */
function unpackedBytes(workbook: Uint8Array): number {
  let bytes = 0
  const add = ({ originalSize }: UnzipFileInfo) => {
    bytes += originalSize
    return false
  }
  unzipSync(workbook, { filter: add })
  return bytes
}

function isFarApart(xml: string): boolean {
  let [rows, columns] = [0, 0]
  for (const [, tag = ''] of xml.matchAll(/<(?:[\w.-]+:)?(?:c|row)\s([^<]*)/g)) {
    for (const [, , place = ''] of ` ${tag}`.matchAll(/\sr\s*=\s*(["'])(.*?)\1/g)) {
      const [, letters = '', row] = /^([A-Z]{0,3})(\d{1,7})$/.exec(place) ?? []
      if (!row) return true
      rows = Math.max(rows, Number(row))
      columns = Math.max(columns, columnOf(letters))
    }
  }
  return rows * columns > MOST_CELLS
}

/** A is 1, Z is 26, AA is 27. */
function columnOf(letters: string): number {
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0)
}
