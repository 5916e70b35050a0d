import type { Asked } from './arguments.ts'
import { CONNECTIONS, generate, type Measured, post, WARM_UP_SECONDS } from './load.ts'
import { figuresOf, rounded, sayRound } from './report.ts'
import { startServer } from './servers.ts'
import { address } from './sign.ts'
import { type Stage, slugs } from './stage.ts'

const both = ['nothing', 'bareRow'] as const

/** What no server can pass that writes down what it acknowledges: (a), and (a) with one bare row on disk. */
export async function floorBench(stage: Stage, { seconds, rounds }: Asked): Promise<void> {
  const ports = {
    nothing: (await startServer('nothing', stage.settings)).port,
    bareRow: (await startServer('bareRow', stage.settings)).port,
  }
  const measured: Record<(typeof both)[number], Measured[]> = { nothing: [], bareRow: [] }
  let people = 0
  const next = () =>
    post(`/api/v1/campaigns/${slugs.real}/pledges`, { email: address(stage.mailDomains, people++) })
  for (let round = 0; round <= rounds; round++) {
    for (const side of both) {
      const lasting = round === 0 ? WARM_UP_SECONDS : seconds
      const one = await generate({
        port: ports[side],
        connections: CONNECTIONS,
        seconds: lasting,
        expected: 202,
        next,
      })
      sayRound(side, one)
      if (round > 0) measured[side].push(one)
    }
  }
  const [nothing, bareRow] = [figuresOf(measured.nothing), figuresOf(measured.bareRow)]
  const ratioToNothing = rounded(bareRow.rate / nothing.rate, 2)
  process.stdout.write(
    `${JSON.stringify({ bench: 'floor', seconds, rounds, nothing, bareRow, ratioToNothing })}\n`,
  )
}
