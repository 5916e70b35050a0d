import { quoted } from './finding.ts'
import type { Look } from './look.ts'
import { hasMacro, isSpf, readSpf, type SpfRecord, type SpfTerm } from './spf-record.ts'

/** Receivers stop after ten lookups; the walk goes on a little, to say how many there are, but not for ever. */
export const mostCounted = 30

export interface SpfWalk {
  lookups: number
  /** Lookups with an empty answer: receivers stop at the third. */
  voids: string[]
  /** Domains whose record lets the whole internet pass. */
  open: string[]
  /** What makes receivers give the whole record up, in words. */
  broken: string[]
}

interface Stop {
  look: Look
  walk: SpfWalk
  /** The domains on the way here, so that a circle is seen. */
  path: string[]
}

/** Follows a record through all that it includes, and counts as a receiver would. */
export async function walkSpf(look: Look, domain: string, record: SpfRecord): Promise<SpfWalk> {
  const walk: SpfWalk = { lookups: 0, voids: [], open: [], broken: [] }
  await follow(record, { look, walk, path: [domain.toLowerCase()] })
  return walk
}

async function follow({ terms, redirect, broken }: SpfRecord, stop: Stop): Promise<void> {
  const here = stop.path.at(-1) ?? ''
  stop.walk.broken.push(...broken.map((word) => `${quoted(word, 40)} in the record of ${quoted(here)}`))
  for (const term of terms) {
    if (stop.walk.lookups >= mostCounted) return
    await take(term, here, stop)
  }
  if (redirect && stop.walk.lookups < mostCounted) await enter(redirect, stop)
}

async function take({ mechanism, qualifier, domain = '' }: SpfTerm, here: string, stop: Stop): Promise<void> {
  switch (mechanism) {
    case 'all':
      if (qualifier === '+') stop.walk.open.push(here)
      return
    case 'ip4':
    case 'ip6':
      return
    case 'include':
      return await enter(domain, stop)
    case 'a':
    case 'exists':
      return await count(domain || here, stop, (name) => stop.look.addresses(name))
    case 'mx':
      return await count(domain || here, stop, (name) => stop.look.mx(name))
    case 'ptr':
      stop.walk.lookups += 1
      return
    default:
      return mechanism satisfies never
  }
}

async function enter(target: string, { look, walk, path }: Stop): Promise<void> {
  walk.lookups += 1
  if (hasMacro(target)) return
  const domain = target.toLowerCase().replace(/\.$/, '')
  if (path.includes(domain)) {
    walk.broken.push(`${quoted(domain)} includes itself`)
    return
  }
  const records = (await look.txt(domain)).filter(isSpf)
  if (records.length === 1) await follow(readSpf(records[0] ?? ''), { look, walk, path: [...path, domain] })
  else
    walk.broken.push(
      `${quoted(domain)} has ${records.length === 0 ? 'no SPF record' : 'several SPF records'}`,
    )
}

async function count(name: string, { walk }: Stop, ask: (name: string) => Promise<unknown[]>): Promise<void> {
  walk.lookups += 1
  if (!hasMacro(name) && (await ask(name)).length === 0) walk.voids.push(name)
}
