import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { mailboxDigest, suppress } from '../../server/mail/suppressions.ts'
import { checkedAddress } from '../../server/pledges/address.ts'
import { anOpenCampaign, confirm, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
let slug: string

beforeAll(async () => {
  slug = await anOpenCampaign(server)
})

async function signed(email: string): Promise<string> {
  return (await sign(server, slug, { email })).json().receipt as string
}

async function ask(receipt: string) {
  return await server.app.inject({ method: 'GET', url: `/api/v1/receipts/${receipt}` })
}

async function bring(receipt: string, state: string): Promise<void> {
  await server.deps.db.execute(sql`
    update letters set state = ${state}, settled_at = now(), claimed_by = null where id = ${receipt}`)
}

describe('a receipt', () => {
  test.each(['bounced', 'refused'])('says so once its letter was %s', async (state) => {
    const receipt = await signed('typo@mail.example')
    const before = await ask(receipt)
    await bring(receipt, state)

    const after = await ask(receipt)

    expect(before.json()).toEqual({ status: 'waiting' })
    expect(after.json()).toEqual({ status: 'bounced' })
    expect(after.headers['cache-control']).toBe('no-store')
  })

  test('says nothing else: not that it went, arrived, is unknown, or what became of the pledge', async () => {
    const confirmedOne = await signed('confirmed@mail.example')
    await confirm(server, slug, 'confirmed@mail.example')
    const again = await signed('confirmed@mail.example')
    const going = await signed('going@mail.example')
    const answers = [await ask(randomUUID()), await ask(confirmedOne), await ask(again)]
    for (const state of ['sent', 'delivered', 'spam-reported']) {
      await bring(going, state)
      answers.push(await ask(going))
    }

    const seen = answers.map(({ statusCode, body, headers }) => ({
      statusCode,
      body,
      headers: { ...headers, date: '' },
    }))

    expect(seen[0]).toMatchObject({ statusCode: 200, body: '{"status":"waiting"}' })
    for (const one of seen) expect(one).toEqual(seen[0])
  })

  test('of another who signed with the same address does not tell of this one’s letter', async () => {
    const hers = await signed('shared@mail.example')
    const anothers = await signed('shared@mail.example')
    await bring(hers, 'bounced')

    const told = await ask(anothers)

    expect(hers).not.toBe(anothers)
    expect(told.json()).toEqual({ status: 'waiting' })
  })

  test('of a mailbox that gets no more mail is like all others', async () => {
    const { db, keys, now } = server.deps
    const digests = [mailboxDigest(keys, checkedAddress('quiet@mail.example').exact)]
    await suppress(db, { digests, reason: 'asked', at: now() })

    const receipt = await signed('quiet@mail.example')
    await server.work()

    expect((await ask(receipt)).json()).toEqual({ status: 'waiting' })
  })

  test.each(['x', '%00', `${randomUUID()}'`, randomUUID().toUpperCase()])(
    'that is none is refused before anybody looks: %s',
    async (receipt) => {
      expect((await ask(receipt)).statusCode).toBe(400)
    },
  )
})
