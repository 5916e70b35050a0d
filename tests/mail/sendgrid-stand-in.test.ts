import { describe, expect, onTestFinished, test } from 'vitest'
import { sendgridStandIn } from '../sendgrid-stand-in.ts'
import { receivedOf } from './sendgrid-received.ts'
import { type MailSend, problemsWith } from './sendgrid-shape.ts'

const good: MailSend = {
  ...to({}),
  from: { email: 'hello@example.org' },
  subject: 'Hello',
  content: [{ type: 'text/plain', value: 'hello' }],
}

function to(personalization: object) {
  return { personalizations: [{ to: [{ email: 'ada@gatech.edu' }], ...personalization }] }
}

test('the smallest documented request is taken', () => {
  expect(problemsWith(good)).toEqual([])
})

test('so is one at every limit', () => {
  const personalizations = Array.from({ length: 1000 }, (_, n) => ({
    to: [{ email: `a${n}@x.edu` }],
    substitutions: { '%own.x%': 'x'.repeat(9_993) },
    custom_args: { a: 'x'.repeat(9_999) },
  }))

  expect(problemsWith({ ...good, personalizations })).toEqual([])
})

describe('refused is', () => {
  test.for([
    { personalizations: [] },
    { personalizations: [{ to: [] }] },
    { personalizations: [{ to: [{ name: 'Ada' }] }] },
    { personalizations: [{ to: [{ email: 'a@x.edu' }, { email: 'A@x.edu' }] }] },
    { personalizations: [{ to: [{ email: 'a@x.edu' }] }, { to: [{ email: 'A@x.edu' }] }] },
    to({ cc: [{ email: 'Ada@gatech.edu' }] }),
    to({ bcc: [{ email: 'Ada@gatech.edu' }] }),
    to({ to: [{ email: 'a@x.edu', name: 'Ada; Bob' }] }),
    to({ headers: { 'Reply-To': 'a@x.edu' } }),
    to({ headers: { 'DKIM-Signature': 'v=1' } }),
    to({ headers: { 'X-A': 'two\r\nBcc: z@z.z' } }),
    to({ headers: { 'X A': 'x' } }),
    to({ substitutions: { '%own.x%': 'x'.repeat(9_994) } }),
    to({ substitutions: { '%own.x%': 7 } }),
    to({ custom_args: { a: 'x'.repeat(10_000) } }),
    to({ subject: '' }),
    to({ dynamic_template_data: { a: 'x' } }),
    { personalizations: Array.from({ length: 1001 }, (_, i) => ({ to: [{ email: `a${i}@x.edu` }] })) },
    {
      personalizations: Array.from({ length: 501 }, (_, i) => ({
        to: [{ email: `a${i}@x.edu` }, { email: `b${i}@x.edu` }],
      })),
    },
    { from: {} },
    { from: undefined },
    { subject: '' },
    { subject: undefined },
    { content: [] },
    { content: [{ type: 'text/plain', value: '' }] },
    { content: [...good.content, { type: 'text/plain', value: 'again' }] },
    { content: [{ type: 'text/html', value: '<p>' }, ...good.content] },
    { headers: { Subject: 'Hello' } },
    { headers: { 'X-Number': 1 } },
    { tracking_settings: { click_tracking: { enable: 'no' } } },
    { categories: ['no-tech-for-ice'] },
    { custom_args: { campus: 'gatech.edu' } },
  ])('%j', (wrong) => {
    expect(problemsWith({ ...good, ...wrong })).not.toEqual([])
  })
})

test('what is wrong with one of many is said by its place', () => {
  const personalizations = [{ to: [{ email: 'a@x.edu' }] }, { to: [{ email: 'none' }] }]

  expect(problemsWith({ ...good, personalizations }).map(({ field }) => field)).toEqual([
    'personalizations.1.to.0.email',
  ])
})

test('each recipient gets her own values, put in once and not read again', () => {
  const received = receivedOf({
    ...good,
    subject: 'For %own.x%',
    content: [
      { type: 'text/plain', value: '%own.x% and $& and %own.x%' },
      { type: 'text/html', value: '<b>%own.x%</b>' },
    ],
    ...to({ substitutions: { '%own.x%': '$& 1' } }),
  })

  expect(received).toMatchObject([
    { to: 'ada@gatech.edu', subject: 'For $& 1', text: '$& 1 and $& and $& 1', html: '<b>$& 1</b>' },
  ])
})

test('as it only counts it keeps no letter, and tells a repeat', async () => {
  const standIn = await sendgridStandIn({ counting: true })
  onTestFinished(() => standIn.close())
  const send = (body: unknown) =>
    fetch(`${standIn.baseUrl}/v3/mail/send`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${standIn.apiKey}` },
      body: JSON.stringify(body),
    })
  const one = { ...good, ...to({ headers: { 'Message-ID': '<1@x.org>' } }) }

  const statuses = [await send(one), await send(one), await send({ ...one, content: [] })].map(
    ({ status }) => status,
  )

  expect(statuses).toEqual([202, 202, 400])
  const counts = await fetch(`${standIn.baseUrl}/counts`).then((response) => response.json())
  expect(counts).toEqual({ requests: 3, letters: 2, different: 1 })
  expect(standIn.accepted).toEqual([])
})
