import { expect, onTestFinished, test } from 'vitest'
import { anOpenCampaign, anOrganizer, checksum, confirm, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aDraft, pledgeInEnglish, pledgeInSpanish } from './drafts.ts'

const server = estamos()

test('a preview is what the page would be given, and nothing of it is kept', async () => {
  const draft = await aDraft(server, { texts: [pledgeInEnglish] })
  const before = [await draft.settings(), await checksum(server)]

  const answer = await draft.organizer.call('POST', `campaigns/${draft.slug}/preview`, {
    locale: 'es',
    isWholePage: false,
    texts: [pledgeInEnglish, { ...pledgeInSpanish, title: 'Otro título' }],
    targets: [{ name: 'Lodestar', reason: { en: 'Sells it.', es: '' }, sourceUrl: 'https://exam' }],
    clauses: [{ words: { en: 'I will ask.' } }, { words: { en: ' ' } }],
    questions: [{ words: { es: '¿Cuándo?' }, options: [{ words: { es: '2027' } }, { words: {} }] }],
    goal: 77,
    accent: '#123456',
    contactMode: 'contactable',
    campus: {
      campus: 'gatech.edu',
      goal: 5,
      chapterName: 'YDSA',
      nextSteps: [
        { label: 'Join', url: 'https://example.org/join' },
        { label: 'Half', url: 'https:' },
      ],
    },
  })

  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({
    isPreview: true,
    isWholePage: false,
    leaderboard: { goal: 77 },
    standing: {
      campus: 'gatech.edu',
      goal: 5,
      chapter: 'YDSA',
      nextSteps: [{ label: 'Join', url: 'https://example.org/join' }],
    },
    campaign: {
      state: 'open',
      locale: 'es',
      locales: ['en', 'es'],
      title: 'Otro título',
      targets: [{ name: 'Lodestar', reason: 'Sells it.' }],
      clauses: [{ words: 'I will ask.' }],
      questions: [{ words: '¿Cuándo?', options: [{ number: 1, words: '2027' }] }],
      theme: { accent: '#123456' },
      contactMode: 'contactable',
    },
  })
  expect([await draft.settings(), await checksum(server)]).toEqual(before)
})

test('a form that is all but empty has a preview too', async () => {
  const draft = await aDraft(server)

  const answer = await draft.organizer.call('POST', `campaigns/${draft.slug}/preview`, {
    locale: 'fr',
    isWholePage: true,
    texts: [{ locale: 'en', title: '', body: '', reason: '' }],
    accent: '#12',
  })

  expect(answer.json()).toMatchObject({ campaign: { locale: 'en', title: '', text: '' } })
})

test('a preview is for the organizers of its host', async () => {
  const { slug } = await aDraft(server)
  const viewer = await anOrganizer(server, { role: 'viewer' })
  const stranger = await anOrganizer(server, { organization: 'elsewhere' })
  const form = { locale: 'en', isWholePage: false }

  const answers = await Promise.all(
    [viewer, stranger].map((one) => one.call('POST', `campaigns/${slug}/preview`, form)),
  )

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 404])
})

test.each([
  { saved: 2, inForm: 50, shown: 4 },
  { saved: 50, inForm: 2, shown: 0 },
])('names in a preview follow the saved settings, not the form: %o', async ({ saved, inForm, shown }) => {
  const slug = await anOpenCampaign(server, { smallestShown: 2, namesShownAfter: saved })
  for (const email of times(4, (n) => `ada${n}@gatech.edu`)) {
    await sign(server, slug, { email, name: 'Ada Lovelace', display: true })
    await confirm(server, slug, email)
  }
  await expect
    .poll(
      async () => (await server.app.inject(`/api/v1/campaigns/${slug}/campuses/gatech.edu`)).json().confirmed,
    )
    .toBe(4)
  server.clock.now = new Date(Date.now() + 86_400_000)
  onTestFinished(() => {
    delete server.clock.now
  })
  const viewer = await anOrganizer(server, { role: 'viewer' })
  const form = {
    locale: 'en',
    isWholePage: true,
    namesShownAfter: inForm,
    campus: { campus: 'gatech.edu', goal: null, chapterName: '', nextSteps: [] },
  }

  const { standing } = (await viewer.call('POST', `campaigns/${slug}/preview`, form)).json()

  expect(standing).toMatchObject({ confirmed: 4, names: times(shown, () => 'Ada L.') })
})

test('the page that shows it holds nothing, sends nothing, and stands in our own frames alone', async () => {
  const { headers, body } = await server.app.inject('/console/preview')

  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("frame-ancestors 'self'")
  expect(policy).toContain("form-action 'none'")
  expect(policy).not.toContain('unsafe')
  expect(body).toContain('<div id="estamos"></div>')
})
