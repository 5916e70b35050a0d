import type { MailCheck } from './check.ts'
import type { Finding, Level } from './finding.ts'

const words: Record<Level, string> = {
  ok: 'ok',
  note: 'note',
  warning: 'warning',
  wrong: 'WRONG',
  unknown: 'could not look',
}
const width = Math.max(...Object.values(words).map(({ length }) => length)) + 2

/** A line for each finding, under what it is about. */
export function reportOf({ from, groups }: MailCheck): string {
  const sections = groups.map(({ about, findings }) => [about, ...findings.map(lineOf)].join('\n'))
  return `Mail from ${from}\n\n${sections.join('\n\n')}\n\n${sumOf(groups.flatMap(({ findings }) => findings))}\n`
}

function lineOf({ level, what, todo }: Finding): string {
  return `  ${words[level].padEnd(width)}${what}${todo ? ` ${todo}` : ''}`
}

function sumOf(findings: Finding[]): string {
  const count = (wanted: Level) => findings.filter(({ level }) => level === wanted).length
  const counts = [
    `${count('wrong')} wrong`,
    ...(count('unknown') > 0 ? [`${count('unknown')} that could not be looked at`] : []),
    `${count('warning')} to think about`,
  ]
  return `${counts.join(', ')}.`
}
