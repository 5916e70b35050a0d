import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { asSigner, campaignId, letterTo, pledge, rowOf, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aDraft, anOpenedDraft, pledgeInEnglish, pledgeInSpanish } from './drafts.ts'

const server = estamos()

interface Row extends Record<string, unknown> {
  locale: string
  version: number
  body: string
}

async function textsOf(slug: string): Promise<Row[]> {
  const { rows } = await server.deps.db.execute<Row>(sql`
    select locale, version, title, body, reason, text_hash from pledge_texts
    where campaign_id = ${await campaignId(server, slug)} order by locale, version`)
  return rows
}

test('a draft is written over, as often as one likes, and its first locale is its own', async () => {
  const { slug, change } = await aDraft(server)
  await change('PUT', 'texts', { texts: [pledgeInEnglish] })

  const answer = await change('PUT', 'texts', { texts: [pledgeInSpanish, pledgeInEnglish] })

  expect(answer.json().texts).toMatchObject([
    { locale: 'es', version: 1 },
    { locale: 'en', version: 1 },
  ])
  expect(await textsOf(slug)).toHaveLength(2)
  await change('POST', 'opening')
  const french = await server.app.inject({
    url: `/api/v1/campaigns/${slug}`,
    headers: { 'accept-language': 'fr' },
  })
  expect(french.json()).toMatchObject({ locale: 'es', locales: ['es', 'en'] })
})

test('once it was opened, new wording is a new version, and who signed keeps hers', async () => {
  const { slug, change } = await anOpenedDraft(server)
  await pledge(server, slug, { email: 'ada@example.edu' })
  const before = await textsOf(slug)

  await change('PUT', 'texts', {
    texts: [{ ...pledgeInEnglish, body: 'I will not build it.' }, pledgeInSpanish],
  })
  await expect.poll(() => textNow(slug)).toMatchObject({ text: 'I will not build it.', textVersion: 2 })
  await sign(server, slug, { email: 'bea@example.edu' })

  const after = await textsOf(slug)
  expect(after.map(({ locale, version }) => `${locale}${version}`)).toEqual(['en1', 'en2', 'es1'])
  expect([after[0], after[2]]).toEqual(before)
  expect(await rowOf(server, slug, 'ada@example.edu')).toMatchObject({ text_version: 1 })
  expect(await rowOf(server, slug, 'bea@example.edu')).toMatchObject({ text_version: 2 })
})

test('the email and her own page repeat the version that she signed, whatever the campaign says by then', async () => {
  const { slug, change } = await anOpenedDraft(server)
  await sign(server, slug, { email: 'ana@example.edu', locale: 'es' })

  await change('PUT', 'texts', { texts: [{ ...pledgeInEnglish, body: 'Something else.' }] })
  await expect.poll(() => textNow(slug)).toMatchObject({ locales: ['en'], text: 'Something else.' })
  const letter = await letterTo(server, 'ana@example.edu')
  const own = await (await asSigner(server, slug, 'ana@example.edu'))('GET')

  expect(letter?.text).toContain(pledgeInSpanish.body)
  expect(own.json()).toMatchObject({ campaign: { text: pledgeInSpanish.body }, textVersion: 1 })
})

test('while people sign, twenty changes leave every version as it was first written', async () => {
  const { slug, change } = await anOpenedDraft(server)
  const signing = times(60, (n) => sign(server, slug, { email: `student${n}@example.edu` }))
  const written = new Map<string, unknown>()

  for (const n of times(20, (nth) => nth)) {
    await change('PUT', 'texts', { texts: [{ ...pledgeInEnglish, body: `Wording ${n}.` }, pledgeInSpanish] })
    for (const row of await textsOf(slug)) {
      const known = written.get(`${row.locale}${row.version}`) ?? row
      expect(row).toEqual(known)
      written.set(`${row.locale}${row.version}`, row)
    }
  }
  await Promise.all(signing)

  const { rows } = await server.deps.db.execute(sql`
    select count(*)::int as orphans from pledges where campaign_id = ${await campaignId(server, slug)} and not exists (
      select from pledge_texts text where text.campaign_id = pledges.campaign_id
        and text.locale = pledges.locale and version = text_version)`)
  expect(rows).toEqual([{ orphans: 0 }])
  expect(written.size).toBe(22)
})

