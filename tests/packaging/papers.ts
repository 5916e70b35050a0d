import { existsSync } from 'node:fs'
import { read } from './compose.ts'

const root = new URL('../../', import.meta.url).pathname

/** Every file of ours that a paper names in backquotes. */
export function filesNamedIn(paper: string): string[] {
  const named = read(paper).matchAll(
    /`((?:server|spreadsheets|text|tests|web|emails|docs|scripts)\/[^`\s]+)`/g,
  )
  return [...named].map(([, path = '']) => path)
}

/** Every test that a paper names: in backquotes its file, after it the names of tests in italics, with commas between. */
export function testsNamedIn(paper: string): { path: string; names: string[] }[] {
  const named = read(paper).matchAll(/`(tests\/[^`]+\.test\.ts)`((?:,? \*[^*]+\*)*)/g)
  return [...named].map(([, path = '', italics = '']) => ({
    path,
    names: [...italics.matchAll(/\*([^*]+)\*/g)].map(([, name = '']) => name),
  }))
}

/** What a paper names and nobody finds: files that are not there, and tests that their file does not have. */
export function brokenIn(paper: string): string[] {
  const files = filesNamedIn(paper).filter((path) => !existsSync(root + path))
  const tests = testsNamedIn(paper)
    .filter(({ path }) => !files.includes(path))
    .flatMap(({ path, names }) => names.filter((name) => !read(path).includes(name)))
  return [...files, ...tests]
}
