import type { MxRecord } from 'node:dns'
import type { Resolver } from 'node:dns/promises'
import { quoted, unknown, type Finding } from './finding.ts'

/** Looks into DNS. An empty answer means that there is nothing; all else that goes wrong is a `CouldNotLook`. */
export interface Look {
  /** Each record as one text: its strings belong together without a space between. */
  txt(name: string): Promise<string[]>
  /** The most wanted first; a null MX ("takes no mail") has an empty `exchange`. */
  mx(name: string): Promise<MxRecord[]>
  addresses(name: string): Promise<string[]>
  cname(name: string): Promise<string | undefined>
}

/** DNS gave no answer: not the same as the answer that there is nothing. */
export class CouldNotLook extends Error {
  readonly why: string

  constructor(name: string, code: string) {
    super(`DNS does not tell about ${quoted(name)} (${code}).`)
    this.why = this.message
  }
}

export function lookBy(resolver: Resolver): Look {
  return {
    txt: async (name) =>
      (await ask(name, (it) => resolver.resolveTxt(it))).map((strings) => strings.join('')),
    mx: async (name) => (await ask(name, (it) => resolver.resolveMx(it))).sort(byPriority),
    async addresses(name) {
      const old = await ask(name, (it) => resolver.resolve4(it))
      return old.length > 0 ? old : await ask(name, (it) => resolver.resolve6(it))
    },
    cname: async (name) => (await ask(name, (it) => resolver.resolveCname(it)))[0],
  }
}

/** What could not be looked at becomes a finding of its own; bugs go on their way. */
export async function orUnknown(findings: Promise<Finding[]>): Promise<Finding[]> {
  return await findings.catch((error: unknown) => {
    if (!(error instanceof CouldNotLook)) throw error
    return [unknown('could-not-look', error.why, 'Try again; if it stays so, ask another server with --dns.')]
  })
}

/** A name that cannot exist has no records either. */
const nothing = ['ENODATA', 'ENOTFOUND', 'EBADNAME']

async function ask<Found>(name: string, question: (name: string) => Promise<Found[]>): Promise<Found[]> {
  return await question(name).catch((error: NodeJS.ErrnoException) => {
    if (nothing.includes(error.code ?? '')) return []
    throw new CouldNotLook(name, error.code ?? 'no answer')
  })
}

function byPriority(one: MxRecord, other: MxRecord): number {
  return one.priority - other.priority
}
