import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { composeLetters } from '../../server/letters.ts'
import { deliverAll } from '../../server/mail/delivery.ts'
import { forgetMailboxes } from '../../server/mail/forgetting.ts'
import { MailFailure, type Mailing, type Outcome } from '../../server/mail/mail.ts'
import { mailboxDigest, readerOf, suppress, type SuppressionReason } from '../../server/mail/suppressions.ts'
import {
  anOpenCampaign,
  anOrganizer,
  confirm,
  confirmByToken,
  sign,
  times,
  told,
  tokenIn,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'

const inbox = await smtpInbox()
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })

beforeEach(async () => {
  inbox.received.length = 0
  await server.deps.db.execute(sql`delete from letters`)
})
afterEach(() => delete server.clock.now)

/** A mailbox of its own for each test: caps hold over all campaigns. */
const someone = () => `ada${randomBytes(4).toString('hex')}`
const HOUR = 3_600_000

/** All addresses that were written to, each as often as it was. */
const readers = () => inbox.received.map(({ envelope }) => envelope.to[0])
const lettersTo = (address: string) => readers().filter((one) => one === address).length

async function askForLink(slug: string, email: string) {
  return await server.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-links',
    payload: { campaign: slug, email },
  })
}

async function count(table: 'letters' | 'mail_allowances'): Promise<number> {
  const { rows } = await server.deps.db.execute<{ n: number }>(
    sql`select count(*)::int as n from ${sql.identifier(table)}`,
  )
  return rows[0]?.n ?? 0
}

async function suppressed(address: string, reason: SuppressionReason) {
  const { db, keys, now } = server.deps
  await suppress(db, { digests: [mailboxDigest(keys, address)], reason, at: now() })
}

/** Two workers, each with rounds of its own. */
async function bothWork() {
  const parts = {
    deps: server.deps,
    databaseUrl: server.databaseUrl,
    compose: composeLetters,
    report: () => {},
  }
  await Promise.all(times(2, () => deliverAll(parts)))
}

function theWay(answers: (mailing: Mailing) => Outcome[]) {
  const post = vi.spyOn(server.deps.mail, 'post').mockImplementation(async (mailing) => answers(mailing))
  onTestFinished(() => post.mockRestore())
  return post
}

