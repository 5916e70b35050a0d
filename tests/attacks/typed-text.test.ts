import { expect, test } from 'vitest'
import { anOpenCampaign, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { reached } from './reached.ts'

const inbox = await smtpInbox()
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })

/** The advertiser's word, which no letter of ours has by itself. */
const WORD = 'Pillen'
/** With a link, an address, or what turns or hides text, in every way that we know of. */
const links = [
  `http://${WORD}.com`,
  `HTTPS://${WORD}.com`,
  `${WORD}.com`,
  `buy ${WORD}.com/now`,
  `www.${WORD}.org`,
  `${WORD}․com`,
  `${WORD}。com`,
  `${WORD}．com`,
  `${WORD}｡com`,
  `//${WORD}.com`,
  `${WORD}@spam.com`,
  `${WORD}＠spam.com`,
  `${WORD}\r\nBcc: eve@evil.com`,
  `${WORD}\n\nwww`,
  `${WORD}\u202egpj.com`,
  `${WORD}\u2066x\u2069`,
  `${WORD}\u0000`,
  `<a href="x">${WORD}</a>`,
  `mailto:${WORD}`,
  `javascript:${WORD}`,
]
/** Names that a person may have, for all that we know. */
const words = [
  `Dr ${WORD}`,
  `Billig ${WORD}`,
  `${WORD}-Jones`,
  `Ada O’${WORD}`,
  `{{${WORD}}}`,
  `-${WORD}-`,
  `%name% ${WORD}`,
  `%own.link% ${WORD}`,
]

test('A2: an advertiser who types his words as a name finds them in no letter', async () => {
  const slug = await anOpenCampaign(server)
  const names = [...links, ...words]

  const answers = await Promise.all(
    names.map((name, n) =>
      sign(server, slug, { email: `victim${n}@mail.example`, name, display: true, updates: true }),
    ),
  )
  await server.work()

  const refused = answers.filter(({ statusCode }) => statusCode === 422)
  const taken = names.filter((_, n) => answers[n]?.statusCode === 202)
  expect(refused.length + taken.length).toBe(names.length)
  expect(taken.filter((name) => links.includes(name))).toEqual([])
  expect(inbox.received.length).toBe(taken.length)
  expect(inbox.received.length).toBeGreaterThan(0)
  expect(inbox.received.filter(({ raw, text, html }) => `${raw}${text}${html}`.includes(WORD))).toEqual([])
  reached(
    'A2',
    `${names.length} names with advertising: ${refused.length} refused, ${inbox.received.length} letters, none says a word of it`,
  )
})
