import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { listedName } from '../../text/listed-name.ts'
import { anOpenCampaign, asSigner, confirm, rowOf, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

/** As typed, and as listed. */
const names = [
  ['Ada Lovelace', 'Ada L.'],
  ['  ada   lovelace ', 'Ada L.'],
  ['Ada', 'Ada'],
  ['Lovelace, Ada', 'Ada L.'],
  ['Lovelace, Dr. Ada', 'Ada L.'],
  ['grace.hopper', 'Grace H.'],
  ['Ada-Lovelace', 'Ada L.'],
  ['AdaLovelace', 'Ada L.'],
  ["Ada'Lovelace", 'Ada'],
  ['Ada-Lovelace-555-0100', 'Ada L.'],
  ['Jane.Roe.lives.at.12-Main-St', 'Jane S.'],
  ['Kill-all-the-Xs-says-me', 'Kill M.'],
  ['Ada Lovelace, PhD', 'Ada L.'],
  ['Ada Lovelace Ph.D.', 'Ada L.'],
  ['Martin Luther King, Jr.', 'Martin K.'],
  ['Dr. Ada Lovelace', 'Ada L.'],
  ['Dr. Hopper', 'H.'],
  ['Lovelace, PhD', 'L.'],
  ['Md Rahman', 'Md R.'],
  ['Jean-Luc Picard', 'Jean P.'],
  ['Jean‑Luc Picard', 'Jean P.'],
  ['Ada – Lovelace', 'Ada L.'],
  ["D'Angelo O'Neil", "D'Angelo O."],
  ['D´Angelo Russell', 'D’Angelo R.'],
  ['Kaʻiulani Kawānanakoa', 'Kaʻiulani K.'],
  ['José (Pepe) García', 'José G.'],
  ['Ada\u00a0Lovelace', 'Ada L.'],
  ['\u200bAda Lovelace\ufeff', 'Ada L.'],
  ['J.Kim', 'J K.'],
  ['Y.Wang', 'Y W.'],
  ['S.Li', 'S L.'],
  ['A.Ng', 'A N.'],
  ['J.R.R.Kim', 'J K.'],
  ['王小明', '王'],
  ['王 小明', '王'],
  ['x王小明', 'X'],
  ['김민수', '김'],
  ['ひかり', 'ひ'],
  ['ジョン・スミス', 'ジョン ス.'],
  ['علی\u200cرضا احمدی', 'علیرضا ا.'],
  ['क्\u200dषितिज मोहन', 'क्षितिज मो.'],
  ['ნინო ბერიძე', 'ნინო ბ.'],
  ['Nguyễn Văn An', 'Nguyễn A.'],
  ['Wolfeschlegelsteinhausenbergerdorff Smith', 'Wolfeschlegelsteinha S.'],
] as const

describe('a real name is accepted and listed by first name and initial', () => {
  let slug: string
  let call: Awaited<ReturnType<typeof asSigner>>
  beforeAll(async () => {
    slug = await anOpenCampaign(server)
    await sign(server, slug)
    await confirm(server, slug)
    call = await asSigner(server, slug)
  })

  test.each(names)('%j as %j', async (name, listed) => {
    const answer = await call('PATCH', '', { display: true, name })

    expect([answer.statusCode, answer.json().displayName]).toEqual([200, listed])
  })

  test.each([
    ['https://evil.example', ':'],
    ['www.evil.xyz', '.'],
    ['Visit evil.com now', '.'],
    ['evil.kim/ada', '/'],
    ['x.com', '.'],
    ['t.co', '.'],
    ['ada@example.edu', '@'],
    ['Ada 👩‍💻', '👩'],
    ['Ada\u0007', 'U+0007'],
    ['Ada \u202eecalevoL', 'U+202E'],
    ['=1+1', '='],
    ['(Pepe) García', '('],
  ])('but %j is refused for the sign %j', async (name, sign) => {
    const answer = await call('PATCH', '', { display: true, name })

    expect(answer.json()).toMatchObject({ status: 422, code: 'name-not-allowed', field: 'name', sign })
    expect(answer.json().detail).toContain(`“${sign}”`)
  })

  test('and a title alone is no name', async () => {
    const patched = await call('PATCH', '', { display: true, name: 'Dr.' })
    const signed = await sign(server, slug, { email: 'grace@example.edu', display: true, name: 'Ph.D.' })

    expect([patched, signed].map((answer) => answer.json())).toMatchObject([
      { status: 422, code: 'name-missing', field: 'name' },
      { status: 422, code: 'name-missing', field: 'name' },
    ])
  })
})

test('a signer sees before confirming how the pledge will be listed, and is listed so', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { display: true, name: 'Lovelace, Ada' })
  const waiting = await (await asSigner(server, slug))('GET')

  await confirm(server, slug)

  expect(waiting.json()).toMatchObject({ state: 'pending', display: true, displayName: 'Ada L.' })
  expect(await rowOf(server, slug)).toMatchObject({ display_name: 'Ada L.', lists_name: true })
})

test('a listed name holds one word of 20 letters and one initial at most, whatever is typed', () => {
  const signs = fc.constantFrom(..."AaZz王김かßﬁﷺ \u00a0.,;-–’'()·・\u0301\u0323\u200c\u200d\u202e1٣@/😀")
  const typed = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 90 }),
    fc.array(signs, { maxLength: 90 }).map((all) => all.join('')),
    fc
      .array(fc.constantFrom(...names.map(([name]) => name), 'Dr.', ', ', 'PhD', 'Jr'), { maxLength: 5 })
      .map((all) => all.join(' ')),
  )
  const letter = '\\p{L}[\\p{Mn}\\p{Mc}]{0,4}'
  const shape = new RegExp(`^(?:(?:${letter}|['’‘]){1,20}(?: ${letter}\\.)?|${letter}\\.)?$`, 'u')

  fc.assert(
    fc.property(typed, (name) => {
      expect(listedName(name)).toMatch(shape)
    }),
    { numRuns: 5_000, seed: 2026 },
  )
})
