/** Tells what an attack cost and how far it came, in one line of a test run. @param row as the table of attacks numbers it */
export function reached(row: string, line: string): void {
  process.stdout.write(`${row}: ${line}\n`)
}
