import { expect, test } from 'vitest'
import {
  anOpenCampaign,
  letterTo,
  pledge,
  pledgesOf,
  sign,
  tallyDifferences,
  times,
  told,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('a signature is on disk with its letter before it is answered', async () => {
  const slug = await anOpenCampaign(server)

  const answer = await sign(server, slug, { email: 'ada@cc.gatech.edu' })

  expect(answer.statusCode).toBe(202)
  expect(answer.json()).toEqual({
    status: 'check-your-email',
    receipt: expect.any(String),
    campus: 'gatech.edu',
  })
  expect(await pledgesOf(server, slug)).toMatchObject([
    { state: 'pending', campus_proven: true, text_version: 1 },
  ])
  expect(await letterTo(server, 'ada@cc.gatech.edu')).toMatchObject({
    subject: expect.stringContaining('onfirm'),
  })
})

test('two hundred signatures of one address at the same moment leave one', async () => {
  const slug = await anOpenCampaign(server)
  const other = await server.another()

  const answers = await Promise.all(times(200, (n) => sign(n % 2 ? server : other, slug)))

  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
  expect(await pledgesOf(server, slug)).toHaveLength(1)
})

test('signing looks the same whether new, pending or confirmed', async () => {
  const slug = await anOpenCampaign(server)

  const asNew = await sign(server, slug)
  const asPending = await sign(server, slug)
  const confirmation = await pledge(server, slug)
  const asConfirmed = await sign(server, slug)

  expect(confirmation.statusCode).toBe(200)
  expect(asNew.statusCode).toBe(202)
  const seen = [asNew, asPending, asConfirmed].map(told)
  expect(seen[0]).toBe('202 {"status":"check-your-email","receipt":"random"}')
  expect(new Set(seen).size).toBe(1)
  expect(asConfirmed.headers).toEqual({ ...asNew.headers, date: expect.anything() })
  expect(await tallyDifferences(server)).toEqual([])
})
