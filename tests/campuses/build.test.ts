import { describe, expect, test } from 'vitest'
import { buildDirectory } from '../../scripts/campuses/build.ts'
import type { Correction } from '../../scripts/campuses/corrections.ts'
import { assignMailDomains, type MailSystem, readMailSystems } from '../../scripts/campuses/mail-systems.ts'
import {
  type CampusRow,
  formatCampuses,
  parseCampuses,
  readCampusesFile,
} from '../../server/campuses/file.ts'
import { fold } from '../../server/campuses/fold.ts'

const augusta = aCampus('uma.edu', 'Augusta')
const farmington = aCampus('umf.maine.edu', 'Farmington')
const orono = aCampus('umaine.edu', 'Orono')
const maine = { domain: 'maine.edu', names: ['Augusta', 'Farmington', 'Maine system'] }
const shared = aLine('maine.edu', 'Maine', '*.maine.edu uma.edu umaine.edu')

describe('the build refuses', () => {
  test.each<[string, Partial<Parameters<typeof buildDirectory>[0]>, string]>([
    [
      'a mail domain with another campus below it',
      { us: [augusta, farmington], swot: [{ ...maine, names: ['Augusta'] }] },
      'maine.edu may be of uma.edu, umf.maine.edu',
    ],
    [
      'a campus at a domain with another campus below it',
      { us: [aCampus('maine.edu', 'Augusta'), farmington] },
      'maine.edu may be of maine.edu, umf.maine.edu',
    ],
    [
      'a mail domain that swot names several campuses for',
      { us: [augusta, orono], swot: [{ domain: 'system.edu', names: ['Augusta', 'Orono'] }] },
      'system.edu may be of uma.edu, umaine.edu',
    ],
    [
      'a correction of a campus that is not there',
      { us: [augusta], corrections: [aCorrection('uma.edu'), aCorrection('uam.edu')] },
      'campus-corrections.csv line 3: no campus has the host uam.edu',
    ],
    [
      'a correction that would name a campus of its own making',
      { us: [augusta], corrections: [{ ...aCorrection('alaska.edu'), name: 'University of Alaska' }] },
      'campus-corrections.csv line 2: no campus has the host alaska.edu',
    ],
    [
      'a line for a campus that is not there',
      { us: [augusta, orono], systems: [aLine('maine.edu', 'Maine', 'uma.edu umaine.edu umo.edu')] },
      'mail-systems.csv line 2: no campus is umo.edu',
    ],
    [
      'a pattern that no campus goes by',
      { us: [augusta], systems: [aLine('maine.edu', '', 'uma.edu *.maine.edu')] },
      'mail-systems.csv line 2: no campus is *.maine.edu',
    ],
    [
      'a second line for a domain',
      { us: [augusta, orono, farmington], systems: [shared, shared] },
      'mail-systems.csv line 3: maine.edu has a line already',
    ],
    [
      'campuses that share a domain without the name of their system',
      { us: [augusta, orono], systems: [aLine('maine.edu', '', 'uma.edu umaine.edu')] },
      'line 2: campuses that share a domain need the name of their system',
    ],
    [
      'a line without a reason',
      { us: [augusta], systems: [{ ...aLine('maine.edu', '', 'uma.edu'), reason: '' }] },
      'line 2: it gives no reason',
    ],
    [
      'a line that leaves out the institution at its own domain',
      { us: [aCampus('maine.edu', 'Maine'), augusta], systems: [aLine('maine.edu', '', 'uma.edu')] },
      'line 2: Maine is at maine.edu and not among its campuses',
    ],
    [
      'a line that takes a domain from nobody',
      { us: [augusta], systems: [aLine('suny.edu', '', '')] },
      'mail-systems.csv line 2: no campus has suny.edu',
    ],
  ])('%s', (_, sources, problem) => {
    expect(() => build(sources)).toThrow(problem)
  })
})

test('a line says which campuses share a domain, and whoever swot named for it gives way', () => {
  const campuses = build({ us: [augusta, farmington, orono], swot: [maine], systems: [shared] })

  expect(campuses.map(({ domain, mailDomains }) => [domain, mailDomains])).toEqual([
    ['uma.edu', ['uma.edu']],
    ['umaine.edu', ['umaine.edu']],
    ['umf.maine.edu', ['umf.maine.edu']],
  ])
  expect(campuses.map(({ sharedDomains }) => sharedDomains)).toEqual(
    campuses.map(() => [{ domain: 'maine.edu', system: 'Maine' }]),
  )
  expect(parseCampuses(formatCampuses(campuses))).toEqual(campuses)
})

test('a campus whose own domain is shared keeps its further domains alone', () => {
  const campuses = build({
    us: [{ ...aCampus('maine.edu', 'Orono'), mailDomains: ['maine.edu', 'orono.example'] }, farmington],
    systems: [aLine('maine.edu', 'Maine', '*.maine.edu')],
  })

  expect(campuses[0]).toMatchObject({ domain: 'maine.edu', mailDomains: ['orono.example'] })
  expect(parseCampuses(formatCampuses(campuses))).toEqual(campuses)
})

