import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import {
  aCampaignThatAsks,
  anOpenCampaign,
  asSigner,
  confirm,
  confirmByToken,
  letterTo,
  codeFor,
  rowOf,
  sign,
  tokenFor,
  tokenIn,
  tryCode,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('a clause that was ticked is listed in the email, and kept once the link confirms it', async () => {
  await server.work()
  const { slug, clauses } = await aCampaignThatAsks(server)
  await sign(server, slug, { clauses: [clauses[1], clauses[0], clauses[1]], locale: 'es' })
  const waiting = await rowOf(server, slug)
  const letter = await letterTo(server, 'ada@example.edu')

  await confirmByToken(server, tokenIn(letter?.text ?? '', 'confirm'))

  expect(letter?.text).toContain('«También se lo pido a mi escuela»; «También les digo por qué»')
  expect(waiting).toMatchObject({ clauses: [] })
  expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed', clauses, contact: null })
})

test('the code keeps them too', async () => {
  const { slug, clauses } = await aCampaignThatAsks(server)
  await sign(server, slug, { clauses: [clauses[1]] })

  const answer = await tryCode(server, slug, await codeFor(server, slug))

  expect(answer.statusCode).toBe(200)
  expect(await rowOf(server, slug)).toMatchObject({ clauses: [clauses[1]] })
})

test('a stranger who signs the address again changes nothing of what the earlier email promises', async () => {
  const { slug, clauses } = await aCampaignThatAsks(server)
  await sign(server, slug, { clauses: [clauses[0]] })
  const link = await tokenFor(server, slug, { purpose: 'confirm' })

  await sign(server, slug, { clauses })
  const answer = await confirmByToken(server, link)

  expect(answer.statusCode).toBe(200)
  expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed', clauses: [clauses[0]] })
})

test('an email that listed nothing confirms nothing but the pledge', async () => {
  const { slug, clauses } = await aCampaignThatAsks(server)
  await sign(server, slug)
  const link = await tokenFor(server, slug, { purpose: 'confirm' })

  await sign(server, slug, { clauses })
  await confirmByToken(server, link)

  expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed', clauses: [] })
})

test('signing a counted pledge again with other clauses changes nothing', async () => {
  const { slug, clauses } = await aCampaignThatAsks(server)
  await sign(server, slug, { clauses: [clauses[0]] })
  await confirm(server, slug)

  await sign(server, slug, { clauses: [clauses[1]] })
  await confirm(server, slug)

  expect(await rowOf(server, slug)).toMatchObject({ clauses: [clauses[0]] })
})

describe('refused is', () => {
  test.each(['unknown', 'retired', "another campaign's"])('a clause that is %s', async (kind) => {
    const { slug, clauses } = await aCampaignThatAsks(server)
    const other = await aCampaignThatAsks(server)
    if (kind === 'retired') await retire(clauses[0])
    const id = { unknown: 2_000_000_000, retired: clauses[0] }[kind] ?? other.clauses[0]

    const answer = await sign(server, slug, { clauses: [clauses[1], id] })

    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({ code: 'clause-not-known', field: 'clauses' })
    expect(await rowOf(server, slug)).toBeUndefined()
  })

  test.each([
    ['more than anybody offers', Array.from({ length: 21 }, () => 1)],
    ['a number that is none', ['1']],
    ['a fraction', [1.5]],
    ['too large a number', [2 ** 31]],
    ['no list', 1],
  ])('%s', async (_, clauses) => {
    const slug = await anOpenCampaign(server)

    const answer = await sign(server, slug, { clauses: clauses as number[] })

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'invalid-request', field: 'clauses' })
  })
})

test('a clause that is retired while the pledge waits is still listed and kept', async () => {
  await server.work()
  const { slug, clauses } = await aCampaignThatAsks(server)
  await sign(server, slug, { clauses: [clauses[0]] })
  await retire(clauses[0])

  const letter = await letterTo(server, 'ada@example.edu')
  await confirmByToken(server, tokenIn(letter?.text ?? '', 'confirm'))
  const held = await (await asSigner(server, slug))('GET')

  expect(letter?.text).toContain('“I also ask my school”')
  expect(await rowOf(server, slug)).toMatchObject({ clauses: [clauses[0]] })
  expect(held.json().clauses).toEqual([
    { id: clauses[1], words: 'I also tell recruiters why.', promised: false },
    { id: clauses[0], words: 'I also ask my school.', promised: true },
  ])
})

describe('on the page of her own pledge she', () => {
  test.each([true, false])('sees, unticks and ticks clauses (confirmed %s)', async (isConfirmed) => {
    const { slug, clauses } = await aCampaignThatAsks(server)
    await sign(server, slug, { clauses: [clauses[0]] })
    if (isConfirmed) await confirm(server, slug)
    const call = await asSigner(server, slug)
    const promised = async () => {
      const { clauses: shown } = (await call('GET')).json()
      return (shown as { id: number; promised: boolean }[]).filter((one) => one.promised).map(({ id }) => id)
    }

    const first = await promised()
    await call('PATCH', '', { clauses: [] })
    const second = await promised()
    await call('PATCH', '', { clauses: [clauses[1]] })
    const third = await promised()
    if (!isConfirmed) await confirm(server, slug)

    expect([first, second, third]).toEqual([[clauses[0]], [], [clauses[1]]])
    expect(await rowOf(server, slug)).toMatchObject({ state: 'confirmed', clauses: [clauses[1]] })
  })

  test('keeps one that was retired, and cannot take it up again', async () => {
    const { slug, clauses } = await aCampaignThatAsks(server)
    await sign(server, slug, { clauses })
    await confirm(server, slug)
    await retire(clauses[0])
    const call = await asSigner(server, slug)

    const kept = await call('PATCH', '', { clauses: [clauses[0]] })
    const dropped = await call('PATCH', '', { clauses: [] })
    const again = await call('PATCH', '', { clauses: [clauses[0]] })

    expect([kept.statusCode, dropped.statusCode, again.statusCode]).toEqual([200, 200, 422])
    expect(again.json()).toMatchObject({ code: 'clause-not-known', field: 'clauses' })
    expect(await rowOf(server, slug)).toMatchObject({ clauses: [] })
  })

  test('takes clauses back with the pledge', async () => {
    const { slug, clauses } = await aCampaignThatAsks(server)
    await sign(server, slug, { clauses })
    await confirm(server, slug)

    const taken = await (await asSigner(server, slug))('POST', '/withdrawal')

    expect(taken.json()).toMatchObject({ state: 'withdrawn', clauses: [] })
    expect(await rowOf(server, slug)).toMatchObject({ clauses: [] })
  })
})

async function retire(clause: number): Promise<void> {
  await server.deps.db.execute(sql`update campaign_clauses set retired_at = now() where id = ${clause}`)
  await server.deps.db.execute(sql`select pg_notify('campaigns', '')`)
  await expect
    .poll(async () => {
      const { rows } = await server.deps.db.execute<{ slug: string }>(sql`
        select slug from campaigns join campaign_clauses on campaign_id = campaigns.id
        where campaign_clauses.id = ${clause}`)
      return (await server.deps.campaigns.bySlug(rows[0]?.slug ?? '')).clauses.map(({ id }) => id)
    })
    .not.toContain(clause)
}
