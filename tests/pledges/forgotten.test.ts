import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { openContact } from '../../server/pledges/contact.ts'
import {
  addressKept,
  anOpenCampaign,
  confirm,
  confirmByToken,
  keyOf,
  letterTo,
  pledgesOf,
  rowOf,
  sign,
  signingsOf,
  tokenIn,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
const who = { email: 'Wilhelmina@Mail.Example', name: 'Quirina Zebulon' }
const exact = 'wilhelmina@mail.example'

test('nothing ticked: after the confirmation neither name nor address is anywhere, in any encoding', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, who)
  const whileWaiting = await everythingHeld()
  await letterTo(server, exact)

  await confirm(server, slug, exact)

  expect(await rowOf(server, slug, exact)).toMatchObject({
    state: 'confirmed',
    contact: null,
    display_name: null,
  })
  expect(found(whileWaiting)).toEqual([])
  expect(found(await everythingHeld())).toEqual([])
  expect(whileWaiting.length).toBeGreaterThan(1000)
})

test('the search that proves it finds what is planted, in each encoding', () => {
  for (const encoding of ['utf8', 'hex', 'base64'] as const) {
    const planted = `x${Buffer.from(`..${exact}..`).toString(encoding)}x`

    expect(found(planted)).toContain('wilhelmina')
  }
})

test('the address is kept, sealed, only for updates; the name goes', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { ...who, updates: true })

  await confirm(server, slug, exact)

  const row = await rowOf(server, slug, exact)
  expect(await addressKept(server, slug, row?.contact, exact)).toBe(exact)
  expect(row).toMatchObject({ wants_updates: true, lists_name: false, display_name: null })
  expect(found(await everythingHeld())).toEqual([])
})

test('a name that is to be listed is kept as first name and initial, and the address goes', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { ...who, display: true })

  await confirm(server, slug, exact)

  expect(await rowOf(server, slug, exact)).toMatchObject({ contact: null, display_name: 'Quirina Z.' })
})

test('a name that is not to be listed is not even kept while the pledge waits', async () => {
  const slug = await anOpenCampaign(server)

  await sign(server, slug, who)

  const row = await rowOf(server, slug, exact)
  const contact = openContact(server.deps.keys, await keyOf(server, slug, exact), row?.contact as Buffer)
  expect(contact).toEqual({ email: exact })
  expect(await signingsOf(server, slug, exact)).toMatchObject([{ email: exact, name: null }])
})

test('a sealed contact opens for its own pledge alone', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, who)
  await sign(server, slug, { email: 'eve@mail.example' })
  const row = await rowOf(server, slug, exact)
  const eve = await keyOf(server, slug, 'eve@mail.example')

  const opening = () => openContact(server.deps.keys, eve, row?.contact as Buffer)

  expect(opening).toThrow()
})

test('the digests of one address in two campaigns have nothing in common', async () => {
  const slugs = [await anOpenCampaign(server), await anOpenCampaign(server)]
  for (const slug of slugs) await sign(server, slug, { ...who, email: 'wilhelmina+tag@example.edu' })

  const rows = (await Promise.all(slugs.map((slug) => pledgesOf(server, slug)))).flat()

  const digests = rows.flatMap((row) => [row.email_digest, row.address_digest, row.domain_digest] as Buffer[])
  expect(new Set(digests.map((digest) => digest.toString('hex'))).size).toBe(6)
})

test('the email holds nothing that was typed', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { ...who, display: true, updates: true, source: 'ydsa-gt' })

  const letter = await letterTo(server, exact)

  expect(letter?.text).toContain('list me by first name')
  expect(found(JSON.stringify({ ...letter, to: undefined }))).toEqual([])
  expect(JSON.stringify(letter)).not.toContain('ydsa-gt')
})

test('somebody else signs the same address with other ticks: the first email confirms without them', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: exact })
  const first = await letterTo(server, exact)
  await sign(server, slug, { email: exact, name: 'Rude Word', display: true, updates: true })

  const answer = await confirmByToken(server, tokenIn(first?.text ?? '', 'confirm'))

  expect(answer.statusCode).toBe(200)
  expect(await rowOf(server, slug, exact)).toMatchObject({
    state: 'confirmed',
    contact: null,
    display_name: null,
    lists_name: false,
    wants_updates: false,
  })
})

test('somebody else signs the same address with other ticks: the first code confirms without them', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: exact })
  const { codeFor, tryCode } = await import('../builders.ts')
  const first = await codeFor(server, slug, exact)
  await sign(server, slug, { email: exact, name: 'Rude Word', display: true })

  const answer = await tryCode(server, slug, first, exact)

  expect(answer.statusCode).toBe(200)
  expect(await rowOf(server, slug, exact)).toMatchObject({ state: 'confirmed', display_name: null })
})

/** Every row of every table that a signer touches, and every letter: bytes decoded too. */
async function everythingHeld(): Promise<string> {
  const tables = ['pledges', 'signings', 'tallies', 'tally_hours', 'code_tries', 'letters']
  const texts = await Promise.all(
    tables.map(async (table) => {
      const { rows } = await server.deps.db.execute(
        sql.raw(`select to_jsonb(one)::text as row from ${table} one`),
      )
      return JSON.stringify(rows)
    }),
  )
  const text = texts.join('\n')
  const bytes = [...text.matchAll(/[0-9a-f]{8,}/g)].map(([hex]) => Buffer.from(hex, 'hex').toString('latin1'))
  const coded = [...text.matchAll(/[A-Za-z0-9+/_-]{12,}={0,2}/g)].map(([code]) =>
    Buffer.from(code, 'base64').toString('latin1'),
  )
  return [text, ...bytes, ...coded].join('\n')
}

/** Which of the typed words a text holds, plain or in hex or base64 at any offset. */
function found(text: string): string[] {
  const words = ['wilhelmina', 'quirina', 'zebulon', 'mail.example']
  const low = text.toLowerCase()
  return words.filter((word) => {
    const inBase64 = [0, 1, 2].map((skip) => Buffer.from(word).subarray(skip))
    const codes = inBase64.map((bytes) =>
      bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64'),
    )
    return (
      low.includes(word) ||
      low.includes(Buffer.from(word).toString('hex')) ||
      codes.some((code) => text.includes(code))
    )
  })
}
