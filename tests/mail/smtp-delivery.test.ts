import { sql } from 'drizzle-orm'
import type { SMTPServerOptions } from 'smtp-server'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { anOpenCampaign, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'

interface Refusal {
  code: number
  words?: string
}

/** What the mail server would rather not do just now. */
let refuses: Partial<Record<'login' | 'sender' | 'recipient', (who: string) => Refusal | undefined>> = {}
/** Whether it hangs up when a letter has come, before it says so. */
let hangsUp = false
/** Of every letter that came, in order. */
let messageIds: string[] = []

function no(refusal: Refusal | undefined): Error | undefined {
  return refusal && Object.assign(new Error(refusal.words ?? 'no'), { responseCode: refusal.code })
}

const options: SMTPServerOptions = {
  allowInsecureAuth: true,
  hideENHANCEDSTATUSCODES: true,
  onAuth({ username = '' }, _session, done) {
    const error = no(refuses.login?.(username))
    if (error) done(error)
    else done(null, { user: username })
  },
  onMailFrom: ({ address }, _session, done) => done(no(refuses.sender?.(address))),
  onRcptTo: ({ address }, _session, done) => done(no(refuses.recipient?.(address))),
  onData(stream, _session, done) {
    void stream.toArray().then((parts) => {
      const raw = Buffer.concat(parts).toString()
      messageIds.push(/^Message-ID: (\S+)/im.exec(raw)?.[1] ?? '')
      if (hangsUp) inbox.hangUp()
      else done()
    })
  },
}
const inbox = await smtpInbox(options)
const server = estamos({ env: () => ({ SMTP_URL: inbox.url.replace('//', '//pledge:hunter2@') }) })

afterAll(() => inbox.close())
beforeEach(async () => {
  ;[refuses, hangsUp, messageIds] = [{}, false, []]
  // Nobody is logged in already.
  inbox.hangUp()
  await server.deps.db.execute(sql`delete from letters`)
})

/** Signed by so many; the mailbox `bad@…` is the last. */
async function letters(good: number): Promise<void> {
  const slug = await anOpenCampaign(server)
  for (const n of times(good, (n) => n)) await sign(server, slug, { email: `ada${n}@${slug}.example` })
  await sign(server, slug, { email: `bad@${slug}.example` })
}

async function ledger() {
  const { rows } = await server.deps.db.execute<{ said: string; pause: number; id: string }>(sql`
    select concat_ws(' ', state, attempts, failure) as said, id, extract(epoch from due_at - now())::float as pause
    from letters order by asked_at`)
  return rows
}

async function saidOfAll(): Promise<string[]> {
  return [...new Set((await ledger()).map(({ said }) => said))].sort()
}

async function hasten(): Promise<void> {
  await server.deps.db.execute(sql`update letters set due_at = now() where state = 'queued'`)
}

const onlyBad = (refusal: Refusal) => (who: string) => (who.startsWith('bad@') ? refusal : undefined)

test('a greylisted letter waits alone, and the others go', async () => {
  refuses.recipient = onlyBad({ code: 450 })
  await letters(12)

  await server.work()
  const waited = await ledger()
  refuses = {}
  await hasten()
  await server.work()

  expect(waited.filter(({ said }) => said === 'sent 0')).toHaveLength(12)
  expect(waited.at(-1)?.said).toBe('queued 1')
  expect(waited.at(-1)?.pause).toBeGreaterThan(20)
  expect(await saidOfAll()).toEqual(['sent 0', 'sent 1'])
})

test('a full mailbox is given up, and the others go', async () => {
  refuses.recipient = onlyBad({ code: 552 })
  await letters(12)

  await server.work()

  expect(await saidOfAll()).toEqual(['refused 0 The mail server refused the letter (552)', 'sent 0'])
  expect(messageIds).toHaveLength(12)
})

test('a policy against us at one mailbox is asked again with growing pauses, and rests nobody', async () => {
  refuses.recipient = onlyBad({ code: 550, words: '5.7.1 you are on a list' })
  await letters(12)

  await server.work()
  const first = (await ledger()).at(-1)
  await hasten()
  await server.work()
  const second = (await ledger()).at(-1)

  expect([first?.said, second?.said].map((said) => said?.slice(0, 8))).toEqual(['queued 1', 'queued 2'])
  expect(second?.pause).toBeGreaterThan((first?.pause ?? 0) * 1.5)
  expect(messageIds).toHaveLength(12)
})

test('a line that breaks when the letter has come rests the way, and repeats the same Message-ID', async () => {
  hangsUp = true
  await letters(0)
  const [letter] = await ledger()

  await server.work()
  const rested = await ledger()
  hangsUp = false
  await hasten()
  await server.work()

  expect(rested).toMatchObject([{ said: 'queued 0' }])
  expect(messageIds).toEqual(times(2, () => `<${letter?.id}@localhost>`))
  expect(await saidOfAll()).toEqual(['sent 0'])
})

test.for([
  ['a login that is refused', 'login', { code: 535 }],
  ['a sender that is refused', 'sender', { code: 553 }],
  ['a server that closes for all', 'recipient', { code: 421 }],
] as const)('%s rests the way, and no letter is blamed', async ([, at, refusal]) => {
  refuses[at] = () => refusal
  await letters(12)

  await server.work()
  const rested = await saidOfAll()
  refuses = {}
  await hasten()
  await server.work()

  expect(rested).toEqual(['queued 0'])
  expect(await saidOfAll()).toEqual(['sent 0'])
  expect(new Set(messageIds).size).toBe(13)
})
