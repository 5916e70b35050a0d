import { createChallenge } from 'altcha-lib/v1'
import { expect, test } from 'vitest'
import { anOpenCampaign, pledgesOf, sign, times } from '../builders.ts'
import { forgetCaptchas } from '../../server/captcha/forgetting.ts'
import { forgetRequests } from '../../server/limits/adding-up.ts'
import { estamos } from '../estamos.ts'
import { aChallenge, aProof, payloadOf, solved } from './proofs.ts'

const server = estamos({ env: () => ({ CAPTCHA: 'altcha' }) })

test('a pledge with a solved challenge is taken, and one without is refused', async () => {
  const slug = await anOpenCampaign(server)

  const without = await sign(server, slug)
  const withProof = await sign(server, slug, { captcha: await aProof(server, slug) })

  expect([without.statusCode, without.json()]).toMatchObject([
    422,
    { code: 'captcha-missing', field: 'captcha' },
  ])
  expect(withProof.statusCode).toBe(202)
})

test('a campaign says which captcha it asks for', async () => {
  const slug = await anOpenCampaign(server)

  const { captcha } = (await server.app.inject(`/api/v1/campaigns/${slug}`)).json()

  expect(captcha).toEqual({ kind: 'altcha' })
})

test('a challenge comes from our server alone, is never kept by a proxy, and any page may ask for it', async () => {
  const slug = await anOpenCampaign(server)

  const { headers } = await server.app.inject(`/api/v1/campaigns/${slug}/captcha`)

  expect(headers['cache-control']).toBe('no-store')
  expect(headers['access-control-allow-origin']).toBe('*')
})

test('one proof sent two hundred times at once through three servers makes one pledge', async () => {
  const slug = await anOpenCampaign(server)
  const captcha = await aProof(server, slug)
  const servers = [server, await server.another(), await server.another()]

  const answers = await Promise.all(
    times(200, (n) => sign(servers[n % 3]!, slug, { email: `ada${n}@example.edu`, captcha })),
  )

  expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(1)
  expect(new Set(answers.map((answer) => answer.json().code))).toEqual(new Set([undefined, 'captcha-used']))
  expect(await pledgesOf(server, slug)).toHaveLength(1)
})

test('the same proof written down in another way is used too', async () => {
  const slug = await anOpenCampaign(server)
  const challenge = await aChallenge(server, slug)
  const captcha = await solved(challenge)
  await sign(server, slug, { captcha })
  const { solution } = JSON.parse(Buffer.from(captcha, 'base64').toString())
  const { parameters, signature } = challenge

  const others = [
    captcha.replace(/=*$/, ''),
    payloadOf({ solution: { ...solution, counter: solution.counter + 1 }, challenge }),
    payloadOf({
      solution: { ...solution, time: 3 },
      challenge: { signature, parameters: Object.fromEntries(Object.entries(parameters).reverse()) },
    }),
  ]
  const codes = await Promise.all(
    others.map(async (other) => (await sign(server, slug, { captcha: other })).json().code),
  )

  expect(codes.every((code) => code === 'captcha-used' || code === 'captcha-wrong')).toBe(true)
  expect(codes).toContain('captcha-used')
})

test('a proof is for one campaign, and for pledges or for links', async () => {
  const [slug, other] = [await anOpenCampaign(server), await anOpenCampaign(server)]

  const ofOther = await sign(server, slug, { captcha: await aProof(server, other) })
  const ofLinks = await sign(server, slug, { captcha: await aProof(server, slug, { for: 'link' }) })

  expect([ofOther.json().code, ofLinks.json().code]).toEqual(['captcha-wrong', 'captcha-wrong'])
})

test('a challenge is good for five minutes', async () => {
  const slug = await anOpenCampaign(server)
  const captcha = await aProof(server, slug)

  server.clock.now = new Date(Date.now() + 301_000)
  const late = await sign(server, slug, { captcha })
  server.clock.now = undefined
  const inTime = await sign(server, slug, { captcha })

  expect(late.json().code).toBe('captcha-expired')
  expect(inTime.statusCode).toBe(202)
})

