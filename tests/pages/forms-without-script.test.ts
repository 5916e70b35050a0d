import { describe, expect, test } from 'vitest'
import {
  aCampaignThatAsks,
  anOpenCampaign,
  answersTo,
  codeFor,
  confirm,
  letterTo,
  pledgesOf,
  rowOf,
  sign,
  tallyDifferences,
  tokenFor,
  tokenIn,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

describe.each(['/c', '/embed'])('a form on %s, without a script', (base) => {
  test('signs, asks for the code, and thanks for it', async () => {
    const slug = await anOpenCampaign(server)
    const form = await page(`${base}/${slug}`)

    const signed = await send(`${base}/${slug}/pledges`, { email: 'ada@gatech.edu', locale: 'en' })
    const code = await codeFor(server, slug, 'ada@gatech.edu')
    const confirmed = await send(`${base}/${slug}/confirmations`, { email: 'ada@gatech.edu', code })

    expect(form.body).toContain(`action="${base}/${slug}/pledges"`)
    expect(signed.statusCode).toBe(202)
    expect(signed.headers['cache-control']).toBe('no-store')
    expect(signed.body).toContain(`action="${base}/${slug}/confirmations"`)
    expect(signed.body).toContain('name="code"')
    expect(confirmed.statusCode).toBe(200)
    expect(await rowOf(server, slug, 'ada@gatech.edu')).toMatchObject({ state: 'confirmed' })
  })

  test('a refusal keeps what was typed, says why, and writes nothing', async () => {
    const slug = await anOpenCampaign(server)
    const typed = {
      email: 'ada"><b>@x',
      name: 'Ada Lovelace',
      display: 'on',
      campus: 'gatech.edu',
      affiliation: 'alum',
    }

    const answer = await send(`${base}/${slug}/pledges`, typed)

    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('value="Ada Lovelace"')
    expect(answer.body).toContain('ada&quot;>')
    expect(answer.body).not.toContain('ada"><b>')
    expect(answer.body).toMatch(/<option value="alum" selected/)
    expect(answer.body).toContain('aria-invalid="true"')
    expect(await pledgesOf(server, slug)).toEqual([])
  })

  test('a signer reads how they will be listed before they confirm', async () => {
    const slug = await anOpenCampaign(server)
    const typed = { email: 'ada@gatech.edu', name: 'Lovelace, Dr. Ada', display: 'on', locale: 'en' }

    const refused = await send(`${base}/${slug}/pledges`, { ...typed, email: 'ada' })
    const signed = await send(`${base}/${slug}/pledges`, typed)
    const unlisted = await send(`${base}/${slug}/pledges`, { ...typed, email: 'bea@x.edu', display: '' })

    expect(textOf(refused.body)).toContain('You will be listed as “Ada L.”')
    expect(refused.body).toMatch(/role="status"[^>]*>You will be listed as/)
    expect(textOf(signed.body)).toContain('You will be listed as “Ada L.”')
    expect(unlisted.statusCode).toBe(202)
    expect(textOf(unlisted.body)).not.toContain('You will be listed as “')
  })

  test('asks which campus an address of a shared domain is at, and counts the chosen one', async () => {
    const slug = await anOpenCampaign(server)
    const typed = { email: 'ada@maine.edu', affiliation: 'alum' }

    const asked = await send(`${base}/${slug}/pledges`, { ...typed, locale: 'en' })
    const inSpanish = await send(`${base}/${slug}/pledges`, { ...typed, locale: 'es' })
    const signed = await send(`${base}/${slug}/pledges`, { ...typed, campus: 'usm.maine.edu' })
    const ofNone = await send(`${base}/${slug}/pledges`, { email: 'bea@maine.edu', campus: 'none' })

    expect(asked.statusCode).toBe(422)
    expect(asked.body).toMatch(/<select[^>]*name="campus"/)
    expect(asked.body).toContain('Which University of Maine campus?')
    expect(asked.body).toContain('<option value="usm.maine.edu">University of Southern Maine</option>')
    expect(asked.body).toMatch(/<option value="alum" selected/)
    expect(inSpanish.body).toContain('¿Qué campus de University of Maine?')
    expect([signed.statusCode, ofNone.statusCode]).toEqual([202, 202])
    const usm = server.deps.campuses.byDomain('usm.maine.edu')?.id
    expect(await rowOf(server, slug, 'ada@maine.edu')).toMatchObject({ campus_id: usm })
    expect(await rowOf(server, slug, 'bea@maine.edu')).toMatchObject({ campus_id: null })
  })

  test('asks for the campus in a drive for campus addresses too', async () => {
    const slug = await anOpenCampaign(server, { eligibility: 'campus-email' })

    const asked = await send(`${base}/${slug}/pledges`, { email: 'ada@maine.edu' })

    expect(asked.body).toMatch(/<select[^>]*name="campus"/)
  })

  test('clauses and answers are signed too, and kept on the form where it is refused', async () => {
    const { slug, clauses, questions } = await aCampaignThatAsks(server)
    const fields: [string, string][] = [
      ...clauses.map((id): [string, string] => ['clauses', String(id)]),
      [`answer-${questions[0]}`, '2'],
      [`answer-${questions[1]}`, ''],
    ]

    const refused = await send(`${base}/${slug}/pledges`, [['email', 'no address'], ...fields])
    const signed = await send(`${base}/${slug}/pledges`, [['email', 'ada@gatech.edu'], ...fields])
    const code = await codeFor(server, slug, 'ada@gatech.edu')
    await send(`${base}/${slug}/confirmations`, { email: 'ada@gatech.edu', code })

    for (const id of clauses) expect(refused.body).toMatch(new RegExp(`<input[^>]*value="${id}"[^>]*checked`))
    expect(refused.body).toMatch(new RegExp(`<input[^>]*name="answer-${questions[0]}" value="2"[^>]*checked`))
    expect(signed.statusCode).toBe(202)
    expect(signed.body).not.toContain('name="clauses"')
    expect(await rowOf(server, slug, 'ada@gatech.edu')).toMatchObject({ state: 'confirmed', clauses })
    expect(await answersTo(server, questions[0])).toEqual({ 2: 1 })
    expect(await answersTo(server, questions[1])).toEqual({})
  })

  test('a clause or an answer that is none is refused, and nothing is written', async () => {
    const { slug, clauses, questions } = await aCampaignThatAsks(server)
    const odd: [string, string][][] = [
      [['clauses', 'x']],
      [
        ['clauses', String(clauses[0])],
        ['clauses', '-1'],
      ],
      [[`answer-${questions[0]}`, '99']],
      [['answer-99999999999999999999', '1']],
    ]

    for (const fields of odd) {
      const answer = await send(`${base}/${slug}/pledges`, [['email', 'ada@gatech.edu'], ...fields])

      expect(answer.statusCode).toBe(422)
      expect(answer.body).toMatch(/no longer offered/)
    }
    expect(await pledgesOf(server, slug)).toEqual([])
  })

  test('a campus that could be several gives a choice, and nothing is signed yet', async () => {
    const slug = await anOpenCampaign(server)

    const answer = await send(`${base}/${slug}/pledges`, { email: 'ada@mail.example', campus: 'Georgia' })

    const radios = [...answer.body.matchAll(/type="radio"[^>]*value="([^"]*)"/g)].map(([, value]) => value)
    expect(answer.statusCode).toBe(200)
    expect(radios.length).toBeGreaterThan(2)
    expect(radios).toContain('')
    expect(answer.body).toContain('ada@mail.example')
    expect(await pledgesOf(server, slug)).toEqual([])
  })

  test('a campus told by its name is found', async () => {
    const slug = await anOpenCampaign(server)

    const answer = await send(`${base}/${slug}/pledges`, {
      email: 'ada@mail.example',
      campus: 'Georgia Tech',
    })

    expect(answer.statusCode).toBe(202)
    expect(await pledgesOf(server, slug)).toMatchObject([
      { campus_proven: false, campus_id: expect.any(Number) },
    ])
  })

  test('a wrong code is asked for again, with the address kept', async () => {
    const slug = await anOpenCampaign(server)
    await sign(server, slug)
    const right = await codeFor(server, slug)
    const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0')

    const answers = [
      await send(`${base}/${slug}/confirmations`, { email: 'ada@example.edu', code: wrong }),
      await send(`${base}/${slug}/confirmations`, { email: 'ada@example.edu', code: 'abc' }),
    ]

    for (const answer of answers) {
      expect(answer.statusCode).toBe(422)
      expect(answer.body).toContain('value="ada@example.edu"')
      expect(answer.body).toContain('aria-invalid="true"')
    }
  })

  test('the next page looks like the one it stood on, and what it carries is checked before anything is written', async () => {
    const slug = await anOpenCampaign(server)

    const carried = await send(`${base}/${slug}/pledges`, {
      email: 'ada@mail.example',
      locale: 'es',
      theme: 'dark',
      source: 'ydsa-gt',
      page: 'gatech.edu',
    })
    const broken = await send(`${base}/${slug}/pledges`, {
      email: 'bea@mail.example',
      page: 'no-such.example',
    })

    expect(carried.body).toContain('<html lang="es" data-theme="dark">')
    expect(await rowOf(server, slug, 'ada@mail.example')).toMatchObject({ source: 'ydsa-gt', locale: 'es' })
    const isWritten = (await rowOf(server, slug, 'bea@mail.example')) !== undefined
    expect(isWritten).toBe(broken.statusCode === 202)
  })

  test('a campaign for campus addresses says so on its form', async () => {
    const slug = await anOpenCampaign(server, { eligibility: 'campus-email' })

    const answer = await send(`${base}/${slug}/pledges`, { email: 'ada@gmail.com' })

    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('value="ada@gmail.com"')
    expect(answer.body).toMatch(/class="refusal[^>]*>[^<]*campus/)
    expect(await pledgesOf(server, slug)).toEqual([])
  })
})

test('the page of her own pledge says what she promised too, and takes it back where it is unticked', async () => {
  const { slug, clauses } = await aCampaignThatAsks(server)
  await sign(server, slug, { clauses })
  await confirm(server, slug)
  const cookies = { 'my-pledge': await tokenFor(server, slug, { purpose: 'session' }) }

  const shown = await server.app.inject({ url: '/my-pledge', cookies, headers: { accept: 'text/html' } })
  await send('/my-pledge', { clauses: String(clauses[1]), campus: '' }, cookies)
  const one = await rowOf(server, slug)
  await send('/my-pledge', { campus: '' }, cookies)

  expect(shown.body).toContain('I also ask my school.')
  expect(shown.body).toContain('they stay in the totals')
  expect(one).toMatchObject({ clauses: [clauses[1]] })
  expect(await rowOf(server, slug)).toMatchObject({ clauses: [] })
})

test('a signer finds her way by forms alone: link, change, take back, erase', async () => {
  await server.work()
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const code = await codeFor(server, slug)
  await send(`/c/${slug}/confirmations`, { email: 'ada@example.edu', code })
  const asked = await send(`/c/${slug}/my-pledge-links`, { email: 'ada@example.edu' })
  const token = tokenIn((await letterTo(server, 'ada@example.edu'))?.text ?? '', 'my-pledge')

  const opened = await send(`/my-pledge/${token}`, {})
  const cookies = { 'my-pledge': opened.cookies[0]?.value ?? '' }
  const changed = await send('/my-pledge', { display: 'on', name: 'Ada Lovelace', campus: '' }, cookies)
  const refused = await send(
    '/my-pledge',
    { display: 'on', updates: 'on', email: 'eve@x.edu', campus: '' },
    cookies,
  )
  const withdrawn = await send('/my-pledge/withdrawal', {}, cookies)
  const fresh = { 'my-pledge': withdrawn.cookies[0]?.value ?? '' }
  const byOldSession = await send('/my-pledge/erasure', {}, cookies)
  const erased = await send('/my-pledge/erasure', {}, fresh)

  expect(asked.statusCode).toBe(202)
  expect([opened.statusCode, opened.headers.location]).toEqual([303, '/my-pledge?locale=en'])
  expect(changed.body).toContain('Ada L.')
  expect(refused.statusCode).toBe(422)
  expect(refused.body).toContain('aria-invalid="true"')
  expect(withdrawn.statusCode).toBe(200)
  expect(byOldSession.statusCode).toBe(401)
  expect(erased.statusCode).toBe(200)
  expect(await pledgesOf(server, slug)).toEqual([])
  expect(await tallyDifferences(server)).toEqual([])
})

function page(url: string) {
  return server.app.inject({ url, headers: { accept: 'text/html' } })
}

/** As a browser sends a form of ours. */
function send(
  url: string,
  fields: Record<string, string> | [string, string][],
  cookies: Record<string, string> = {},
) {
  return server.app.inject({
    method: 'POST',
    url,
    cookies,
    headers: {
      accept: 'text/html',
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      origin: 'null',
    },
    payload: new URLSearchParams(fields).toString(),
  })
}

function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')
}
