/** As people compare it: all of it, in fours; the first four groups are what signers read. */
export function grouped(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1 ')
}