test('a second entry of one campus becomes an alias of it', () => {
  const campuses = build({
    us: [aCampus('stonybrook.edu', 'Stony Brook University')],
    swot: [{ domain: 'sunysb.edu', names: ['State University at Stony Brook'] }],
    systems: [aLine('sunysb.edu', '', 'stonybrook.edu')],
  })

  expect(campuses).toMatchObject([
    { mailDomains: ['stonybrook.edu', 'sunysb.edu'], aliases: ['State University at Stony Brook'] },
  ])
})

describe('of campuses with one name', () => {
  const tech = { ...aCampus('tech.edu', 'Georgia Tech'), shortName: 'Tech', aliases: ['GT'], students: 600 }
  const other = { ...tech, domain: 'other.edu', mailDomains: ['other.edu'], name: 'Other Tech' }

  test('those without many more students lose the short name, and are found by it', () => {
    const campuses = build({
      us: [tech, { ...other, students: 200 }],
    })

    expect(campuses.map(({ shortName }) => shortName)).toEqual([null, null])
    expect(campuses.map(({ aliases }) => aliases)).toEqual([
      ['Tech', 'GT'],
      ['Tech', 'GT'],
    ])
  })

  test.each<[string, { region?: string | null; city?: string | null }, string]>([
    ['the state', { region: 'VT' }, 'Georgia Tech (VT)'],
    ['the city where the state is one', { region: 'ME', city: 'Bath' }, 'Georgia Tech (Bath, ME)'],
    ['the domain where there is no place', { region: null }, 'Georgia Tech (other.edu)'],
  ])('each gets %s behind it', (_, place, name) => {
    const here = { ...tech, shortName: null, city: 'Orono' }
    const campuses = build({
      us: [here, { ...other, name: tech.name, shortName: null, city: 'Bath', ...place }],
    })

    expect(campuses[0]).toMatchObject({ name, aliases: ['Georgia Tech', 'GT'] })
    expect(campuses[1]!.name).toMatch(/^Georgia Tech \(.+\)$/)
  })

  test('the one with more than five times the students keeps it', () => {
    const campuses = build({
      us: [tech, { ...other, students: 100 }],
    })

    expect(campuses.map(({ shortName }) => shortName)).toEqual([null, 'Tech'])
  })

  test('the one that a correction names keeps it, however small', () => {
    const campuses = build({
      us: [tech, { ...other, students: 1 }],
      corrections: [{ ...aCorrection('other.edu'), short_name: 'Tech' }],
    })

    expect(campuses.map(({ shortName }) => shortName)).toEqual(['Tech', null])
  })
})

describe('the shipped directory', () => {
  test('shows no two campuses by one name', async () => {
    const campuses = parseCampuses(await readCampusesFile())
    const names = campuses.flatMap(({ domain, name, shortName }) =>
      [...new Set([name, shortName ?? name].map(fold))].map((shownAs) => ({ shownAs, domain })),
    )

    const shared = [...Map.groupBy(names, ({ shownAs }) => shownAs).values()].filter((of) => of.length > 1)

    expect(shared).toEqual([])
  })

  test('gives each domain to the campuses that its line names', async () => {
    const campuses = parseCampuses(await readCampusesFile())
    const { campuses: assigned } = assignMailDomains(
      campuses,
      (await readMailSystems()).filter((line) => line.campuses),
    )

    const lines = formatCampuses(campuses).split('\n')
    expect(
      formatCampuses(assigned)
        .split('\n')
        .filter((line, at) => line !== lines[at]),
    ).toEqual([])
  })

  test('has no campus at or below a domain that is another one’s alone, but where a line says so', async () => {
    const campuses = parseCampuses(await readCampusesFile())
    const lines = await readMailSystems()
    const settled = new Set(lines.flatMap((line) => line.mail_domains.split(' ')))
    const owner = new Map(campuses.flatMap((one) => one.mailDomains.map((domain) => [domain, one.domain])))

    const unclear = campuses.filter(({ domain }) =>
      parents(domain).some(
        (parent) => owner.has(parent) && owner.get(parent) !== domain && !settled.has(parent),
      ),
    )

    expect(unclear).toEqual([])
  })
})

function build(sources: Partial<Parameters<typeof buildDirectory>[0]>): CampusRow[] {
  return buildDirectory({ us: [], swot: [], corrections: [], systems: [], ...structuredClone(sources) })
}

function aCampus(domain: string, name: string): CampusRow {
  const place = { city: null, region: 'ME', country: 'US', lat: null, lon: null, students: null }
  return { domain, mailDomains: [domain], sharedDomains: [], name, shortName: null, aliases: [], ...place }
}

function aLine(domains: string, system: string, campuses: string): MailSystem {
  return { mail_domains: domains, system, campuses, reason: 'A test says so' }
}

function aCorrection(host: string): Correction {
  return { host, domain: '', name: '', short_name: 'Short', mail_domains: '', aliases: '' }
}

function parents(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, skipped) => labels.slice(skipped).join('.'))
}