test.each([
  ['an easier one', { cost: 1 }],
  ['a later end', { expiresAt: 4_000_000_000 }],
  ['another prefix', { keyPrefix: '00' }],
  ['no signature of the solution', { keySignature: '00' }],
  ['less to try', { data: { gate: 'any', most: 1 } }],
])('a challenge changed to have %s is refused', async (_, changes) => {
  const slug = await anOpenCampaign(server)
  const { parameters, signature } = await aChallenge(server, slug)
  const data = 'data' in changes ? { ...changes.data, gate: parameters.data.gate } : parameters.data

  const captcha = await solvedOrNot({ parameters: { ...parameters, ...changes, data }, signature })
  const answer = await sign(server, slug, { captcha })

  expect(answer.json().code).toBe('captcha-wrong')
})

test('bytes moved from one parameter to its neighbour do not pass, as they did in ALTCHA before December 2025', async () => {
  const slug = await anOpenCampaign(server)
  const { parameters, signature } = await aChallenge(server, slug)
  const moved = {
    ...parameters,
    salt: parameters.salt + parameters.nonce.slice(0, 2),
    nonce: parameters.nonce.slice(2),
  }

  const captcha = await solvedOrNot({ parameters: moved, signature })
  const answer = await sign(server, slug, { captcha })

  expect(answer.json().code).toBe('captcha-wrong')
})

test('the first format of ALTCHA, in which an end could be spliced into the salt, is not taken at all', async () => {
  const slug = await anOpenCampaign(server)
  const first = await createChallenge({
    hmacKey: 'guessed',
    number: 5,
    expires: new Date(Date.now() + 60_000),
  })

  const answer = await sign(server, slug, { captcha: payloadOf({ ...first, number: 5 }) })

  expect(answer.json().code).toBe('captcha-wrong')
})

test.each([
  ['nothing solved', 'eyJjaGFsbGVuZ2UiOnt9fQ=='],
  ['no JSON', 'eyJ'],
  ['no base64', '%%%'],
  ['a list', Buffer.from('[]').toString('base64')],
])('%s is a wrong captcha and no fault of ours', async (_, captcha) => {
  const slug = await anOpenCampaign(server)

  const answer = await sign(server, slug, { captcha })

  expect([answer.statusCode, answer.json().code]).toEqual([422, 'captcha-wrong'])
})

test('what is refused for another reason leaves the proof good', async () => {
  const slug = await anOpenCampaign(server)
  const captcha = await aProof(server, slug)

  const mistyped = await sign(server, slug, { email: 'ada', captcha })
  const mended = await sign(server, slug, { captcha })

  expect(mistyped.json().code).toBe('email-invalid')
  expect(mended.statusCode).toBe(202)
})

test('neither an address nor a campaign is named by what is remembered, and the clock forgets it', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { captcha: await aProof(server, slug, { ip: '198.51.100.77' }) })
  const later = { db: server.deps.db, now: () => new Date(Date.now() + 3 * 3_600_000) }
  const rows = async () =>
    (
      await server.deps.db.$client.query(
        'select digest::text as of from captcha_counts union all select digest::text from captcha_spent union all select key::text from address_keys',
      )
    ).rows
  const before = await rows()

  await forgetCaptchas(later)
  await forgetRequests(later)

  expect(before.length).toBeGreaterThan(3)
  expect(JSON.stringify(before)).not.toContain(Buffer.from('198.51.100.77').toString('hex'))
  expect(await rows()).toEqual([])
})

/** Solved as far as that goes in a moment: what is refused is refused for the challenge, not for the solution. */
async function solvedOrNot(challenge: Awaited<ReturnType<typeof aChallenge>>): Promise<string> {
  const { solveChallenge } = await import('altcha-lib')
  const { deriveKey } = await import('altcha-lib/algorithms/pbkdf2')
  const solution = await solveChallenge({ challenge, deriveKey, timeout: 300 })
  return payloadOf({ challenge, solution: solution ?? { counter: 1, derivedKey: '00'.repeat(32) } })
}
