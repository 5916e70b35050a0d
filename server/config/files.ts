import { readFileSync } from 'node:fs'
import { type Environment, secrets } from './settings.ts'

/**
 * The settings with what stands in files: `NAME_FILE` for `NAME`, without the line break at its end. What went wrong is
 * said without the path, since people put the secret itself there.
 */
export function withFiles(env: Environment, wrong: string[]): Environment {
  const all = { ...env }
  for (const name of secrets) {
    const file = env[`${name}_FILE`]
    if (!file) continue
    if (env[name]) wrong.push(`${name} and ${name}_FILE: set one of them, not both.`)
    else all[name] = contentOf(name, file, wrong)
  }
  return all
}

function contentOf(name: string, file: string, wrong: string[]): string {
  try {
    const content = readFileSync(file, 'utf8').replace(/[\r\n]+$/, '')
    if (!content) wrong.push(`${name}_FILE names a file that is empty.`)
    return content
  } catch (error) {
    wrong.push(`${name}_FILE names a file that cannot be read (${(error as NodeJS.ErrnoException).code}).`)
    return ''
  }
}
