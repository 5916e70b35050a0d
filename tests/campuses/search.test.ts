import { beforeAll, describe, expect, test } from 'vitest'
import { openCampuses } from '../../server/campuses/campus.ts'
import { searchCampuses } from '../../server/campuses/search.ts'
import { testDatabase } from '../database.ts'

const database = testDatabase()
let search: (q: string) => Promise<string[]>

beforeAll(async () => {
  const deps = { db: database.db, campuses: await openCampuses(database.db) }
  search = async (q) => (await searchCampuses(deps, q)).map((match) => match.campus)
})

describe('the first match is the one that was meant', () => {
  test.each([
    ['georgia tech', 'gatech.edu'],
    ['GEORGIA TECH', 'gatech.edu'],
    ['The Georgia Tech', 'gatech.edu'],
    ['georg', 'gatech.edu', 8],
    ['GT', 'gatech.edu'],
    ['gatech', 'gatech.edu'],
    ['Berkeley', 'berkeley.edu'],
    ['UC Berkeley', 'berkeley.edu'],
    ['UNAM', 'unam.mx'],
    ['Universidad Nacional Autónoma de México', 'unam.mx'],
    ['universidad nacional autonoma', 'unam.mx'],
    ['são paulo', 'usp.br'],
    ['sao paulo', 'usp.br'],
    ['MIT', 'mit.edu'],
    ['UCLA', 'ucla.edu'],
    ['Harvard', 'harvard.edu'],
    ['ohio state', 'osu.edu'],
    ['penn state', 'psu.edu'],
    ['u of michigan', 'umich.edu'],
    ['UT Austin', 'utexas.edu'],
    ['texas a&m', 'tamu.edu'],
    ['Oxford', 'ox.ac.uk'],
    ['Cambridge', 'cam.ac.uk'],
    ['University of Minnesota', 'umn.edu'],
    ['UW', 'washington.edu'],
    ['kent state stark', 'kent.edu'],
    ['palo alto college', 'palo-alto-college.alamo.edu'],
    ['北京大学', 'pku.edu.cn'],
    ['cal', 'berkeley.edu'],
    ['A&M', 'tamu.edu'],
    ['a & m', 'tamu.edu'],
    ['suny', 'buffalo.edu'],
    ['SUNY Albany', 'albany.edu'],
    ['suny binghamton', 'binghamton.edu'],
    ['suny niagara', 'niagaracc.suny.edu'],
    ['city college', 'ccny.cuny.edu'],
    ['CCNY', 'ccny.cuny.edu'],
    ['city tech', 'citytech.cuny.edu'],
    ['John Jay', 'jjay.cuny.edu'],
    ['BMCC', 'bmcc.cuny.edu'],
    ['UDub', 'washington.edu'],
    ['U-Dub', 'washington.edu'],
    ['uchicago', 'uchicago.edu'],
    ['michigan state', 'msu.edu'],
    ['MSU', 'msu.edu'],
    ['Penn', 'upenn.edu'],
    ['pitt', 'pitt.edu'],
    ['UMass', 'umass.edu'],
    ['bama', 'ua.edu'],
    ['UB', 'buffalo.edu'],
    ['cal state northridge', 'csun.edu'],
    ['long beach state', 'csulb.edu'],
    ['sac state', 'csus.edu'],
    ['SF State', 'sfsu.edu'],
    ['Cal Maritime', 'csum.edu'],
    ['Bethel University (MN)', 'bethel.edu'],
  ])('%s → %s', async (q, campus, within = 1) => {
    const matches = await search(q)

    expect(matches.slice(0, within)).toContain(campus)
  })
})

describe('a slip of the finger is forgiven', () => {
  test.each([
    ['Gorgia Tech', 'gatech.edu'],
    ['Goergia Tech', 'gatech.edu'],
    ['Berkely', 'berkeley.edu'],
    ['Standford', 'stanford.edu'],
    ['Havard', 'harvard.edu'],
    ['Collumbia Univeristy', 'columbia.edu'],
    ['Univercity of Michigan', 'umich.edu'],
    ['Univesity of Torronto', 'utoronto.ca'],
    ['Carnegy Mellon', 'cmu.edu'],
    ['Massachusets Institute of Technology', 'mit.edu'],
  ])('%s → %s', async (q, campus) => {
    const matches = await search(q)

    expect(matches[0]).toBe(campus)
  })
})

describe('a domain or an address is read as one', () => {
  test.each(['gatech.edu', 'cc.gatech.edu', 'GATECH.EDU.', 'ada@cc.gatech.edu'])('%s', async (q) => {
    const matches = await search(q)

    expect(matches).toEqual(['gatech.edu'])
  })

  test('a shared mail domain finds the campuses that share it', async () => {
    const matches = await search('ada@alaska.edu')

    expect(matches.toSorted()).toEqual(['uaa.alaska.edu', 'uaf.edu', 'uas.alaska.edu'])
  })

  test.each(['notgatech.edu', 'gatech.edu.example.com'])('%s is not taken for Georgia Tech', async (q) => {
    const matches = await search(q)

    expect(matches).toEqual([])
  })
})

describe('what cannot be a name finds nothing and breaks nothing', () => {
  test.each([
    '',
    ' ',
    'g',
    'é',
    '%',
    '%%',
    '__',
    "'",
    '\\',
    '\\%',
    '😀😀',
    '\u0000\u0000',
    '\ud800\ud800',
    '| |',
    'zqx'.repeat(60),
    'zqxj '.repeat(40),
    '('.repeat(200),
  ])('%j', async (q) => {
    const matches = await search(q)

    expect(matches).toEqual([])
  })

  test('a statement is only words', async () => {
    await search(`'; drop table campuses; --`)

    expect(await search('GT')).toContain('gatech.edu')
  })

  test('marks in a name mean nothing', async () => {
    const matches = await search('georgia%tech_')

    expect(matches[0]).toBe('gatech.edu')
  })
})

test('there are never more than eight', async () => {
  const matches = await search('university')

  expect(matches).toHaveLength(8)
  expect(new Set(matches).size).toBe(8)
})

test('a match says where it is, and leaves out what is not known', async () => {
  const deps = { db: database.db, campuses: await openCampuses(database.db) }

  const [[tech], [unam]] = await Promise.all([searchCampuses(deps, 'GT'), searchCampuses(deps, 'unam.mx')])

  expect(tech).toEqual({
    campus: 'gatech.edu',
    name: 'Georgia Institute of Technology',
    shortName: 'Georgia Tech',
    city: 'Atlanta',
    region: 'GA',
    country: 'US',
  })
  expect(JSON.parse(JSON.stringify(unam))).toEqual({
    campus: 'unam.mx',
    name: 'Universidad Nacional Autónoma de México',
    shortName: 'UNAM',
    country: 'MX',
  })
})
