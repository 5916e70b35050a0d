import { describe, expect, test } from 'vitest'
import { anOpenCampaign, checksum, confirm, pledgesOf, rowOf, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

const systems = [
  ['ada@maine.edu', 'umaine.edu'],
  ['ada@maine.edu', 'usm.maine.edu'],
  ['ada@alaska.edu', 'uaf.edu'],
  ['ada@alaska.edu', 'uas.alaska.edu'],
  ['ada@iu.edu', 'indianapolis.iu.edu'],
  ['ada@iu.edu', 'iusb.edu'],
  ['ada@my.erau.edu', 'daytonabeach.erau.edu'],
  ['ada@umsystem.edu', 'umkc.edu'],
  ['ada@student.sdccd.edu', 'sdcity.edu'],
  ['ada@seattlecolleges.edu', 'seattlecentral.edu'],
  ['ada@gcccd.edu', 'cuyamaca.edu'],
  ['ada@uw.edu', 'tacoma.uw.edu'],
  ['ada@login.cuny.edu', 'hunter.cuny.edu'],
  ['ada@email.vccs.edu', 'nvcc.edu'],
  ['ada@student.cccs.edu', 'ccd.edu'],
  ['ada@psu.edu', 'abington.psu.edu'],
  ['ada@student.alamo.edu', 'palo-alto-college.alamo.edu'],
] as const

const districts = [
  ['ada@maricopa.edu', 'mesacc.edu'],
  ['ada@apps.losrios.edu', 'arc.losrios.edu'],
  ['ada@student.laccd.edu', 'elac.edu'],
  ['ada@peralta.edu', 'laney.edu'],
  ['ada@mymdc.net', 'mdc.edu'],
  ['ada@student.dcccd.edu', 'dallascollege.edu'],
] as const

describe('an address of a mail domain that campuses share', () => {
  test.each([...systems, ...districts])('%s counts for the chosen %s', async (email, campus) => {
    const slug = await anOpenCampaign(server, { eligibility: 'campus-email' })

    const answer = await sign(server, slug, { email, campus })

    expect(answer.json()).toMatchObject({ status: 'check-your-email', campus })
    expect(await rowOf(server, slug, email)).toMatchObject({
      campus_id: server.deps.campuses.byDomain(campus)?.id,
      campus_proven: true,
    })
  })

  test.each([...new Set(systems.map(([email]) => email))])(
    '%s without a choice is asked for one, and nothing is written',
    async (email) => {
      const slug = await anOpenCampaign(server)
      const before = await checksum(server)

      const answer = await sign(server, slug, { email })

      expect(answer.statusCode).toBe(422)
      expect(answer.json()).toMatchObject({ code: 'campus-choice-needed', field: 'campus' })
      expect(answer.json().addressDomain.campuses.length).toBeGreaterThan(1)
      expect(await checksum(server)).toBe(before)
    },
  )

  test('names the system and its campuses to whoever left the choice open', async () => {
    const slug = await anOpenCampaign(server)

    const answer = await sign(server, slug, { email: 'ada@alaska.edu' })

    expect(answer.json().addressDomain).toEqual({
      system: 'University of Alaska',
      campuses: [
        expect.objectContaining({ campus: 'uaa.alaska.edu', name: 'University of Alaska Anchorage' }),
        expect.objectContaining({ campus: 'uaf.edu' }),
        expect.objectContaining({ campus: 'uas.alaska.edu' }),
      ],
    })
  })

  test.each(['gatech.edu', 'nowhere.example', '__proto__', 'x\0y', 'maine.edu', 'a'.repeat(500)])(
    'is asked again where the choice is none of them: %s',
    async (campus) => {
      const slug = await anOpenCampaign(server)

      const answer = await sign(server, slug, { email: 'ada@maine.edu', campus })

      expect(answer.json()).toMatchObject({ status: 422, code: 'campus-choice-needed' })
      expect(await pledgesOf(server, slug)).toEqual([])
    },
  )

  test('counts for no campus where its signer is at none of them', async () => {
    const slug = await anOpenCampaign(server, { eligibility: 'campus-email' })

    const answer = await sign(server, slug, { email: 'ada@maine.edu', campus: 'none' })
    const confirmed = await confirm(server, slug, 'ada@maine.edu')

    expect(answer.statusCode).toBe(202)
    expect(answer.json().campus).toBeUndefined()
    expect(confirmed.json().campus).toBeUndefined()
    expect(await rowOf(server, slug, 'ada@maine.edu')).toMatchObject({
      campus_id: null,
      campus_proven: false,
    })
  })

  test('an address at a campus’s own domain below it needs no choice', async () => {
    const slug = await anOpenCampaign(server)

    const answer = await sign(server, slug, { email: 'ada@usm.maine.edu' })

    expect(answer.json()).toMatchObject({ status: 'check-your-email', campus: 'usm.maine.edu' })
  })
})

test('a question about the campus comes before the captcha, and the same proof signs after it', async () => {
  const slug = await anOpenCampaign(server)

  const first = await sign(server, slug, { email: 'ada@maine.edu' })
  const second = await sign(server, slug, { email: 'ada@maine.edu', campus: 'uma.edu' })
  const signedAgain = await sign(server, slug, { email: 'ada@maine.edu', campus: 'umpi.edu' })

  expect([first.statusCode, second.statusCode, signedAgain.statusCode]).toEqual([422, 202, 202])
  expect(signedAgain.json().campus).toBe('umpi.edu')
  expect(await pledgesOf(server, slug)).toHaveLength(1)
})

test('whether a mailbox has pledged changes nothing in the question for its campus', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: 'ada@maine.edu', campus: 'uma.edu' })
  await confirm(server, slug, 'ada@maine.edu')

  const [known, unknown] = await Promise.all(
    ['ada@maine.edu', 'bea@maine.edu'].map((email) => sign(server, slug, { email })),
  )

  expect(known!.statusCode).toBe(422)
  expect(known!.body).toBe(unknown!.body)
})

test('"none" is no campus for an address that shows none either', async () => {
  const slug = await anOpenCampaign(server)

  const answer = await sign(server, slug, { email: 'ada@mail.example', campus: 'none' })

  expect(answer.statusCode).toBe(202)
  expect(answer.json().campus).toBeUndefined()
})
