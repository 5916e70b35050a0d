import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, test } from 'vitest'
import { remindUnconfirmed } from '../../server/pledges/reminding.ts'
import {
  anOpenCampaign,
  anOrganizer,
  campaignId,
  codeIn,
  confirm,
  confirmByToken,
  rowOf,
  sign,
  times,
  tokenIn,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { lettersIn } from '../../server/mail/mailbox.ts'

const server = estamos()
const ADA = 'ada@mail.example'
const SIGNED = new Date('2026-03-02T10:00:00Z')

beforeEach(() => {
  server.clock.now = SIGNED
})

function later(hours: number): void {
  server.clock.now = new Date(SIGNED.getTime() + hours * 3_600_000)
}

async function remindersTo(to = ADA) {
  await remindUnconfirmed(server.deps)
  await server.work()
  return reminders(to)
}

/** Oldest first. */
async function reminders(to = ADA) {
  const letters = await lettersIn(server.deps.mailboxFolder)
  return letters.filter((one) => one.to === to && one.subject === 'Your signature is still waiting').reverse()
}

async function waiting(email = ADA): Promise<string> {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email })
  await server.work()
  return slug
}

describe('whoever has not confirmed', () => {
  test('is reminded once, after two days', async () => {
    const email = 'once@mail.example'
    await waiting(email)

    later(47)
    expect(await remindersTo(email)).toHaveLength(0)
    later(49)
    expect(await remindersTo(email)).toHaveLength(1)
    later(72)
    expect(await remindersTo(email)).toHaveLength(1)
  })

  test('confirms by the link and by the code of either email', async () => {
    const email = 'either@mail.example'
    const slug = await waiting(email)
    const [first] = (await lettersIn(server.deps.mailboxFolder)).filter(({ to }) => to === email)
    later(49)

    const [reminder] = await remindersTo(email)

    expect(codeIn(reminder?.text ?? '')).toBe(codeIn(first?.text ?? ''))
    expect(reminder?.text).toContain('erased in 4 days')
    expect(reminder?.text).toContain('/stop-mail/')
    expect((await confirmByToken(server, tokenIn(reminder?.text ?? '', 'confirm'))).statusCode).toBe(200)
    expect((await confirmByToken(server, tokenIn(first?.text ?? '', 'confirm'))).statusCode).toBe(200)
    expect((await rowOf(server, slug, email))?.state).toBe('confirmed')
  })

  test('waits anew after signing again, and is not reminded twice', async () => {
    const email = 'again@mail.example'
    const slug = await waiting(email)
    later(40)
    await sign(server, slug, { email })
    later(60)
    expect(await remindersTo(email)).toHaveLength(0)
    later(90)
    expect(await remindersTo(email)).toHaveLength(1)

    await sign(server, slug, { email })
    later(160)

    expect(await remindersTo(email)).toHaveLength(1)
  })

  test('is reminded of the new signature, where the old one was taken back', async () => {
    const email = 'back@mail.example'
    const slug = await waiting(email)
    await server.deps.db.execute(sql`
      update pledges set reminded = true, state = 'withdrawn', contact = null where campaign_id = ${await campaignId(server, slug)}`)
    await sign(server, slug, { email })
    later(49)

    expect(await remindersTo(email)).toHaveLength(1)
  })

  test('is written to once, though two workers look at the same moment', async () => {
    const slug = await anOpenCampaign(server)
    await Promise.all(times(30, (n) => sign(server, slug, { email: `two${n}@mail.example` })))
    const other = await server.another()
    later(49)

    await Promise.all([
      remindUnconfirmed(server.deps),
      remindUnconfirmed(other.deps),
      remindUnconfirmed(server.deps),
    ])
    await server.work()

    const found = await Promise.all(times(30, (n) => reminders(`two${n}@mail.example`)))
    expect(found.map(({ length }) => length)).toEqual(times(30, () => 1))
  })
})

describe('nobody is reminded', () => {
  test.each(['confirmed', 'erased', 'closed'])('who is %s by then', async (what) => {
    const email = `${what}@mail.example`
    const slug = await waiting(email)
    later(49)
    await remindUnconfirmed(server.deps)
    if (what === 'confirmed') await confirm(server, slug, email)
    if (what === 'erased')
      await server.deps.db.execute(
        sql`delete from pledges where campaign_id = ${await campaignId(server, slug)}`,
      )
    if (what === 'closed') await (await anOrganizer(server)).call('POST', `campaigns/${slug}/closure`)

    await server.work()

    expect(await reminders(email)).toHaveLength(0)
  })

  test('in a campaign that has closed, by hand or by its date', async () => {
    const email = 'over@mail.example'
    await sign(server, await anOpenCampaign(server, { closesAt: new Date(SIGNED.getTime() + 3_600_000) }), {
      email,
    })
    const slug = await waiting(email)
    await (await anOrganizer(server)).call('POST', `campaigns/${slug}/closure`)
    later(49)

    expect(await remindersTo(email)).toHaveLength(0)
  })

  test('whom an exclusion holds', async () => {
    const email = 'held@mail.example'
    const slug = await waiting(email)
    await server.deps.db.execute(
      sql`update pledges set exclusion_id = 1 where campaign_id = ${await campaignId(server, slug)}`,
    )
    later(49)

    expect(await remindersTo(email)).toHaveLength(0)
  })
})
