import { beforeAll, describe, expect, test } from 'vitest'
import { type Campuses, isPartOf, openCampuses } from '../../server/campuses/campus.ts'
import { testDatabase } from '../database.ts'

const database = testDatabase()
let campuses: Campuses

beforeAll(async () => {
  campuses = await openCampuses(database.db)
})

describe('a campus is recognized from the domain of an address', () => {
  test.each([
    ['gatech.edu', 'gatech.edu'],
    ['cc.gatech.edu', 'gatech.edu'],
    ['mail.cc.gatech.edu', 'gatech.edu'],
    ['CC.GaTech.EDU', 'gatech.edu'],
    ['gatech.edu.', 'gatech.edu'],
    ['berkeley.edu', 'berkeley.edu'],
    ['mit.edu', 'mit.edu'],
    ['ox.ac.uk', 'ox.ac.uk'],
    ['kellogg.ox.ac.uk', 'ox.ac.uk'],
    ['unam.mx', 'unam.mx'],
    ['comunidad.unam.mx', 'unam.mx'],
    ['scarletmail.rutgers.edu', 'rutgers.edu'],
    ['abington.psu.edu', 'abington.psu.edu'],
    ['uw.edu', 'washington.edu'],
  ])('%s is %s', (address, domain) => {
    const campus = campuses.ofAddressDomain(address)

    expect(campus?.domain).toBe(domain)
  })

  test.each([
    'gatech.edu.example.com',
    'notgatech.edu',
    'gatech.edu-example.com',
    'xn--gatech-edu.com',
    'gatech',
    'edu',
    'ac.uk',
    'gmail.com',
    '.gatech.edu',
    'cc..gatech.edu',
    'gatech.edu..',
    '',
  ])('"%s" is no campus', (address) => {
    const campus = campuses.ofAddressDomain(address)

    expect(campus).toBeUndefined()
  })

  test('the domain of a county that runs a college shows no campus, though the college can be chosen', () => {
    const shown = campuses.ofAddressDomain('dhs.lacounty.gov')

    expect(shown).toBeUndefined()
    expect(campuses.byDomain('dhs.lacounty.gov')?.name).toContain('College of Nursing')
  })
})

describe('institutions that share a domain', () => {
  test('the largest speaks for it', () => {
    const campus = campuses.ofAddressDomain('student.alamo.edu')

    expect(campus).toMatchObject({ domain: 'alamo.edu', name: 'San Antonio College' })
  })

  test('the others are chosen under a name of their own, which no address shows', () => {
    const chosen = campuses.byDomain('palo-alto-college.alamo.edu')

    expect(chosen?.name).toBe('Palo Alto College')
    expect(campuses.ofAddressDomain('palo-alto-college.alamo.edu')?.domain).toBe('alamo.edu')
  })

  test('a campus is part of another only when it stands below its domain', () => {
    const [abington, penn, tech] = ['abington.psu.edu', 'psu.edu', 'gatech.edu'].map((name) => known(name))

    expect(isPartOf(abington!, penn!)).toBe(true)
    expect(isPartOf(penn!, abington!)).toBe(false)
    expect(isPartOf(tech!, penn!)).toBe(false)
    expect(isPartOf(penn!, penn!)).toBe(false)
  })
})

test('a campus is the same by domain and by id', () => {
  const campus = known('gatech.edu')

  expect(campus).toMatchObject({ shortName: 'Georgia Tech', city: 'Atlanta', region: 'GA', country: 'US' })
  expect(campus.students).toBeGreaterThan(30_000)
  expect(campuses.byId(campus.id)).toBe(campus)
})

test('no domain without a campus is made up by names that objects have', () => {
  const found = ['constructor.edu', '__proto__.edu', 'toString.prototype'].map(campuses.ofAddressDomain)

  expect(found).toEqual([undefined, undefined, undefined])
})

function known(domain: string) {
  const campus = campuses.byDomain(domain)
  if (!campus) throw new Error(`${domain} is not in the directory`)
  return campus
}