test('a draft that is edited at the moment it opens opens with what its opener read, or not at all', async () => {
  const { slug, organizer, settings } = await aDraft(server, { texts: [pledgeInEnglish] })
  const { revision } = await settings()
  const changed = { ...pledgeInEnglish, body: 'Something else.' }

  const [opened, edited] = await Promise.all([
    organizer.call('POST', `campaigns/${slug}/opening`, { revision }),
    organizer.call('PUT', `campaigns/${slug}/texts`, { revision, texts: [changed] }),
  ])

  expect([opened.statusCode, edited.statusCode].sort()).toEqual([200, 409])
  expect((await settings()).texts[0]?.body).toBe(
    opened.statusCode === 200 ? pledgeInEnglish.body : 'Something else.',
  )
})

test('a locale that is taken away is offered no more; brought back, it goes on counting its versions', async () => {
  const { slug, change } = await anOpenedDraft(server)
  await sign(server, slug, { email: 'ana@example.edu', locale: 'es' })

  await change('PUT', 'texts', { texts: [pledgeInEnglish] })
  await expect.poll(() => textNow(slug)).toMatchObject({ locales: ['en'] })
  await change('PUT', 'texts', {
    texts: [pledgeInEnglish, { ...pledgeInSpanish, body: 'Ni hoy ni mañana.' }],
  })

  const es = (await textsOf(slug)).filter(({ locale }) => locale === 'es')
  expect(es.map(({ version, body }) => [version, body])).toEqual([
    [1, pledgeInSpanish.body],
    [2, 'Ni hoy ni mañana.'],
  ])
})

describe('wording that cannot be saved', () => {
  test.each([
    ['none at all', [], 'texts'],
    ['a locale twice', [pledgeInEnglish, pledgeInEnglish], 'texts'],
    ['a pledge of 1,501 characters', [{ ...pledgeInEnglish, body: 'x'.repeat(1501) }], 'texts/0/body'],
    ['a reason of 6,001 characters', [{ ...pledgeInEnglish, reason: 'x'.repeat(6001) }], 'texts/0/reason'],
    ['a bell', [{ ...pledgeInEnglish, body: 'I will\u0007 not.' }], 'texts/0/body'],
    ['a NUL, which parts the hash', [{ ...pledgeInEnglish, title: 'a\u0000b' }], 'texts/0/title'],
  ])('%s is refused, and nothing changes', async (_, texts, field) => {
    const { change, settings } = await aDraft(server, { texts: [pledgeInEnglish] })
    const before = await settings()

    const answer = await change('PUT', 'texts', { texts })

    expect([answer.statusCode, answer.json().field]).toEqual([422, field])
    expect(await settings()).toEqual(before)
  })

  test('a campaign that people see is never left without a pledge', async () => {
    const { change } = await anOpenedDraft(server)

    const answer = await change('PUT', 'texts', { texts: [{ ...pledgeInEnglish, body: ' ' }] })

    expect(answer.json()).toMatchObject({ code: 'setting-invalid', field: 'texts' })
  })

  test('a body larger than any campaign is refused before it is read', async () => {
    const { change } = await aDraft(server)
    const texts = times(30, () => ({ ...pledgeInEnglish, reason: 'x'.repeat(20_000) }))

    expect((await change('PUT', 'texts', { texts })).statusCode).toBe(413)
  })
})

test('lines are made one paragraph, reasons keep theirs, and letters are composed', async () => {
  const { change } = await aDraft(server)

  const answer = await change('PUT', 'texts', {
    texts: [
      {
        locale: 'es',
        title: '  Sin  jaulas ',
        body: 'No\r\ntrabajare\u0301.',
        reason: 'Uno.\n\n\n\nDos\ny medio.',
      },
    ],
  })

  expect(answer.json().texts[0]).toMatchObject({
    title: 'Sin jaulas',
    body: 'No trabajar\u00e9.',
    reason: 'Uno.\n\nDos y medio.',
  })
})

async function textNow(slug: string) {
  return (await server.app.inject(`/api/v1/campaigns/${slug}`)).json()
}