describe('a stranger who types one address again and again', () => {
  test('causes three letters about a campaign, and five over all campaigns', async () => {
    const [one, two, three] = await Promise.all(times(3, () => anOpenCampaign(server)))
    const email = `${someone()}@mail.example`

    for (const slug of [one, one, one, one, two, two, three, three]) {
      await sign(server, slug!, { email })
      await server.work()
    }

    expect(readers()).toEqual(times(5, () => email))
    expect(await count('letters')).toBe(5)
  })

  test('gets the same answer each time', async () => {
    const slug = await anOpenCampaign(server)
    const email = `${someone()}@gatech.edu`
    const answers = []

    for (const _ of times(8, () => 0)) {
      answers.push(await sign(server, slug, { email }), await askForLink(slug, email))
      await server.work()
    }

    const signed = answers.filter((_, place) => place % 2 === 0)
    expect(signed[0]?.json()).toMatchObject({ status: 'check-your-email', campus: 'gatech.edu' })
    expect(new Set(signed.map(told)).size).toBe(1)
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
    expect(lettersTo(email)).toBe(3)
  })

  test('uses up the same few letters by whatever form she types it into', async () => {
    const [first = '', second = ''] = await Promise.all(times(2, () => anOpenCampaign(server)))
    const email = `${someone()}@mail.example`
    await sign(server, first, { email })
    await confirm(server, first, email)
    await server.work()
    inbox.received.length = 0
    server.clock.now = new Date(Date.now() + 1_000)
    const chapter = { email, name: 'Ada', about: '' }

    for (const _ of times(3, () => 0)) {
      await sign(server, first, { email })
      await askForLink(first, email)
      await sign(server, second, { email })
      await server.app.inject({
        method: 'POST',
        url: `/c/${first}/gatech.edu/chapter-requests`,
        payload: new URLSearchParams(chapter).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
      await server.work()
    }

    expect(lettersTo(email)).toBe(5)
  })

  test('causes none later in those 24 hours, and some again after them', async () => {
    const slug = await anOpenCampaign(server)
    const email = `${someone()}@mail.example`
    const start = Date.now()
    const after = async (hours: number) => {
      server.clock.now = new Date(start + hours * HOUR)
      await sign(server, slug, { email })
      await server.work()
      return lettersTo(email)
    }

    expect([await after(0), await after(1), await after(20), await after(23)]).toEqual([1, 2, 3, 3])
    expect([await after(24.1), await after(24.2), await after(25.1), await after(25.2)]).toEqual([4, 4, 5, 5])
  })

  test('locks nobody out: the first link confirms still', async () => {
    const slug = await anOpenCampaign(server)
    const email = `${someone()}@mail.example`
    for (const _ of times(6, () => 0)) {
      await sign(server, slug, { email })
      await server.work()
    }

    const [first] = inbox.received
    const confirmed = await confirmByToken(server, tokenIn(first?.text ?? '', 'confirm'))

    expect(lettersTo(email)).toBe(3)
    expect(confirmed.statusCode).toBe(200)
  })
})

describe('twenty spellings of a mailbox', () => {
  test('get six letters together from two workers at once, of which the plain one keeps three', async () => {
    const slugs = await Promise.all(times(3, () => anOpenCampaign(server)))
    const name = someone()
    const plain = `${name}@mail.example`
    const others = times(19, (n) => `${name}+${n}@mail.example`)
    const hammer = async (emails: string[]) => {
      await Promise.all(slugs.flatMap((slug) => emails.map((email) => sign(server, slug, { email }))))
      await bothWork()
    }

    await hammer(others)
    const toOthers = readers().length
    await hammer([plain, ...others])
    await hammer([plain, ...others])

    expect(toOthers).toBe(3)
    expect(readers()).toHaveLength(6)
    expect(lettersTo(plain)).toBe(3)
    const sealed = await count('letters')
    expect(sealed).toBe(6)
  })

  test('leave one to another spelling where the plain one was hammered first', async () => {
    const slugs = await Promise.all(times(3, () => anOpenCampaign(server)))
    const name = someone()
    for (const slug of [...slugs, ...slugs, ...slugs]) {
      await sign(server, slug, { email: `${name}@mail.example` })
      await bothWork()
    }

    for (const n of [1, 2, 3]) await sign(server, slugs[0]!, { email: `${name}+${n}@mail.example` })
    await bothWork()

    expect(lettersTo(`${name}@mail.example`)).toBe(5)
    expect(readers()).toHaveLength(6)
  })

  test('of Gmail, dots and all, are one mailbox; elsewhere dots tell mailboxes apart', async () => {
    const slug = await anOpenCampaign(server)
    const name = someone()
    const dotted = times(6, (n) => `${name.slice(0, n + 1)}.${name.slice(n + 1)}`)

    for (const local of dotted) await sign(server, slug, { email: `${local}@googlemail.com` })
    for (const local of dotted) await sign(server, slug, { email: `${local}@mail.example` })
    await bothWork()

    expect(readers().filter((one) => one?.endsWith('@googlemail.com'))).toHaveLength(3)
    expect(readers().filter((one) => one?.endsWith('@mail.example'))).toHaveLength(6)
  })
})

describe('a letter that is tried again', () => {
  test('is not counted again', async () => {
    const slug = await anOpenCampaign(server)
    const email = `${someone()}@mail.example`
    const start = Date.now()
    const post = theWay(({ readers }) => readers.map(() => new MailFailure('refused', { status: 450 })))
    await sign(server, slug, { email })
    for (const hours of [0, 1, 2, 4, 8]) {
      server.clock.now = new Date(start + hours * HOUR)
      await server.work()
    }
    post.mockRestore()

    server.clock.now = new Date(start + 12 * HOUR)
    await server.work()
    for (const _ of times(5, () => 0)) {
      await sign(server, slug, { email })
      await server.work()
    }

    expect(lettersTo(email)).toBe(3)
  })

  test('is dropped where its reader wanted no more mail meanwhile', async () => {
    const slug = await anOpenCampaign(server)
    const email = `${someone()}@mail.example`
    const post = theWay(({ readers }) => readers.map(() => new MailFailure('refused', { status: 450 })))
    await sign(server, slug, { email })
    await server.work()
    post.mockRestore()
    await suppressed(email, 'asked')

    server.clock.now = new Date(Date.now() + HOUR)
    await server.work()

    expect(readers()).toEqual([])
    expect(await count('letters')).toBe(0)
  })
})

describe('an address that gets no mail', () => {
  test.each(['asked', 'bounced', 'complained'] as const)(
    'because it %s: whoever types it is answered like everybody, and its other spellings get theirs',
    async (reason) => {
      const slug = await anOpenCampaign(server)
      const name = someone()
      await suppressed(`${name}@mail.example`, reason)

      const answer = await sign(server, slug, { email: `${name}@mail.example` })
      const other = await sign(server, slug, { email: `${name}+x@mail.example` })
      await server.work()

      expect(told(answer)).toBe(told(other))
      expect(readers()).toEqual([`${name}+x@mail.example`])
      expect(await count('letters')).toBe(1)
    },
  )

  test.each([
    ['asked', 1],
    ['bounced', 0],
    ['complained', 0],
  ] as const)('because it %s: an organizer gets %i of the links to her account', async (reason, links) => {
    const { email } = await anOrganizer(server)
    await suppressed(email, reason)

    await server.app.inject({ method: 'POST', url: '/api/v1/console/sign-in-links', payload: { email } })
    await server.work()

    expect(lettersTo(email)).toBe(links)
  })

  test('because it bounced is written to again after a month; what its owner wanted holds', async () => {
    const slug = await anOpenCampaign(server)
    const [bounced = '', asked = ''] = times(2, () => `${someone()}@mail.example`)
    await suppressed(bounced, 'bounced')
    await suppressed(asked, 'asked')

    server.clock.now = new Date(Date.now() + 31 * 24 * HOUR)
    await forgetMailboxes(server.deps)
    await sign(server, slug, { email: bounced })
    await sign(server, slug, { email: asked })
    await server.work()

    expect(readers()).toEqual([bounced])
  })
})

test('a letter that went leads back to its mailbox with the key, and two to the same one do not look alike', async () => {
  const { db, keys } = server.deps
  const slugs = await Promise.all(times(2, () => anOpenCampaign(server)))
  const email = `${someone()}@mail.example`
  for (const slug of slugs) await sign(server, slug, { email })

  await server.work()

  const { rows } = await db.execute<{ id: string; mailbox_digest: Buffer }>(
    sql`select id, mailbox_digest from letters`,
  )
  const digests = rows.map((row) => readerOf(keys, { id: row.id, mailboxDigest: row.mailbox_digest }))
  expect(digests).toEqual(times(2, () => mailboxDigest(keys, email)))
  expect(rows[0]?.mailbox_digest).not.toEqual(rows[1]?.mailbox_digest)
})

test('what is kept for the caps names nobody, and goes after 24 hours', async () => {
  const slug = await anOpenCampaign(server)
  const name = someone()
  await server.deps.db.execute(sql`delete from mail_allowances`)
  await sign(server, slug, { email: `${name}@mail.example` })
  await server.work()
  const { rows } = await server.deps.db.execute(sql`select * from mail_allowances`)

  await forgetMailboxes(server.deps)
  const meanwhile = await count('mail_allowances')
  server.clock.now = new Date(Date.now() + 24 * HOUR)
  await forgetMailboxes(server.deps)

  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(name)
  expect([meanwhile, await count('mail_allowances')]).toEqual([1, 0])
})
