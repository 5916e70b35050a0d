import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Row, SeenRow } from '../../server/imports/contract.ts'
import {
  type AnOrganizer,
  anOpenCampaign,
  anOrganizer,
  checksum,
  confirmByToken,
  letterTo,
  pledge,
  pledgesOf,
  times,
  tokenIn,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

const rows: Row[] = [
  { row: 2, email: 'ada@gatech.edu' },
  { row: 3, email: ' Ben@Mail.Example ', campus: 'gatech.edu', locale: 'es-MX' },
  { row: 4, email: 'ada.at.gatech.edu' },
  { row: 5, email: '' },
  { row: 6, email: 'cleo@mail.example', campus: 'nowhere.example' },
  { row: 7, email: 'ADA+pledge@gatech.edu' },
  { row: 8, email: 'a@b.example, c@d.example' },
  { row: 9, email: 'dee@mail.example' },
  { row: 10, email: 'cleo@mail.example', campus: 'psu.edu' },
  { row: 11, email: `${'x'.repeat(300)}@a.example` },
  { row: 12, email: 'eve@mail.example\nBcc: all@mail.example' },
]

test('a preview says of each row what is wrong with it, and changes nothing', async () => {
  const { slug, editor } = await aDrive()
  const before = await checksum(server)

  const seen = await preview(editor, slug, rows)

  expect(seen.map(({ row, status }) => `${row} ${status}`)).toEqual([
    '2 ok',
    '3 ok',
    '4 malformed',
    '5 malformed',
    '6 unknown-campus',
    '7 double',
    '8 malformed',
    '9 ok',
    '10 ok',
    '11 malformed',
    '12 malformed',
  ])
  expect(seen.filter(({ status }) => status !== 'ok').every(({ reason }) => reason)).toBe(true)
  expect(seen[2]?.reason).toBe('An email address has exactly one @.')
  expect(seen[5]?.reason).toBe('The same mailbox as in row 2.')
  expect(await checksum(server)).toBe(before)
})

test('a row whose campus its shared mail domain leaves open stays out until the sheet names it', async () => {
  const { slug, editor } = await aDrive()
  const sheet: Row[] = [
    { row: 2, email: 'ada@maine.edu' },
    { row: 3, email: 'ben@maine.edu', campus: 'gatech.edu' },
    { row: 4, email: 'cleo@maine.edu', campus: 'University of Southern Maine' },
    { row: 5, email: 'dee@maine.edu', campus: 'none' },
  ]

  const seen = await preview(editor, slug, sheet)
  const answer = await bringIn(editor, slug, sheet)

  expect(seen.map(({ status }) => status)).toEqual(['which-campus', 'which-campus', 'ok', 'ok'])
  expect(seen[0]?.reason).toContain('University of Maine')
  expect(answer.json().rows).toEqual(seen)
  const usm = server.deps.campuses.byDomain('usm.maine.edu')?.id
  const rows = await pledgesOf(server, slug)
  expect(rows.map(({ campus_id }) => campus_id)).toEqual(expect.arrayContaining([usm, null]))
  expect(rows).toHaveLength(2)
})

test('a campus may be written by its name, as long as only one has it', async () => {
  const { slug, editor } = await aDrive()
  const named = ['Georgia Tech', 'UNIVERSITE DE MONTREAL', ' gatech.edu ', 'College', '| |', '%']

  const seen = await preview(
    editor,
    slug,
    named.map((campus, at) => ({ row: at + 1, email: `s${at}@mail.example`, campus })),
  )
  await editor.call('POST', `campaigns/${slug}/imports`, {
    rows: [{ row: 1, email: 's0@mail.example', campus: 'Georgia Tech' }],
  })

  expect(seen.map(({ status }) => status)).toEqual([
    'ok',
    'ok',
    'ok',
    'unknown-campus',
    'unknown-campus',
    'unknown-campus',
  ])
  const gatech = server.deps.campuses.byDomain('gatech.edu')
  expect((await pledgesOf(server, slug)).map(({ campus_id }) => campus_id)).toEqual([gatech?.id])
})

test('where a campus address is needed, another is not eligible', async () => {
  const { slug, editor } = await aDrive({ eligibility: 'campus-email' })

  const seen = await preview(editor, slug, rows.slice(0, 2))

  expect(seen.map(({ status }) => status)).toEqual(['ok', 'not-eligible'])
})

test('imported rows get a letter in their language, and count only once confirmed', async () => {
  const { slug, editor } = await aDrive()
  const name = randomBytes(4).toString('hex')
  const email = `${name}@mail.example`

  const answer = await bringIn(editor, slug, [
    { row: 2, email, campus: 'gatech.edu', locale: 'es' },
    rows[2]!,
  ])

  expect(answer.json().rows.map(({ status }: SeenRow) => status)).toEqual(['ok', 'malformed'])
  const [waiting] = await pledgesOf(server, slug)
  expect(waiting).toMatchObject({
    state: 'pending',
    lists_name: false,
    wants_updates: false,
    locale: 'es',
    source: null,
    campus_proven: false,
  })
  const letter = await letterTo(server, email)
  expect(letter?.text).toContain('Sin tecnología para jaulas')
  await confirmByToken(server, tokenIn(letter?.text ?? '', 'confirm'))
  expect((await pledgesOf(server, slug)).map(({ state }) => state)).toEqual(['confirmed'])
})

test('who has pledged already looks new, before and after, and stays as she is', async () => {
  const { slug, editor } = await aDrive()
  const email = 'fay@mail.example'
  await pledge(server, slug, { email, name: 'Fay Ames', display: true })
  const [before] = await pledgesOf(server, slug)
  const both: Row[] = [
    { row: 2, email },
    { row: 3, email: 'new@mail.example' },
  ]

  const seen = await preview(editor, slug, both)
  const imported = await bringIn(editor, slug, both)

  expect(seen.map(({ status }) => status)).toEqual(['ok', 'ok'])
  expect(imported.json().rows).toEqual(seen)
  const after = await pledgesOf(server, slug)
  expect(after.find(({ state }) => state === 'confirmed')).toEqual(before)
})

test('the same rows twice do no harm', async () => {
  const { slug, editor } = await aDrive()

  const answers = await Promise.all(times(2, () => bringIn(editor, slug, rows)))

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200])
  expect(await pledgesOf(server, slug)).toHaveLength(4)
})

