import { beforeAll, describe, expect, test } from 'vitest'
import { type Campuses, isAmong, openCampuses } from '../../server/campuses/campus.ts'
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
    ['abington.psu.edu', 'abington.psu.edu'],
    ['syr.edu', 'syracuse.edu'],
    ['txstate.edu', 'txst.edu'],
    ['uncc.edu', 'charlotte.edu'],
    ['lc.cuny.edu', 'lehman.edu'],
    ['cs.sunysb.edu', 'stonybrook.edu'],
    ['mymdc.net', 'mdc.edu'],
    ['student.dcccd.edu', 'dallascollege.edu'],
    ['med.cornell.edu', 'weill.cornell.edu'],
    ['niagaracc.suny.edu', 'niagaracc.suny.edu'],
  ])('%s is %s', (address, domain) => {
    const owner = campuses.ofAddressDomain(address)

    expect(owner?.campuses.map((campus) => campus.domain)).toEqual([domain])
    expect(owner?.system).toBeUndefined()
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

describe('campuses that share a mail domain', () => {
  test.each([
    [
      'maine.edu',
      'University of Maine',
      'uma.edu umaine.edu umf.maine.edu umfk.maine.edu umpi.edu usm.maine.edu',
    ],
    ['alaska.edu', 'University of Alaska', 'uaa.alaska.edu uaf.edu uas.alaska.edu'],
    ['my.erau.edu', 'Embry-Riddle', 'daytonabeach.erau.edu prescott.erau.edu worldwide.erau.edu'],
    ['scarletmail.rutgers.edu', 'Rutgers', 'camden.rutgers.edu newark.rutgers.edu rutgers.edu'],
    ['peralta.edu', 'Peralta Colleges', 'alameda.edu berkeleycitycollege.edu laney.edu merritt.edu'],
  ])('%s is of %s, and of none alone', (address, system, domains) => {
    const owner = campuses.ofAddressDomain(address)

    expect(owner?.system).toBe(system)
    expect(owner?.campuses.map((campus) => campus.domain).toSorted()).toEqual(domains.split(' '))
  })

  test('the offices of a whole system are no campus', () => {
    const owners = ['suny.edu', 'mail.utsystem.edu', 'mass.edu'].map(campuses.ofAddressDomain)

    expect(owners).toEqual([undefined, undefined, undefined])
  })

  test('an address belongs to its owner, to those that share its domain and to campuses named below it', () => {
    expect(isIn('gatech.edu', 'cc.gatech.edu')).toBe(true)
    expect(isIn('umaine.edu', 'maine.edu')).toBe(true)
    expect(isIn('tc.columbia.edu', 'columbia.edu')).toBe(true)
    expect(isIn('columbia.edu', 'tc.columbia.edu')).toBe(false)
    expect(isIn('gatech.edu', 'maine.edu')).toBe(false)
    expect(isIn('mit.edu', 'gatech.edu')).toBe(false)
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

function isIn(campus: string, address: string) {
  return isAmong(known(campus), campuses.ofAddressDomain(address)!)
}

function known(domain: string) {
  const campus = campuses.byDomain(domain)
  if (!campus) throw new Error(`${domain} is not in the directory`)
  return campus
}
