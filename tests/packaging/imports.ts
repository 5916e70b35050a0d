import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Reached {
  /** Files of ours, from the root of the project. */
  files: string[]
  /** Packages that they import while running: types vanish before. */
  packages: string[]
  /** What they read from beside themselves: `new URL('../data/…', import.meta.url)`. */
  read: string[]
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const imports =
  /^\s*(?:import|export)\s(?!type\s)[^'"`;]*?from\s*'([^']+)'|^\s*import\s*'([^']+)'|import\('([^']+)'\)/gm
const besides = /new URL\('(\.[^']*)', import\.meta\.url\)/g

/** Everything that an entry reaches by its imports. */
export function reachedFrom(entries: string[]): Reached {
  const files = new Set<string>()
  const packages = new Set<string>()
  const read = new Set<string>()
  const waiting = [...entries]
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    if (files.has(file)) continue
    files.add(file)
    const source = readFileSync(join(root, file), 'utf8')
    for (const [, path = ''] of source.matchAll(besides)) read.add(normalize(join(dirname(file), path)))
    for (const [, from, bare, dynamic] of source.matchAll(imports)) {
      const name = from ?? bare ?? dynamic ?? ''
      if (name.startsWith('.')) waiting.push(normalize(join(dirname(file), name)))
      else if (!name.startsWith('node:')) packages.add(packageOf(name))
    }
  }
  return { files: [...files], packages: [...packages].toSorted(), read: [...read] }
}

/** "drizzle-orm/node-postgres" is a part of "drizzle-orm". */
function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/')
}