test('2,000 rows of an organization within 24 hours and no more, however many import at once', async () => {
  const { slug, editor, organization } = await aDrive()
  const other = await anOpenCampaign(server, { organization: { slug: organization, name: organization } })

  for (const n of times(9, (n) => n)) expect((await bringIn(editor, slug, chunk(n))).statusCode).toBe(200)
  const answers = await Promise.all(
    [slug, other, slug, other].map((to, n) => bringIn(editor, to, chunk(9 + n))),
  )

  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 429, 429, 429])
  const refused = answers.find(({ statusCode }) => statusCode === 429)
  expect(refused?.json().code).toBe('import-too-many')
  expect(refused?.json().detail).toContain('2,000 rows within 24 hours')
  expect([...(await pledgesOf(server, slug)), ...(await pledgesOf(server, other))]).toHaveLength(2_000)
  const elsewhere = await aDrive()
  expect((await bringIn(elsewhere.editor, elsewhere.slug, rows)).statusCode).toBe(200)
})

test('the log says how many, and not who', async () => {
  const { slug, editor } = await aDrive()
  await bringIn(editor, slug, rows)

  const { entries } = (await editor.call('GET', `campaigns/${slug}/audit`)).json()

  expect(entries[0]).toMatchObject({ action: 'import.make', details: { rows: 4 } })
  expect(JSON.stringify(entries)).not.toContain('mail.example')
})

describe('refused', () => {
  test('a viewer, a stranger, and a passkey that was not just used', async () => {
    const { slug, organization } = await aDrive()
    const viewer = await anOrganizer(server, { organization, role: 'viewer' })
    const stranger = await anOrganizer(server, { organization: `other-${organization}` })
    const stale = await anOrganizer(server, { organization, role: 'editor', isFresh: false })

    const answers = await Promise.all([viewer, stranger, stale].map((one) => bringIn(one, slug, rows)))

    expect(answers.map((answer) => answer.json().code)).toEqual([
      'role-too-low',
      'not-found',
      'passkey-needed',
    ])
    expect(await pledgesOf(server, slug)).toEqual([])
  })

  test.each([
    ['closed', { state: 'closed' }, 'campaign-closed'],
    ['not open yet', { opensAt: new Date('2099-01-01') }, 'campaign-not-open'],
  ] as const)('a campaign that is %s', async (_, settings, code) => {
    const { slug, editor } = await aDrive(settings)

    expect((await bringIn(editor, slug, rows)).json().code).toBe(code)
    expect(await pledgesOf(server, slug)).toEqual([])
  })

  test.each([
    ['nothing', []],
    ['201 rows', times(201, (row) => ({ row: row + 1, email: `${row}@mail.example` }))],
    ['names', [{ ...rows[0]!, name: 'Ada' }]],
    ['ticks', [{ ...rows[0]!, updates: true }]],
  ])('%s', async (_, payload) => {
    const { slug, editor } = await aDrive()

    expect((await bringIn(editor, slug, payload)).json().code).toBe('invalid-request')
  })
})

test('200 rows, each as long as it may be, fit', async () => {
  const { slug, editor } = await aDrive()
  const long = times(200, (row) => ({
    row: row + 100_000,
    email: 'é'.repeat(320),
    campus: 'ñ'.repeat(253),
    locale: 'x'.repeat(35),
  }))

  expect(await preview(editor, slug, long)).toHaveLength(200)
})

function chunk(n: number): Row[] {
  return times(200, (at) => ({ row: at + 2, email: `p${n}-${at}@mail.example` }))
}

async function aDrive(settings: Parameters<typeof anOpenCampaign>[1] = {}) {
  const organization = `host-${randomBytes(5).toString('hex')}`
  const slug = await anOpenCampaign(server, {
    organization: { slug: organization, name: organization },
    ...settings,
  })
  return { slug, organization, editor: await anOrganizer(server, { organization, role: 'editor' }) }
}

async function preview(organizer: AnOrganizer, slug: string, rows: Row[]): Promise<SeenRow[]> {
  const answer = await organizer.call('POST', `campaigns/${slug}/import-previews`, { rows })
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return answer.json().rows
}

async function bringIn(organizer: AnOrganizer, slug: string, rows: Row[]) {
  return await organizer.call('POST', `campaigns/${slug}/imports`, { rows })
}
