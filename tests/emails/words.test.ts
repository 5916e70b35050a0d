import { describe, expect, test } from 'vitest'
import { rendered } from './cases.ts'

describe.for(['confirm', 'reminder'] as const)('%s', (name) => {
  test('shows the code as it is typed, and the pledge with its lines', async () => {
    const { html, text } = await rendered(
      { name, locale: 'en' },
      { code: '012345', pledgeText: 'One.\nTwo & three.' },
    )

    expect(text).toContain('012 345')
    expect(html).toContain('>012 345</td>')
    expect(text).toContain('    One.\n    Two & three.')
    expect(html).toContain('One.<br />Two &amp; three.')
  })

  test.for([
    ['en', true, true, 'You ticked: list me by first name and initial; email me about this pledge.'],
    ['en', true, false, 'You ticked: list me by first name and initial.'],
    ['en', false, true, 'You ticked: email me about this pledge.'],
    ['en', false, false, 'You ticked nothing: you will be counted, and otherwise forgotten.'],
    ['es', true, true, 'Marcaste: mostrar mi nombre y mi inicial; recibir correos sobre este compromiso.'],
    ['es', false, false, 'No marcaste nada: tu firma se cuenta y lo demás se olvida.'],
  ] as const)(
    'repeats in words what was ticked (%s, name %s, updates %s)',
    async ([locale, listsName, wantsUpdates, words]) => {
      const ticks = { listsName, wantsUpdates, clauses: [], sharedWith: [] }

      const { html, text } = await rendered({ name, locale }, { ticks })

      expect(text).toContain(words)
      expect(html).toContain(words)
    },
  )

  test.each([
    ['en', '“I also ask my school to act”; email me about this pledge.'],
    ['es', '«I also ask my school to act»; recibir correos sobre este compromiso.'],
  ] as const)('repeats the clauses that are promised too (%s)', async (locale, words) => {
    const ticks = {
      listsName: false,
      wantsUpdates: true,
      clauses: ['I also ask my school to act.'],
      sharedWith: [],
    }

    const { html, text } = await rendered({ name, locale }, { ticks })

    expect(text).toContain(words)
    expect(html).toContain(words)
  })
})

test.for([
  ['confirm', 'en', 7, 'erased after 7 days.'],
  ['confirm', 'en', 1, 'erased after 1 day.'],
  ['confirm', 'es', 7, 'se borra después de 7 días.'],
  ['reminder', 'en', 5, 'is erased in 5 days.'],
  ['reminder', 'es', 5, 'se borra dentro de 5 días.'],
  ['reminder', 'es', 1, 'se borra dentro de 1 día.'],
] as const)(
  '%s in %s says when an unconfirmed pledge is erased',
  async ([name, locale, expiresInDays, words]) => {
    expect((await rendered({ name, locale }, { expiresInDays })).text).toContain(words)
  },
)

test('a reminder says that it is the only one, and how to have no more mail', async () => {
  const { text } = await rendered({ name: 'reminder', locale: 'en' })

  expect(text).toContain('We will not remind you again.')
  expect(text).toContain('Stop all mail to this address:\nhttps://pledge.example.org/stop-mail/sample-token')
})

test.for([
  ['en', 'step', '12,500 have signed at MIT: Drive'],
  ['en', 'campus-goal', 'MIT has reached its goal: Drive'],
  ['en', 'campaign-goal', 'We have reached our goal: Drive'],
  ['es', 'step', '12,500 firmas en MIT: Drive'],
  ['es', 'campus-goal', 'MIT llegó a su meta: Drive'],
  ['es', 'campaign-goal', 'Llegamos a la meta: Drive'],
] as const)('a milestone says what was reached (%s, %s)', async ([locale, what, subject]) => {
  const values = { what, reached: 12_500, campusName: 'MIT', campaignTitle: 'Drive' }

  const letter = await rendered({ name: 'milestone', locale }, values, { namesCampaign: true })

  expect(letter.subject).toBe(subject)
  expect(letter.text).toContain('12,500')
  expect(letter.text).toContain('https://pledge.example.org/c/no-tech-for-ice/gatech.edu')
})

test.for(['milestone', 'update'] as const)('%s says why it came and how to stop it', async (name) => {
  const en = await rendered({ name, locale: 'en' })
  const es = await rendered({ name, locale: 'es' })

  expect(en.text).toContain('Stop these emails:\nhttps://pledge.example.org/unsubscribe/sample-token')
  expect(en.text).toContain('ticked “email me about this pledge”')
  expect(es.text).toContain('marcaste «recibir correos sobre este compromiso»')
})
