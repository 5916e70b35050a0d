import { describe, expect, test } from 'vitest'
import { anOpenCampaign, campaignId, checksum, pledgesOf, rowOf, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { sql } from 'drizzle-orm'

const server = estamos()
const email = 'ada@example.edu'

describe('a signature is refused with its own code, and nothing is written', () => {
  test.each<[string, string | object, number, string, string?]>([
    ['malformed JSON', '{"email": "ada@', 400, 'malformed-json'],
    ['nothing at all', '', 400, 'malformed-json'],
    ['a polluting key', '{"email":"ada@example.edu","__proto__":{"display":true}}', 400, 'malformed-json'],
    ['a polluting constructor', '{"email":"a@b.edu","constructor":{"prototype":{}}}', 400, 'malformed-json'],
    ['a list', [email], 400, 'invalid-request'],
    ['a text', '"ada"', 400, 'invalid-request'],
    ['no address', {}, 400, 'invalid-request', 'email'],
    ['an address of another type', { email: 7 }, 400, 'invalid-request', 'email'],
    ['several addresses', { email: [email] }, 400, 'invalid-request', 'email'],
    ['a field that is not documented', { email, isAdmin: true }, 400, 'invalid-request'],
    ['a tick that is a text', { email, display: 'true' }, 400, 'invalid-request', 'display'],
    ['an affiliation of nobody', { email, affiliation: 'recruiter' }, 400, 'invalid-request', 'affiliation'],
    ['a source with markup', { email, source: '<b>' }, 400, 'invalid-request', 'source'],
    ['a locale that is none', { email, locale: '../en' }, 400, 'invalid-request', 'locale'],
    ['an address that cannot be', { email: 'ada' }, 422, 'email-invalid', 'email'],
    ['an over-long address', { email: `${'a'.repeat(9_000)}@x.edu` }, 400, 'invalid-request', 'email'],
    ['an over-long body', { email, name: 'a'.repeat(20_000) }, 413, 'too-large'],
    ['an over-long name', { email, name: 'a'.repeat(81) }, 422, 'name-too-long', 'name'],
    ['a name with a control character', { email, name: 'Ada\u0007' }, 422, 'name-not-allowed', 'name'],
    ['a name with a zero byte', { email, name: 'Ada\0' }, 422, 'name-not-allowed', 'name'],
    ['a name over two lines', { email, name: 'Ada\nLovelace' }, 422, 'name-not-allowed', 'name'],
    [
      'a name that turns its direction',
      { email, name: 'Ada \u202eecalevoL' },
      422,
      'name-not-allowed',
      'name',
    ],
    ['half a character', { email, name: 'Ada \ud800' }, 422, 'name-not-allowed', 'name'],
    ['a name with a link', { email, name: 'https://evil.example' }, 422, 'name-not-allowed', 'name'],
    ['a name with a bare domain', { email, name: 'Visit evil.com now' }, 422, 'name-not-allowed', 'name'],
    ['a name that is an address', { email, name: 'ada@example.edu' }, 422, 'name-not-allowed', 'name'],
    ['a name that is a formula', { email, name: '=1+1' }, 422, 'name-not-allowed', 'name'],
    ['a name with markup', { email, name: '<b>Ada</b>' }, 422, 'name-not-allowed', 'name'],
    ['to be listed without a name', { email, display: true }, 422, 'name-missing', 'name'],
    ['an unknown campus', { email, campus: 'nowhere.example' }, 422, 'campus-not-known', 'campus'],
    ['a campus that is none', { email, campus: 'x\0y' }, 422, 'campus-not-known', 'campus'],
    ['a campus named by an object', { email, campus: '__proto__' }, 422, 'campus-not-known', 'campus'],
  ])('%s', async (_, payload, status, code, field) => {
    const slug = await anOpenCampaign(server)
    const before = await checksum(server)

    const answer = await post(`/api/v1/campaigns/${slug}/pledges`, payload)

    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.headers['cache-control']).toBe('no-store')
    const { sign, ...problem } = answer.json()
    expect(typeof sign === 'string').toBe(code === 'name-not-allowed')
    expect(problem).toEqual({
      type: `urn:estamos:${code}`,
      title: expect.any(String),
      status,
      code,
      detail: expect.any(String),
      ...(field && { field }),
    })
    expect(answer.statusCode).toBe(status)
    expect(await pledgesOf(server, slug)).toEqual([])
    expect(await checksum(server)).toBe(before)
  })
})

