import { afterAll, expect, test, vi } from 'vitest'
import type { Exclusion } from '../../server/exclusions/contract.ts'
import {
  anOpenCampaign,
  anOrganizer,
  confirmByToken,
  pledgesOf,
  sign,
  tallyDifferences,
  times,
  told,
  tokenIn,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf, sums, watching } from '../exclusions/flood.ts'
import { undo } from '../exclusions/rules.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { signAll } from './farm.ts'
import { reached } from './reached.ts'
import { scaled } from './scale.ts'

const FAKES = scaled({ full: 5_000, usual: 400 })
const PATIENCE_MS = scaled({ full: 600_000, usual: 60_000 })
const confirmed: Awaited<ReturnType<typeof confirmByToken>>[] = []

/** A mailbox for every name there is, and a script that presses each button that comes. */
const farm = await smtpInbox({
  onData(stream, _session, done) {
    void stream.toArray().then(async (parts) => {
      done()
      const text = Buffer.concat(parts)
        .toString()
        .replace(/=\r?\n/g, '')
      confirmed.push(await confirmByToken(server, tokenIn(text, 'confirm')))
    })
  },
})
afterAll(() => farm.close())

/** With the real worker beside it. */
const server = estamos({ env: () => ({ SMTP_URL: farm.url, LIMITS: '100' }), isUp: true })

test(
  `A10: ${FAKES} addresses at one catch-all that confirms by script are counted until they are seen, and then none of them is`,
  async () => {
    const slug = await anOpenCampaign(server)
    const organizer = await anOrganizer(server)
    const at = new Date(Date.now() - 2 * 3_600_000)
    await aCrowdOf(server, slug, { people: 1_000, domain: 'gatech.edu', at, minutes: 600 })
    const watched = watching(server, slug)
    const began = performance.now()

    const signed = await signAll(
      server,
      slug,
      times(FAKES, (n) => `x${n}@farm.example`),
    )
    const honest = await sign(server, slug, { email: 'ada@mail.example' })
    await vi.waitUntil(() => confirmed.length === FAKES + 1, PATIENCE_MS)
    await vi.waitUntil(async () => (await sums(server, slug)).rows === 1_001, PATIENCE_MS)
    const tookMs = performance.now() - began
    const seen = await watched.end()
    const { exclusions } = (await organizer.call('GET', `campaigns/${slug}/exclusions`)).json()
    await undo(server, organizer, slug, exclusions[0].id)

    const counted = seen.map(({ rows }) => rows - 1_000)
    expect(new Set(signed.map(told))).toEqual(new Set([told(honest)]))
    expect(new Set(confirmed.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1)
    expect(exclusions satisfies Exclusion[]).toMatchObject([
      { state: 'applied', moved: FAKES, held: { reason: 'domain', name: 'farm.example', minutes: 10 } },
    ])
    expect(seen.filter(({ tallies, rows }) => tallies !== rows)).toEqual([])
    expect(Math.max(...counted)).toBeLessThan(FAKES / 2)
    expect(await sums(server, slug)).toEqual({ tallies: 1_001 + FAKES, rows: 1_001 + FAKES })
    expect(
      new Set((await pledgesOf(server, slug)).map(({ state, exclusion_id }) => `${state} ${exclusion_id}`)),
    ).toEqual(new Set(['confirmed null']))
    expect(await tallyDifferences(server)).toEqual([])
    reached(
      'A10',
      `one domain and ${Math.round(tookMs / 1000)} s for ${FAKES} confirmed fakes over SMTP: at most ${Math.max(...counted)} of them counted at any moment, 0 at the end; an organizer counted all again by one press`,
    )
  },
  2 * PATIENCE_MS,
)
