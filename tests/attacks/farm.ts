import { sql } from 'drizzle-orm'
import { tasks } from '../../server/jobs.ts'
import { confirmToken } from '../../server/pledges/letters.ts'
import { campaignId, sign } from '../builders.ts'
import type { Estamos } from '../estamos.ts'

/** Signs with each address, as a script does: so many at once. @returns the answers */
export async function signAll(
  server: Estamos,
  slug: string,
  emails: string[],
  call: (email: string, n: number) => ReturnType<typeof sign> = (email) => sign(server, slug, { email }),
) {
  return await inTurns(emails, call, 250)
}

/** Fewer than a server takes in before it says that it is busy. */
const AT_ONCE = 5_000

async function inTurns<Item, Answer>(
  items: Item[],
  call: (item: Item, n: number) => Promise<Answer>,
  atOnce: number,
): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let from = 0; from < items.length; from += atOnce) {
    const some = items.slice(from, from + atOnce)
    answers.push(...(await Promise.all(some.map((item, n) => call(item, from + n)))))
  }
  return answers
}

/** Presses every link that waits in a mailbox, the nth from its own address, without the mail between. @returns the answers */
export async function confirmAll(
  server: Estamos,
  slug: string,
  from: (n: number) => string = () => '127.0.0.1',
) {
  const id = await campaignId(server, slug)
  const { rows } = await server.deps.db.execute<{
    email_digest: Buffer
    address_digest: Buffer
    signing_id: string
  }>(sql`
    select email_digest, address_digest, signing_id from pledges where campaign_id = ${id} and state = 'pending'`)
  const tokens = rows.map(({ email_digest, address_digest, signing_id }) =>
    confirmToken(server.deps, {
      campaignId: id,
      emailDigest: email_digest,
      addressDigest: address_digest,
      signingId: signing_id,
    }),
  )
  const press = (token: string, n: number) =>
    server.app.inject({
      method: 'POST',
      url: '/api/v1/confirmations',
      remoteAddress: from(n),
      payload: { token },
    })
  return await inTurns(tokens, press, AT_ONCE)
}

/** What the worker does by the clock. */
export async function lookForFakes({ deps }: Estamos): Promise<void> {
  await tasks(deps)['notice-fakes']?.({}, {} as never)
}
