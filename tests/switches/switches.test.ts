import { sql } from 'drizzle-orm'
import { afterEach, beforeAll, expect, test } from 'vitest'
import type { SwitchName } from '../../server/switches/contract.ts'
import { switchOff, switchOn } from '../../server/switches/turning.ts'
import {
  anOpenCampaign,
  anOrganizer,
  type AnOrganizer,
  confirm,
  crowd,
  letterTo,
  pledge,
  sign,
} from '../builders.ts'
import { runCommand } from '../command.ts'
import { type Estamos, estamos } from '../estamos.ts'

const server = estamos()
let other: Pick<Estamos, 'app' | 'deps'>
let owner: AnOrganizer

beforeAll(async () => {
  other = await server.another()
  owner = await anOrganizer(server)
})

afterEach(async () => {
  for (const name of ['closed-signing', 'paused-mail'] as const)
    await switchOff(server.deps, { name, scope: {}, by: null })
})

/** Within the two seconds that are promised. */
const soon = { timeout: 2_000, interval: 50 }

async function turn(to: 'on' | 'off', slug: string, name: SwitchName) {
  const answer = await owner.call(to === 'on' ? 'PUT' : 'DELETE', `campaigns/${slug}/switches/${name}`)
  expect(answer.statusCode).toBe(200)
  return answer.json<{ switches: { name: string; here?: string }[] }>().switches
}

const run = async (...words: string[]) => (await runCommand(server, 'server/switch.ts', words)).said

async function statesOfLetters(slug: string): Promise<string[]> {
  const { rows } = await server.deps.db.execute<{ state: string }>(sql`
    select letters.state from letters join campaigns on campaigns.id = campaign_id where slug = ${slug} order by 1`)
  return rows.map(({ state }) => state)
}

test('with signing closed nobody new signs in any process, and whoever has signed can still confirm', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: 'ada@gatech.edu' })
  expect((await sign(other, slug)).statusCode).toBe(202)

  await turn('on', slug, 'closed-signing')

  await expect.poll(async () => (await sign(other, slug)).statusCode, soon).toBe(503)
  const refused = await sign(server, slug, { email: 'grace@gatech.edu' })
  expect(refused.json()).toMatchObject({ code: 'signing-paused' })
  expect(refused.headers['retry-after']).toBe('600')
  expect((await confirm(server, slug, 'ada@gatech.edu')).statusCode).toBe(200)
  await turn('off', slug, 'closed-signing')
  await expect.poll(async () => (await sign(other, slug)).statusCode, soon).toBe(202)
})

test('with mail paused letters of the drive wait, others do not, and all go once it is off', async () => {
  const [paused, going] = [await anOpenCampaign(server), await anOpenCampaign(server)]
  await turn('on', paused, 'paused-mail')
  await sign(server, paused, { email: 'held@example.edu' })
  await sign(server, going, { email: 'going@example.edu' })

  const [held, went] = [
    await letterTo(server, 'held@example.edu'),
    await letterTo(server, 'going@example.edu'),
  ]

  expect(held).toBeUndefined()
  expect(went?.text).toContain('/confirm/')
  expect(await statesOfLetters(paused)).toEqual(['held'])
  await turn('off', paused, 'paused-mail')
  await expect
    .poll(async () => (await letterTo(server, 'held@example.edu'))?.text, soon)
    .toContain('/confirm/')
})

test('a letter that was held at the very moment when mail went on is found by the clock', async () => {
  const slug = await anOpenCampaign(server)
  await turn('on', slug, 'paused-mail')
  await sign(server, slug, { email: 'late@example.edu' })
  await server.work()
  await server.deps.db.execute(sql`delete from switches`)

  const afterTheJob = async () => {
    await server.deps.db.execute(sql`select graphile_worker.add_job('release-held')`)
    await server.work()
    return (await letterTo(server, 'late@example.edu'))?.text ?? 'no letter'
  }

  await expect.poll(afterTheJob, { timeout: 10_000 }).toContain('/confirm/')
})

test('with mail paused everywhere an organizer still gets the link by which she comes in', async () => {
  const slug = await anOpenCampaign(server)
  await switchOn(server.deps, { name: 'paused-mail', scope: {}, by: null })
  await sign(server, slug, { email: 'waits@example.edu' })
  await server.app.inject({
    method: 'POST',
    url: '/api/v1/console/sign-in-links',
    payload: { email: owner.email },
    headers: { origin: server.config.publicUrl },
  })

  const [signer, organizer] = [
    await letterTo(server, 'waits@example.edu'),
    await letterTo(server, owner.email),
  ]

  expect(signer).toBeUndefined()
  expect(organizer?.text).toContain('/console/sign-in')
})

