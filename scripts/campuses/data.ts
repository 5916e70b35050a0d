import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'

const folder = new URL('../../data/', import.meta.url)

/** A CSV file of the data folder, by its head line. */
export async function readData<Row>(file: string): Promise<Row[]> {
  return parse<Row>(await readFile(new URL(file, folder)), { columns: true, bom: true })
}
