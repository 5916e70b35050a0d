/** Fails where the tables in `server/db/schema.ts` and the migrations say different things. */
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'estamos-migrations-'))
try {
  cpSync('migrations', folder, { recursive: true })
  const flags = ['--dialect', 'postgresql', '--schema', 'server/db/schema.ts', '--out', relative('.', folder)]
  execFileSync('drizzle-kit', ['generate', ...flags], { stdio: 'pipe' })
  const made = globSync('*.sql', { cwd: folder }).length - globSync('migrations/*.sql').length
  if (made > 0) {
    process.stderr.write(
      'The schema has changed and no migration says so: npm run db:generate -- --name what-it-does\n',
    )
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}
