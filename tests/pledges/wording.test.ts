import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { type ADraft, anOpenedDraft, pledgeInEnglish, pledgeInSpanish } from '../campaigns/drafts.ts'
import {
  asSigner,
  campaignId,
  codeIn,
  confirmByToken,
  letterTo,
  pledgesOf,
  rowOf,
  sign,
  tokenFor,
  tokenIn,
  tryCode,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
const reworded = { ...pledgeInEnglish, body: 'I will not build it either.' }

beforeAll(async () => await server.work())

/** Worded anew since the forms that say version 1 were opened. */
async function aRewordedDrive(): Promise<ADraft> {
  const draft = await anOpenedDraft(server)
  await draft.change('PATCH', 'settings', { contactMode: 'contactable' })
  await reword(draft, [reworded, pledgeInSpanish])
  return draft
}

async function reword({ slug, change }: ADraft, texts: { locale: string; body: string }[]): Promise<void> {
  await change('PUT', 'texts', { texts })
  await expect
    .poll(async () => (await server.deps.campaigns.bySlug(slug)).texts.map(({ body }) => body))
    .toEqual(texts.map(({ body }) => body))
}

const versionOne = { locale: 'en', textVersion: 1 }

test('who signs on a form that was open when the pledge was worded anew has signed what she read', async () => {
  const { slug } = await aRewordedDrive()

  const answer = await sign(server, slug, versionOne)
  const letter = await letterTo(server, 'ada@example.edu')
  await confirmByToken(server, tokenIn(letter?.text ?? '', 'confirm'))
  const own = await (await asSigner(server, slug))('GET')

  expect(answer.statusCode).toBe(202)
  expect(letter?.text).toContain(pledgeInEnglish.body)
  expect(letter?.text).not.toContain(reworded.body)
  expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed', text_version: 1, locale: 'en' })
  expect(own.json()).toMatchObject({ campaign: { text: pledgeInEnglish.body }, textVersion: 1 })
})

test('a form that does not say what it showed stands for the newest', async () => {
  const { slug } = await aRewordedDrive()

  await sign(server, slug, { locale: 'en' })

  expect(await rowOf(server, slug)).toMatchObject({ text_version: 2 })
})

test('also in a language that is offered no more, and never in another in its place', async () => {
  const draft = await anOpenedDraft(server)
  await reword(draft, [pledgeInEnglish])

  await sign(server, draft.slug, { locale: 'es', textVersion: 1 })

  expect(await rowOf(server, draft.slug)).toMatchObject({ text_version: 1, locale: 'es' })
})

test('also where this process has not heard yet that it was published', async () => {
  const { slug } = await anOpenedDraft(server)
  await server.app.inject(`/api/v1/campaigns/${slug}`)
  await server.deps.db.execute(sql`
    insert into pledge_texts (campaign_id, locale, version, title, body, reason, text_hash)
    values (${await campaignId(server, slug)}, 'en', 2, 'a', 'b', 'c', '')`)

  const answer = await sign(server, slug, { locale: 'en', textVersion: 2 })

  expect(answer.statusCode).toBe(202)
  expect(await rowOf(server, slug)).toMatchObject({ text_version: 2 })
})

describe('refused, with nothing written, is', () => {
  test.each([
    ['a version that never was', { locale: 'en', textVersion: 3 }, 422, 'text-not-known', 'textVersion'],
    ['one of another language', { locale: 'es', textVersion: 2 }, 422, 'text-not-known', 'textVersion'],
    ['a language that never was', { locale: 'fr', textVersion: 1 }, 422, 'text-not-known', 'textVersion'],
    ['a region of a language', { locale: 'en-US', textVersion: 1 }, 422, 'text-not-known', 'textVersion'],
    ['a version of no language', { textVersion: 1 }, 400, 'invalid-request', 'locale'],
    ['zero', { locale: 'en', textVersion: 0 }, 400, 'invalid-request', 'textVersion'],
    ['a fraction', { locale: 'en', textVersion: 1.5 }, 400, 'invalid-request', 'textVersion'],
    ['too large a number', { locale: 'en', textVersion: 2 ** 31 }, 400, 'invalid-request', 'textVersion'],
  ])('%s', async (_, request, status, code, field) => {
    const { slug } = await aRewordedDrive()

    const answer = await sign(server, slug, request)

    expect([answer.statusCode, answer.json().code, answer.json().field]).toEqual([status, code, field])
    expect(await pledgesOf(server, slug)).toEqual([])
  })
})

describe('signed again with another wording,', () => {
  test.each([
    ['her first email confirms what it showed', 1, 2],
    ['also where the older wording came second', 2, 1],
  ])('%s', async (_, first, second) => {
    const { slug } = await aRewordedDrive()
    await sign(server, slug, { locale: 'en', textVersion: first, updates: true })
    const link = await tokenFor(server, slug, { purpose: 'confirm' })

    await sign(server, slug, { locale: 'en', textVersion: second, updates: true, display: true, name: 'Eve' })
    const answer = await confirmByToken(server, link)

    expect(answer.statusCode).toBe(200)
    expect(await rowOf(server, slug)).toMatchObject({
      state: 'confirmed',
      text_version: first,
      lists_name: false,
      wants_updates: true,
    })
  })

  test('the same ticks are kept, in another language too', async () => {
    const { slug } = await aRewordedDrive()
    await sign(server, slug, { locale: 'es', textVersion: 1, updates: true })
    const link = await tokenFor(server, slug, { purpose: 'confirm' })

    await sign(server, slug, { locale: 'en', textVersion: 2, updates: true })
    await confirmByToken(server, link)

    expect(await rowOf(server, slug)).toMatchObject({ text_version: 1, locale: 'es', wants_updates: true })
  })

  test('the newest email confirms the newer wording, by its code too', async () => {
    const { slug } = await aRewordedDrive()
    const email = 'cleo@example.edu'
    await sign(server, slug, { ...versionOne, email })
    await letterTo(server, email)
    await sign(server, slug, { locale: 'en', textVersion: 2, email })

    const letter = await letterTo(server, email)
    await tryCode(server, slug, codeIn(letter?.text ?? ''), email)

    expect(letter?.text).toContain(reworded.body)
    expect(await rowOf(server, slug, email)).toMatchObject({ state: 'confirmed', text_version: 2 })
  })
})

describe.each(['/c', '/embed'])('the form on %s, without a script,', (base) => {
  const send = (slug: string, fields: Record<string, string>) =>
    server.app.inject({
      method: 'POST',
      url: `${base}/${slug}/pledges`,
      headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ email: 'ada@example.edu', locale: 'en', ...fields }).toString(),
    })

  test('says what it showed', async () => {
    const { slug } = await aRewordedDrive()
    const page = await server.app.inject({ url: `${base}/${slug}`, headers: { accept: 'text/html' } })

    const answer = await send(slug, { textVersion: '1' })

    expect(versionIn(page.body)).toBe('2')
    expect(answer.statusCode).toBe(202)
    expect(await rowOf(server, slug)).toMatchObject({ text_version: 1 })
  })

  test.each(['3', '0', 'one', '-1', '9'.repeat(30)])(
    'with the version %s comes back with the newest wording, and all that was typed',
    async (sent) => {
      const { slug } = await aRewordedDrive()

      const answer = await send(slug, { textVersion: sent, affiliation: 'alum' })

      expect(answer.statusCode).toBe(422)
      expect(answer.body).toContain('The pledge was worded anew')
      expect(answer.body).toContain('value="ada@example.edu"')
      expect(answer.body).toMatch(/<option value="alum" selected/)
      expect(versionIn(answer.body)).toBe('2')
      expect(await pledgesOf(server, slug)).toEqual([])
    },
  )

  test('with a language that is none is refused and not a bug', async () => {
    const { slug } = await aRewordedDrive()

    const answer = await send(slug, { textVersion: '1', locale: 'e\0' })

    expect(answer.statusCode).toBe(400)
    expect(await pledgesOf(server, slug)).toEqual([])
  })
})

function versionIn(html: string): string | undefined {
  return /<input[^>]*name="textVersion"[^>]*value="(\d+)"/.exec(html)?.[1]
}
