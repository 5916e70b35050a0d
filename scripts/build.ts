/** Builds `web/` into `dist/`; with `--if-stale` only where what it is made of has changed since. */
import { createHash } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'

const STAMP = 'dist/built-from'

/** Names everything that the build reads. */
function sourcesHash(): string {
  const sources = [
    'web/**/*.{ts,svelte,css}',
    'web/widget/published/*.js',
    'server/pages/widgets.ts',
    'server/**/*contract.ts',
    'spreadsheets/*.ts',
    'text/*.ts',
  ]
    .flatMap((pattern) => globSync(pattern))
    .sort()
  const hash = createHash('sha256')
  for (const file of [...sources, 'vite.config.ts', 'package-lock.json'])
    hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

function lastBuilt(): string | undefined {
  try {
    return readFileSync(STAMP, 'utf8')
  } catch {
    return undefined
  }
}

process.chdir(new URL('..', import.meta.url).pathname)
const sources = sourcesHash()
if (!process.argv.includes('--if-stale') || lastBuilt() !== sources) {
  // Only where there is something to build: loading it takes longer than finding out that there is not.
  const { createBuilder } = await import('vite')
  const builder = await createBuilder()
  await builder.buildApp()
  writeFileSync(STAMP, sources)
}
