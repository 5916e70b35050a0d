/** What becomes of letters when their worker is killed over and over. */
import { makePledge } from '../../server/pledges/pledge.ts'
import { countingInbox, sendUnderKills } from '../faults/kills.ts'
import { BenchFailed } from './arguments.ts'
import { address } from './sign.ts'
import { type Stage, slugs } from './stage.ts'

const LETTERS = 20_000
const KILLS = 50
/** Letters that a worker may have at the mail server at once: two rounds over five connections. */
const UNDER_WAY = 10

/** @throws BenchFailed where a signer has no letter, more than two, or two that differ in their Message-ID */
export async function killsBench({ deps, settings, mailDomains }: Stage): Promise<void> {
  const inbox = await countingInbox()
  const campaign = await deps.campaigns.bySlug(slugs.real)
  const signers = Array.from({ length: LETTERS }, (_, n) => address(mailDomains, n))
  for (let n = 0; n < LETTERS; n += 1_000) {
    await Promise.all(signers.slice(n, n + 1_000).map((email) => makePledge(deps, campaign, { email })))
  }
  const began = performance.now()
  const env = { ...settings, SMTP_URL: inbox.url }
  const killed = await sendUnderKills({ env, deps, inbox, letters: LETTERS, kills: KILLS })
  const seconds = Math.round((performance.now() - began) / 1_000)
  await inbox.close()
  const copies = Map.groupBy(inbox.arrivals, ({ to }) => to)
  const counts = [...copies.values()].map(({ length }) => length)
  const said = {
    bench: 'kills',
    letters: LETTERS,
    killed,
    seconds,
    none: signers.filter((email) => !copies.has(email)).length,
    once: counts.filter((count) => count === 1).length,
    twice: counts.filter((count) => count === 2).length,
    more: counts.filter((count) => count > 2).length,
    differing: [...copies.values()].filter((some) => new Set(some.map((one) => one.messageId)).size > 1)
      .length,
  }
  process.stdout.write(`${JSON.stringify(said)}\n`)
  if (said.none > 0 || said.more > 0 || said.differing > 0 || said.twice > killed * UNDER_WAY)
    throw new BenchFailed('Letters were lost, or sent more often than what was under way at a kill explains.')
}
