import { describe, expect, test } from 'vitest'
import { lettersIn } from '../../server/mail/mailbox.ts'
import { readToken } from '../../server/pledges/token.ts'
import { anOpenCampaign, confirm, keyOf, rowOf, sign, tallyDifferences } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

/** Mailboxes that may belong to somebody else, though they count as the victim's. */
const pairs = [
  ['alice@x.edu', 'alice+z@x.edu'],
  ['alice+z@x.edu', 'alice@x.edu'],
  ['alice@gmail.com', 'al.ice@gmail.com'],
  ['alice@gmail.com', 'alice@googlemail.com'],
  ['alice+1@x.edu', 'alice+2@x.edu'],
] as const

describe.each(pairs)('%s confirmed; %s gets no token for that pledge', (victim, variant) => {
  test('neither by signing, nor by asking for a link, nor by confirming', async () => {
    const slug = await anOpenCampaign(server)
    await sign(server, slug, { email: victim, updates: true })
    await confirm(server, slug, victim)
    const before = await rowOf(server, slug, victim)

    await sign(server, slug, { email: variant, name: 'Mallory', display: true, campus: 'mit.edu' })
    await askForLink(slug, variant)
    await confirm(server, slug, variant)
    await sign(server, slug, { email: variant })
    await askForLink(slug, variant)
    const keys = await keysMailedTo(slug, variant)

    expect(before).toMatchObject({ state: 'confirmed', wants_updates: true })
    expect(await rowOf(server, slug, victim)).toEqual(before)
    expect(keys.length).toBeGreaterThan(0)
    const own = (await keyOf(server, slug, variant)).addressDigest.toString('hex')
    expect(new Set(keys)).toEqual(new Set([own]))
    expect(await tallyDifferences(server)).toEqual([])
  })
})

test('junk spellings of an address do not keep its owner from her mail and her count', async () => {
  const slug = await anOpenCampaign(server)
  for (const n of [1, 2, 3, 4, 5]) await sign(server, slug, { email: `alice+junk${n}@x.edu` })

  await sign(server, slug, { email: 'alice@x.edu' })
  const keys = await keysMailedTo(slug, 'alice@x.edu')
  const answer = await confirm(server, slug, 'alice@x.edu')

  expect(keys).toHaveLength(2)
  expect(answer.statusCode).toBe(200)
  expect(await rowOf(server, slug, 'alice@x.edu')).toMatchObject({ state: 'confirmed' })
})

async function askForLink(campaign: string, email: string): Promise<void> {
  await server.app.inject({ method: 'POST', url: '/api/v1/my-pledge-links', payload: { campaign, email } })
  await server.work()
}

/** The address digests of all tokens of this campaign that were mailed to an address, in hex. */
async function keysMailedTo(slug: string, to: string): Promise<string[]> {
  await server.work()
  const { campaignId } = await keyOf(server, slug, to)
  const letters = (await lettersIn(server.deps.mailboxFolder)).filter((letter) => letter.to === to)
  const links = letters.flatMap(({ text }) => [...text.matchAll(/\/(confirm|my-pledge)\/([\w-]+)/g)])
  const tickets = links.map(([, purpose, token = '']) =>
    readToken(server.deps, purpose as 'confirm' | 'my-pledge', token, server.deps.now()),
  )
  const own = tickets.filter(({ key }) => key.campaignId === campaignId)
  return own.map(({ key }) => key.addressDigest.toString('hex'))
}
