/** How much of an attack is played: as much as the table of attacks says with `ATTACKS=full`, else what takes seconds. */
export function scaled({ full, usual }: { full: number; usual: number }): number {
  return process.env.ATTACKS === 'full' ? full : usual
}