test('a frozen leaderboard shows what it showed, in every process, and then what is true', async () => {
  const slug = await anOpenCampaign(server)
  const total = async ({ app }: Pick<Estamos, 'app'>) =>
    (await app.inject(`/api/v1/campaigns/${slug}/leaderboard`)).json<{ confirmed: number }>().confirmed
  await crowd(server, slug, { campus: 'gatech.edu', people: 6 })
  await expect.poll(async () => [await total(server), await total(other)], soon).toEqual([6, 6])

  await turn('on', slug, 'frozen-leaderboard')
  await crowd(server, slug, { campus: 'berkeley.edu', people: 8 })
  await pledge(server, slug, { email: 'one-more@gatech.edu' })

  const latest = await server.another()
  expect([await total(server), await total(other), await total(latest)]).toEqual([6, 6, 6])
  await turn('off', slug, 'frozen-leaderboard')
  await expect.poll(async () => [await total(server), await total(other)], soon).toEqual([15, 15])
})

test('a switch of an organization is on for all that it hosts, and for nobody else', async () => {
  const [hers, alsoHers] = [await anOpenCampaign(server), await anOpenCampaign(server)]
  const others = await anOpenCampaign(server, { organization: { slug: 'others', name: 'Others' } })

  const path = 'organizations/mijente/switches/closed-signing'
  const on = await owner.call('PUT', path)

  await expect.poll(async () => (await sign(other, hers)).statusCode, soon).toBe(503)
  expect((await sign(other, alsoHers)).statusCode).toBe(503)
  expect((await sign(other, others)).statusCode).toBe(202)
  expect(on.json().switches[0]).toMatchObject({ name: 'closed-signing', here: expect.any(String) })
  const seen = await owner.call('GET', `campaigns/${hers}/switches`)
  expect(seen.json().switches[0]).toMatchObject({ organization: expect.any(String) })
  expect(seen.json().switches[0].here).toBeUndefined()
  await owner.call('DELETE', path)
  await expect.poll(async () => (await sign(other, hers)).statusCode, soon).toBe(202)
})

test(
  'the operator turns one for all there are by command, and wrong words turn nothing',
  { timeout: 120_000 },
  async () => {
    const slug = await anOpenCampaign(server)

    expect(await run('closed-signing', 'on', '--all')).toBe('closed-signing is on for every campaign here.\n')

    await expect.poll(async () => (await sign(other, slug)).json().code, soon).toBe('signing-paused')
    expect(await run('closed-signing', 'off', '--all')).toBe(
      'closed-signing is off for every campaign here.\n',
    )
    await expect.poll(async () => (await sign(other, slug)).statusCode, soon).toBe(202)
    expect(await run('closed-signing', 'on', '--campaign', 'nowhere')).toBe('There is no campaign nowhere.\n')
    expect(await run('closed-signing', 'on')).toContain('NAME is one of: closed-signing, paused-mail')
    expect((await sign(other, slug)).statusCode).toBe(202)
  },
)

test('on twice is on once since its first moment, and who turned it stands in the log', async () => {
  const slug = await anOpenCampaign(server)

  const [first, again] = [
    await turn('on', slug, 'frozen-leaderboard'),
    await turn('on', slug, 'frozen-leaderboard'),
  ]
  await turn('off', slug, 'frozen-leaderboard')
  const last = await turn('off', slug, 'frozen-leaderboard')

  expect(first.find(({ name }) => name === 'frozen-leaderboard')?.here).toBeDefined()
  expect(again).toEqual(first)
  expect(last.find(({ name }) => name === 'frozen-leaderboard')?.here).toBeUndefined()
  const { entries } = (await owner.call('GET', `campaigns/${slug}/audit`)).json()
  expect(
    entries.map(({ action, details }: { action: string; details: object }) => [action, details]),
  ).toEqual([
    ['switch.off', { switch: 'frozen-leaderboard' }],
    ['switch.on', { switch: 'frozen-leaderboard' }],
  ])
})

test('whoever is not sure to be an organizer turns on at most, and a viewer nothing', async () => {
  const slug = await anOpenCampaign(server)
  const path = `campaigns/${slug}/switches/closed-signing`
  const viewer = await anOrganizer(server, { role: 'viewer' })
  const withoutPasskey = await anOrganizer(server, { role: 'editor', isFresh: false })

  const [byViewer, on, off] = [
    await viewer.call('PUT', path),
    await withoutPasskey.call('PUT', path),
    await withoutPasskey.call('DELETE', path),
  ]

  expect(byViewer.json().code).toBe('role-too-low')
  expect(on.statusCode).toBe(200)
  expect(off.json().code).toBe('passkey-needed')
})
