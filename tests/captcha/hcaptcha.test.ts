import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { anOpenCampaign, pledgesOf, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { hcaptchaStandIn } from './hcaptcha-stand-in.ts'
import { aProof, askForChallenge } from './proofs.ts'

const hcaptcha = await hcaptchaStandIn()
afterAll(hcaptcha.close)

const keys = () => ({
  CAPTCHA: '',
  HCAPTCHA_SITEKEY: hcaptcha.siteKey,
  HCAPTCHA_SECRET: hcaptcha.secret,
  HCAPTCHA_VERIFY_URL: hcaptcha.url,
})
const refusing = estamos({ env: () => ({ ...keys(), HCAPTCHA_DOWN: 'refuse' }) })
const falling = estamos({ env: () => ({ ...keys(), HCAPTCHA_DOWN: 'altcha' }) })

beforeEach(() => {
  hcaptcha.way = 'answers'
  hcaptcha.asked = []
})

test('a token that hCaptcha knows lets in once, and hCaptcha is told no address of a signer', async () => {
  const slug = await anOpenCampaign(refusing)
  hcaptcha.good.add('P1_good')

  const first = await sign(refusing, slug, { captcha: 'P1_good' })
  const again = await sign(refusing, slug, { captcha: 'P1_good' })
  const unknown = await sign(refusing, slug, { captcha: 'P1_unknown' })
  const without = await sign(refusing, slug)

  expect(first.statusCode).toBe(202)
  expect([again, unknown, without].map((answer) => answer.json().code)).toEqual([
    'captcha-used',
    'captcha-wrong',
    'captcha-missing',
  ])
  expect(hcaptcha.asked[0]).toEqual({
    secret: hcaptcha.secret,
    response: 'P1_good',
    sitekey: hcaptcha.siteKey,
  })
})

test('a token sent a hundred times at once through two servers is asked about once', async () => {
  const slug = await anOpenCampaign(refusing)
  const servers = [refusing, await refusing.another()]
  hcaptcha.good.add('P1_many')

  const answers = await Promise.all(times(100, (n) => sign(servers[n % 2]!, slug, { captcha: 'P1_many' })))

  expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(1)
  expect(hcaptcha.asked).toHaveLength(1)
})

test.each(['fails', 'talks-html'] as const)('where hCaptcha %s nobody is let in', async (way) => {
  const slug = await anOpenCampaign(refusing)
  hcaptcha.way = way
  hcaptcha.good.add(`P1_${way}`)

  const answer = await sign(refusing, slug, { captcha: `P1_${way}` })
  const work = await askForChallenge(refusing, slug)

  expect([answer.statusCode, answer.json().code]).toEqual([503, 'captcha-away'])
  expect(work.statusCode).toBe(404)
  expect(await pledgesOf(refusing, slug)).toEqual([])
})

test('a hCaptcha that hangs is given up after five seconds', async () => {
  const slug = await anOpenCampaign(refusing)
  hcaptcha.way = 'hangs'
  const start = performance.now()

  const answer = await sign(refusing, slug, { captcha: 'P1_slow' })

  expect(answer.json().code).toBe('captcha-away')
  expect(performance.now() - start).toBeGreaterThan(4_900)
})

describe('where ALTCHA stands in', () => {
  test('no work is given out while hCaptcha answers, and none is taken instead of its token', async () => {
    const slug = await anOpenCampaign(falling)

    const work = await askForChallenge(falling, slug)
    const ofLinks = await sign(falling, slug, { captcha: await aProof(falling, slug, { for: 'link' }) })

    expect(work.statusCode).toBe(404)
    expect(ofLinks.json().code).toBe('captcha-wrong')
  })

  test('work is given out and taken once hCaptcha gives no answer', async () => {
    const slug = await anOpenCampaign(falling)
    falling.clock.now = new Date(Date.now() + 60_000)
    hcaptcha.way = 'fails'

    const token = await sign(falling, slug, { captcha: 'P1_lost' })
    const work = await sign(falling, slug, { captcha: await aProof(falling, slug) })
    falling.clock.now = undefined

    expect([token.statusCode, token.json().code]).toEqual([503, 'captcha-away'])
    expect(work.statusCode).toBe(202)
  })
})

test('the page lets hCaptcha in, by name, and says what it is', async () => {
  const slug = await anOpenCampaign(refusing)

  for (const url of [`/c/${slug}`, `/embed/${slug}`]) {
    const { body, headers } = await refusing.app.inject({ url, headers: { accept: 'text/html' } })
    const policy = String(headers['content-security-policy'])

    expect(policy).toContain("script-src 'self' https://hcaptcha.com https://*.hcaptcha.com")
    expect(policy).toContain('frame-src https://hcaptcha.com https://*.hcaptcha.com')
    expect(body).toContain('<script async src="https://js.hcaptcha.com/1/api.js"></script>')
    expect(body).toContain(`data-sitekey="${hcaptcha.siteKey}"`)
    expect(body).toContain('https://www.hcaptcha.com/privacy')
  }
})

test('keys that hCaptcha does not know are our fault, and let nobody in', async () => {
  const { openHcaptcha } = await import('../../server/captcha/hcaptcha.ts')
  const wrong = openHcaptcha({
    siteKey: hcaptcha.siteKey,
    secret: '0x1',
    verifyUrl: hcaptcha.url,
    whenDown: 'refuse',
  })

  await expect(wrong.check('P1_any')).rejects.toMatchObject({ code: 'captcha-away' })
})