describe('a campaign that takes no pledges says why', () => {
  const past = new Date('2020-01-01')
  const future = new Date('2099-01-01')

  test.each([
    ['closed by its organizers', { state: 'closed' }, 409, 'campaign-closed'],
    ['past its end', { closesAt: past }, 409, 'campaign-closed'],
    ['before its beginning', { opensAt: future }, 409, 'campaign-not-open'],
    ['a draft, unknown to the public', { state: 'draft' }, 404, 'unknown-campaign'],
  ] as const)('%s', async (_, settings, status, code) => {
    const slug = await anOpenCampaign(server, settings)

    const answer = await sign(server, slug)

    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
    const { rows } = await server.deps.db.execute(sql`
      select from pledges where campaign_id = ${await campaignId(server, slug)}`)
    expect(rows).toEqual([])
  })

  test.each(['no-such-drive', 'constructor', 'toString'.toLowerCase()])('unknown: %s', async (slug) => {
    const answers = await Promise.all([
      sign(server, slug),
      server.app.inject(`/api/v1/campaigns/${slug}`),
      server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`),
      server.app.inject(`/api/v1/campaigns/${slug}/live`),
      server.app.inject(`/api/v1/campaigns/${slug}/campuses/gatech.edu`),
      post('/api/v1/confirmations', { campaign: slug, email, code: '123456' }),
      post('/api/v1/my-pledge-links', { campaign: slug, email }),
    ])

    expect(answers.map((answer) => `${answer.statusCode} ${answer.json().code}`)).toEqual(
      answers.map(() => '404 unknown-campaign'),
    )
  })
})

describe('a campaign for campus addresses', () => {
  test('refuses other addresses with a reason, and takes those of a campus', async () => {
    const slug = await anOpenCampaign(server, { eligibility: 'campus-email' })

    const refused = await sign(server, slug, { email: 'ada@gmail.com', campus: 'gatech.edu' })
    const taken = await sign(server, slug, { email: 'ada@cc.gatech.edu' })

    expect(refused.json()).toMatchObject({ status: 422, code: 'email-not-campus', field: 'email' })
    expect(refused.json().detail).toContain('campus email')
    expect(taken.json()).toMatchObject({ status: 'check-your-email', campus: 'gatech.edu' })
    expect(await pledgesOf(server, slug)).toHaveLength(1)
  })
})

test('a campaign that only counts takes no address for updates', async () => {
  const slug = await anOpenCampaign(server, { contactMode: 'count-only' })

  const answer = await sign(server, slug, { updates: true })

  expect(answer.json()).toMatchObject({ status: 422, code: 'contact-not-offered', field: 'updates' })
  expect(await rowOf(server, slug)).toBeUndefined()
})

describe('no spelling of a content type lets a bad body past the schema', () => {
  const types = [
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=utf-8;',
    'APPLICATION/JSON',
    'application/json\t; charset=utf-8',
    'application/json ;',
    ' application/json',
    'application/json, text/plain',
    'application/problem+json',
    'application/jsonx',
    'application/json/',
    'text/json',
    'text/plain',
    'text/plain; application/json',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=utf-8',
    'application/octet-stream',
    'application/xml',
    'application/vnd.api+json',
    'x',
    ';',
    '*/*',
    '',
  ]
  test.each(types)('%j', async (type) => {
    const slug = await anOpenCampaign(server)

    const answer = await server.app.inject({
      method: 'POST',
      url: `/api/v1/campaigns/${slug}/pledges`,
      headers: { 'content-type': type },
      payload: '{"email":"ada@example.edu","display":"yes","isAdmin":true}',
    })

    expect([400, 415]).toContain(answer.statusCode)
    expect(['invalid-request', 'malformed-json', 'unsupported-media-type']).toContain(answer.json().code)
    expect(await pledgesOf(server, slug)).toEqual([])
  })
})

describe('a confirmation is refused with its own code', () => {
  test.each([
    ['no token', {}, 400, 'invalid-request'],
    ['a wrong token', { token: 'x' }, 400, 'token-invalid'],
    ['an over-long token', { token: 'x'.repeat(401) }, 400, 'invalid-request', 'token'],
    [
      'a campaign of no such shape',
      { campaign: 'X Y', email, code: '123456' },
      400,
      'invalid-request',
      'campaign',
    ],
    ['a number for a code', { campaign: 'x', email, code: 123456 }, 400, 'invalid-request', 'code'],
    ['no code', { campaign: 'x', email }, 400, 'invalid-request', 'code'],
    ['an over-long code', { campaign: 'x', email, code: '1'.repeat(61) }, 400, 'invalid-request', 'code'],
    [
      'a malformed receipt',
      { campaign: 'x', email, code: '123456', receipt: 'x' },
      400,
      'invalid-request',
      'receipt',
    ],
    ['a token that is a number', { token: 7 }, 400, 'invalid-request', 'token'],
    ['a token and a code', { token: 'x', campaign: 'x', email, code: '123456' }, 400, 'invalid-request'],
  ])('%s', async (_, payload, status, code, field?: string) => {
    const answer = await post('/api/v1/confirmations', payload)

    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
    expect([undefined, answer.json().field]).toContain(field)
  })

  test.each(['12345', '1234567', 'abcdef', '١٢٣٤٥٦', '', '...', '12 34 5'])('the code %j', async (code) => {
    const campaign = await anOpenCampaign(server)

    const answer = await post('/api/v1/confirmations', { campaign, email, code })

    expect(answer.json()).toMatchObject({ status: 422, code: 'code-wrong', field: 'code' })
  })

  test('an address that cannot be', async () => {
    const campaign = await anOpenCampaign(server)

    const answer = await post('/api/v1/confirmations', { campaign, email: 'ada', code: '123456' })

    expect([answer.statusCode, answer.json().code]).toEqual([422, 'email-invalid'])
  })
})

test('what is not there is a problem document for programs and a page for people', async () => {
  const program = await server.app.inject('/api/v1/nothing')
  const person = await server.app.inject({ url: '/nothing', headers: { accept: 'text/html' } })

  expect(program.json()).toMatchObject({ status: 404, code: 'not-found' })
  expect(person.statusCode).toBe(404)
  expect(person.headers['content-type']).toContain('text/html')
})

function post(url: string, payload: string | object) {
  return server.app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload })
}
