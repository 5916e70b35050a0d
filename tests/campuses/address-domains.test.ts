import { describe, expect, test } from 'vitest'
import { estamos } from '../estamos.ts'

const server = estamos()

describe('the campus of an address domain is told before anybody signs', () => {
  test.each([
    ['syr.edu', 'syracuse.edu'],
    ['txstate.edu', 'txst.edu'],
    ['uncc.edu', 'charlotte.edu'],
    ['cc.gatech.edu', 'gatech.edu'],
  ])('%s is %s', async (domain, campus) => {
    const answer = await ask(domain)

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ campuses: [expect.objectContaining({ campus })] })
  })

  test('uw.edu is a choice among three', async () => {
    const answer = await ask('uw.edu')

    expect(answer.json().system).toBe('University of Washington')
    expect(
      answer
        .json()
        .campuses.map(({ campus }: { campus: string }) => campus)
        .toSorted(),
    ).toEqual(['tacoma.uw.edu', 'uwb.edu', 'washington.edu'])
  })
})

test('a domain of no campus is answered like any other', async () => {
  const answer = await ask('gmail.com')

  expect([answer.statusCode, answer.json()]).toEqual([200, { campuses: [] }])
})

test.each(['ada@maine.edu', 'maine', 'MAINE.EDU', '%00.edu', `${'a'.repeat(250)}.edu`, '..'])(
  'an address, or what is no domain, is refused: %s',
  async (domain) => {
    const answer = await ask(domain)

    expect([400, 404]).toContain(answer.statusCode)
  },
)

test('the answer is public: any page may read it, and caches keep it', async () => {
  const answer = await ask('maine.edu')

  expect(answer.headers['access-control-allow-origin']).toBe('*')
  expect(answer.headers['cache-control']).toMatch(/^public, max-age=\d+/)
  expect(answer.headers['set-cookie']).toBeUndefined()
})

const ask = (domain: string) => server.app.inject(`/api/v1/address-domains/${domain}`)
