import type { Config } from '../config.ts'
import { Batch } from '../db/batch.ts'
import type { Db } from '../db/db.ts'
import type { Keys } from '../keys.ts'
import type { AddressNames } from '../limits/address-names.ts'
import { addressPrefix } from '../limits/address-prefix.ts'
import { Refusal } from '../refusal.ts'
import { checkedWork, isWork, makeChallenge } from './altcha.ts'
import type { CaptchaSettings, Challenge } from './contract.ts'
import { type Asking, countAsking, countersOf, seenBefore } from './counts.ts'
import type { Gate } from './gates.ts'
import { openHcaptcha, tokenOf } from './hcaptcha.ts'
import { levelOf, mostTries, type Seen } from './price.ts'
import { missing, scriptNeeded } from './refusals.ts'
import { spend, type Token } from './spending.ts'
import {
  checkedWait,
  HIGHEST_WAITING_LEVEL,
  isWaitToken,
  makeWaitToken,
  requireWaitingRoom,
} from './waiting.ts'

/** Somebody in front of a gate. */
export interface Asker {
  ip: string
  /** A registered one. */
  source?: string | undefined
}

export interface Proof {
  captcha: string | undefined
  /** A registered one. */
  source?: string | undefined
}

export interface Captcha {
  settings: CaptchaSettings
  /** What ALTCHA asks, at the price of the moment. @throws Refusal `not-found` where something else stands before the gate */
  challenge(gate: Gate, asker: Asker): Promise<Challenge>
  /** For a form without a script; undefined where nothing is asked. */
  waitToken(gate: Gate, asker: Asker): Promise<string | undefined>
  /**
   * Lets somebody in, once: by whichever way she came, nothing of hers is written down before.
   * @throws Refusal `captcha-missing`, `captcha-wrong`, `captcha-expired`, `captcha-used`, `captcha-away`, and for who
   * has no script `captcha-wait`, `captcha-script-needed`, `busy`
   */
  requireProof(gate: Gate, proof: Proof): Promise<void>
}

interface Opening {
  config: Config['captcha']
  db: Db
  keys: Keys
  addressNames: AddressNames
  now: () => Date
}

export function openCaptcha(opening: Opening): Captcha {
  return opening.config.kind === 'none' ? noCaptcha : realCaptcha(opening)
}

const noCaptcha: Captcha = {
  settings: { kind: 'none' },
  challenge: () => Promise.reject(noWork()),
  waitToken: async () => undefined,
  requireProof: async () => {},
}

function realCaptcha({ config, db, keys, addressNames, now }: Opening): Captcha {
  const askings = new Batch<Asking, Seen>({ write: countAsking(db) })
  const spendings = new Batch({ write: spend(db) })
  const hcaptcha = config.kind === 'hcaptcha' ? openHcaptcha(config) : undefined
  const fallsBack = config.kind === 'hcaptcha' && config.whenDown === 'altcha'

  async function isWorkAsked({ isForPledges }: Gate): Promise<boolean> {
    if (!hcaptcha || !isForPledges) return true
    return fallsBack && (await hcaptcha.isAway(now()))
  }

  async function use(token: Token, gate: Gate, source: string | undefined): Promise<void> {
    const { campaign, source: ofSource } = countersOf(keys, gate, source)
    await spendings.add({ ...token, counted: ofSource ? [campaign, ofSource] : [campaign], at: now() })
  }

  async function useWait(captcha: string, gate: Gate, source: string | undefined): Promise<void> {
    const waited = checkedWait(keys, gate, captcha, now())
    const seen = await seenBefore(db, countersOf(keys, gate, source), now())
    if (levelOf(seen, gate.floor) > HIGHEST_WAITING_LEVEL) throw scriptNeeded()
    await use(waited, gate, source)
    await requireWaitingRoom({ db, keys, now }, gate, waited)
  }

  const nameOf = (ip: string) => addressNames.of(addressPrefix(ip) ?? 'none', now())

  return {
    settings: settingsOf(config),
    async challenge(gate, { ip, source }) {
      if (!(await isWorkAsked(gate))) throw noWork()
      const address = await nameOf(ip)
      const seen = await askings.add({ address, ...countersOf(keys, gate, source), at: now() })
      return await makeChallenge(keys, { gate, most: mostTries(levelOf(seen, gate.floor)), now: now() })
    },
    async waitToken(gate, { ip }) {
      return makeWaitToken(keys, gate, { address: await nameOf(ip), now: now() })
    },
    async requireProof(gate, { captcha, source }) {
      if (!captcha) throw missing()
      if (isWaitToken(captcha)) return await useWait(captcha, gate, source)
      if (isWork(captcha) || !hcaptcha || !gate.isForPledges)
        return await use(await checkedWork(keys, gate, captcha, now()), gate, source)
      await spendings.add({ ...tokenOf(captcha, now()), counted: [], at: now() })
      await hcaptcha.check(captcha)
    },
  }
}

function settingsOf(config: Config['captcha']): CaptchaSettings {
  return config.kind === 'hcaptcha' ? { kind: config.kind, siteKey: config.siteKey } : { kind: config.kind }
}

function noWork(): Refusal {
  return new Refusal('not-found', 'ALTCHA is not what is asked for here.')
}
