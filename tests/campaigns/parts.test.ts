import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { anOrganizer, campaignId, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { type ADraft, aDraft, anOpenedDraft, pledgeInEnglish, pledgeInSpanish } from './drafts.ts'

const server = estamos()

const lodestar = {
  name: 'Lodestar Analytics',
  reason: { en: 'Sells the software.', es: 'Vende el software.' },
  sourceUrl: 'https://example.org/contracts',
}
const graduation = {
  words: { en: 'When do you graduate?' },
  options: [{ words: { en: '2027' } }, { words: { en: '2028' } }],
}

describe('firms', () => {
  test('are shown in the order they were put in, and the list that is sent is the whole list', async () => {
    const { change } = await aDraft(server, { texts: [pledgeInEnglish, pledgeInSpanish] })
    const palisade = { ...lodestar, name: 'Palisade' }
    await change('PUT', 'targets', { targets: [lodestar, palisade] })

    const turned = await change('PUT', 'targets', { targets: [palisade, lodestar] })
    const fewer = await change('PUT', 'targets', { targets: [lodestar] })

    expect(turned.json().targets).toEqual([palisade, lodestar])
    expect(fewer.json().targets).toEqual([lodestar])
  })

  test.each([
    ['no name', { name: ' ' }, 'targets/0/name'],
    ['no reason', { reason: { es: 'Vende.' } }, 'targets/0/reason/en'],
    ['a source without https', { sourceUrl: 'http://example.org/' }, 'targets/0/sourceUrl'],
    ['a source that runs a script', { sourceUrl: 'javascript:alert(1)//.' }, 'targets/0/sourceUrl'],
    ['a source with a password', { sourceUrl: 'https://ada:secret@example.org/' }, 'targets/0/sourceUrl'],
    ['a source that is no address', { sourceUrl: 'example.org/contracts' }, 'targets/0/sourceUrl'],
    ['a source on a machine of ours', { sourceUrl: 'https://localhost/' }, 'targets/0/sourceUrl'],
    ['a source without end', { sourceUrl: `https://example.org/${'a'.repeat(500)}` }, 'targets/0/sourceUrl'],
  ])('%s is refused at its field', async (_, wrong, field) => {
    const { change, settings } = await aDraft(server)

    const answer = await change('PUT', 'targets', { targets: [{ ...lodestar, ...wrong }] })

    expect([answer.statusCode, answer.json().field]).toEqual([422, field])
    expect((await settings()).targets).toEqual([])
  })

  test('thirty are the most', async () => {
    const { change } = await aDraft(server)

    const answer = await change('PUT', 'targets', { targets: times(31, () => lodestar) })

    expect(answer.json()).toMatchObject({ code: 'setting-invalid', field: 'targets' })
  })
})

describe('clauses', () => {
  test('of a draft are written over', async () => {
    const { slug, change } = await aDraft(server)
    const [clause] = (await change('PUT', 'clauses', { clauses: [{ words: { en: 'I will ask.' } }] })).json()
      .clauses
    const answer = await change('PUT', 'clauses', { clauses: [{ ...clause, words: { en: 'I shall ask.' } }] })

    expect(answer.json().clauses).toEqual([{ id: clause.id, words: { en: 'I shall ask.' } }])
    expect(await rowsOf(slug, 'campaign_clauses')).toHaveLength(1)
  })

  test('that were signed keep their words: another wording is another clause, a translation is not', async () => {
    const draft = await anOpenedDraft(server)
    const { slug, change } = draft
    const [clause] = await clausesAfter(draft, [{ words: { en: 'I will ask.' } }])

    const [translated] = await clausesAfter(draft, [
      { ...clause!, words: { en: 'I will ask.', es: 'Pediré.' } },
    ])
    const [reworded] = await clausesAfter(draft, [
      { ...clause!, words: { en: 'I demand it.', es: 'Pediré.' } },
    ])
    await change('PUT', 'clauses', { clauses: [] })

    expect(translated).toEqual({ id: clause!.id, words: { en: 'I will ask.', es: 'Pediré.' } })
    expect(reworded!.id).not.toBe(clause!.id)
    expect(await rowsOf(slug, 'campaign_clauses')).toMatchObject([
      { id: clause!.id, words: { en: 'I will ask.', es: 'Pediré.' }, is_live: false },
      { id: reworded!.id, words: { en: 'I demand it.', es: 'Pediré.' }, is_live: false },
    ])
  })

  test('of another campaign are nobody’s to take', async () => {
    const other = await anOpenedDraft(server)
    const draft = await anOpenedDraft(server)
    const [theirs] = await clausesAfter(other, [{ words: { en: 'Theirs.' } }])

    const [mine] = await clausesAfter(draft, [{ id: theirs!.id, words: { en: 'Mine.' } }])

    expect(mine!.id).not.toBe(theirs!.id)
    expect((await other.settings()).clauses).toEqual([theirs])
  })

  test('six are the most, and an empty one is refused', async () => {
    const { change } = await aDraft(server)

    const many = await change('PUT', 'clauses', { clauses: times(7, () => ({ words: { en: 'One.' } })) })
    const empty = await change('PUT', 'clauses', { clauses: [{ words: { en: '' } }] })

    expect([many.json().field, empty.json().field]).toEqual(['clauses', 'clauses/0/words/en'])
  })
})

describe('questions', () => {
  test('number their answers, and a number keeps its meaning when one is added before it', async () => {
    const { change } = await anOpenedDraft(server)
    const [question] = (await change('PUT', 'questions', { questions: [graduation] })).json().questions

    const earlier = { words: { en: '2026' } }
    const answer = await change('PUT', 'questions', {
      questions: [{ ...question, options: [earlier, ...question.options] }],
    })

    expect(answer.json().questions).toEqual([
      {
        id: question.id,
        words: graduation.words,
        options: [
          { number: 3, words: { en: '2026' } },
          { number: 1, words: { en: '2027' } },
          { number: 2, words: { en: '2028' } },
        ],
      },
    ])
  })

  test.each([
    ['asked in other words', { words: { en: 'Which year?' } }],
    [
      'with an answer in other words',
      { options: [{ number: 1, words: { en: '2030' } }, graduation.options[1]!] },
    ],
    ['without one of its answers', { options: [...graduation.options.slice(1), { words: { en: 'Later' } }] }],
    [
      'with two answers of one number',
      {
        options: [
          { number: 1, words: { en: '2027' } },
          { number: 1, words: { en: '2028' } },
        ],
      },
    ],
  ])('once people were asked, a question %s is another one', async (_, other) => {
    const { slug, change } = await anOpenedDraft(server)
    const [question] = (await change('PUT', 'questions', { questions: [graduation] })).json().questions

    const answer = await change('PUT', 'questions', { questions: [{ ...question, ...other }] })

    const [next] = answer.json().questions
    expect(next.id).not.toBe(question.id)
    expect(next.options.map(({ number }: { number: number }) => number)).toEqual([1, 2])
    expect(await rowsOf(slug, 'campaign_questions')).toMatchObject([{ is_live: false }, { is_live: true }])
  })

  test('three of two to twelve answers are the most', async () => {
    const { change } = await aDraft(server)

    const answers = []
    for (const questions of [times(4, () => graduation), [withOptions(1)], [withOptions(13)]])
      answers.push(await change('PUT', 'questions', { questions }))

    expect(answers.map((answer) => answer.json().field)).toEqual([
      'questions',
      'questions/0/options',
      'questions/0/options',
    ])
  })
})

describe('a campus', () => {
  test('is given a goal, a chapter and next steps, which its page shows', async () => {
    const { slug, change, organizer } = await anOpenedDraft(server)
    const settings = {
      goal: 150,
      chapterName: 'YDSA at Georgia Tech',
      nextSteps: [{ label: 'Join the chapter', url: 'https://example.org/join' }],
    }

    const saved = await change('PUT', 'campuses/gatech.edu', settings)

    expect(saved.json()).toMatchObject({ campus: 'gatech.edu', ...settings })
    expect((await organizer.call('GET', `campaigns/${slug}/campuses`)).json()).toMatchObject({
      total: 1,
      campuses: [{ campus: 'gatech.edu', ...settings }],
    })
    const shown = await server.app.inject(`/api/v1/campaigns/${slug}/campuses/gatech.edu`)
    expect(shown.json()).toMatchObject({
      goal: 150,
      chapter: 'YDSA at Georgia Tech',
      nextSteps: settings.nextSteps,
    })
  })

  test('of whom nothing is said any more is like any other', async () => {
    const { slug, change, organizer } = await aDraft(server)
    const saved = await change('PUT', 'campuses/mit.edu', { goal: 9, chapterName: null, nextSteps: [] })

    const gone = await organizer.call(
      'DELETE',
      `campaigns/${slug}/campuses/mit.edu?revision=${saved.json().revision}`,
    )

    expect(gone.json()).toMatchObject({ goal: null, chapterName: null, nextSteps: [] })
    expect((await organizer.call('GET', `campaigns/${slug}/campuses`)).json()).toEqual({
      total: 0,
      campuses: [],
    })
  })

  test.each([
    ['that is in no directory', 'no-such.example', {}, 'unknown-campus', undefined],
    ['with a goal of nothing', 'mit.edu', { goal: 0 }, 'setting-invalid', 'goal'],
    [
      'with a chapter without end',
      'mit.edu',
      { chapterName: 'x'.repeat(81) },
      'setting-invalid',
      'chapterName',
    ],
    [
      'with a link that is none',
      'mit.edu',
      { nextSteps: [{ label: 'Go', url: 'mailto:ada@example.org' }] },
      'setting-invalid',
      'nextSteps/0/url',
    ],
    [
      'with six next steps',
      'mit.edu',
      { nextSteps: times(6, () => ({ label: 'Go', url: 'https://example.org' })) },
      'setting-invalid',
      'nextSteps',
    ],
  ])('%s is refused', async (_, domain, wrong, code, field) => {
    const { change } = await aDraft(server)

    const answer = await change('PUT', `campuses/${domain}`, {
      goal: null,
      chapterName: null,
      nextSteps: [],
      ...wrong,
    })

    expect([answer.json().code, answer.json().field]).toEqual([code, field])
  })

  test('a long list comes in pages, each campus once', async () => {
    const { slug, organizer } = await aDraft(server)
    await server.deps.db.execute(sql`
      insert into campaign_campuses (campaign_id, campus_id, goal)
      select ${await campaignId(server, slug)}, id, 10 from campuses order by domain limit 120`)

    const seen: string[] = []
    let after: string | undefined
    do {
      const query = after ? `?after=${after}` : ''
      const page = (await organizer.call('GET', `campaigns/${slug}/campuses${query}`)).json()
      expect(page.total).toBe(120)
      seen.push(...page.campuses.map(({ campus }: { campus: string }) => campus))
      after = page.next
    } while (after)

    expect(new Set(seen).size).toBe(120)
    expect(seen).toHaveLength(120)
  })
})

test('two organizers who set up two campuses at once: the second is told', async () => {
  const { slug, organizer, settings } = await aDraft(server)
  const other = await anOrganizer(server, { role: 'editor' })
  const { revision } = await settings()
  const nothing = { revision, goal: 5, chapterName: null, nextSteps: [] }

  const answers = await Promise.all([
    organizer.call('PUT', `campaigns/${slug}/campuses/mit.edu`, nothing),
    other.call('PUT', `campaigns/${slug}/campuses/mit.edu`, { ...nothing, goal: 6 }),
  ])

  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409])
})

async function clausesAfter({ change }: ADraft, clauses: object[]) {
  const answer = await change('PUT', 'clauses', { clauses })
  return answer.json().clauses as { id: number; words: Record<string, string> }[]
}

function withOptions(count: number) {
  return { ...graduation, options: times(count, (n) => ({ words: { en: String(n) } })) }
}

async function rowsOf(slug: string, table: 'campaign_clauses' | 'campaign_questions') {
  const { rows } = await server.deps.db.execute(sql`
    select *, retired_at is null as is_live from ${sql.identifier(table)}
    where campaign_id = ${await campaignId(server, slug)} order by id`)
  return rows
}
