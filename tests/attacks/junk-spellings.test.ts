import { afterAll, expect, test } from 'vitest'
import { anOpenCampaign, confirmByToken, rowOf, sign, tallyDifferences, times, tokenIn } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { reached } from './reached.ts'

const HERS = 'alice@gmail.com'
/** To the mail server of this test all other spellings are nobody. */
const inbox = await smtpInbox({
  onRcptTo: ({ address }, _session, done) =>
    done(address === HERS ? null : Object.assign(new Error('5.1.1 No such user'), { responseCode: 550 })),
})
afterAll(() => inbox.close())
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })

test('A15: ten spellings of her mailbox that bounce, in two drives, keep her neither from her letter nor from her count', async () => {
  const [slug, other] = [await anOpenCampaign(server), await anOpenCampaign(server)]
  const junk = [
    ...times(5, (n) => `alice+junk${n}@gmail.com`),
    'a.lice',
    'al.ice',
    'ali.ce',
    'alic.e',
    'a.l.i.c.e',
  ].map((spelling) => (spelling.includes('@') ? spelling : `${spelling}@gmail.com`))
  for (const email of junk) {
    await sign(server, slug, { email })
    await sign(server, other, { email })
    await server.work()
  }
  const { rows: bounced } = await server.deps.db.$client.query('select from mail_suppressions')

  await sign(server, slug, { email: HERS })
  await server.work()
  const letter = await inbox.next(HERS)
  const confirmed = await confirmByToken(server, tokenIn(letter.text ?? '', 'confirm'))

  expect(bounced.length).toBeGreaterThan(0)
  expect(confirmed.statusCode).toBe(200)
  expect(await rowOf(server, slug, HERS)).toMatchObject({ state: 'confirmed' })
  expect(await tallyDifferences(server)).toEqual([])
  reached(
    'A15',
    `20 signatures with ${junk.length} spellings of a mailbox, ${bounced.length} bounces: its owner gets her letter and counts`,
  )
})
