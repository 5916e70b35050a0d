/** Makes data/campuses.tsv from the sources that data/README.md names: `npm run campuses`. */
import { writeFile } from 'node:fs/promises'
import { formatCampuses } from '../server/campuses/file.ts'
import { buildDirectory } from './campuses/build.ts'
import { givenNames, readCorrections } from './campuses/corrections.ts'
import { readMailSystems, domainsOfNone } from './campuses/mail-systems.ts'
import { readSwot } from './campuses/swot.ts'
import { readUsCampuses } from './campuses/us.ts'

const corrections = await readCorrections()
const systems = await readMailSystems()
const campuses = buildDirectory({
  us: await readUsCampuses(domainsOfNone(systems)),
  swot: await readSwot(givenNames(corrections)),
  corrections,
  systems,
})
await writeFile(new URL('../data/campuses.tsv', import.meta.url), formatCampuses(campuses))
console.log(`${campuses.length} campuses in data/campuses.tsv`)
