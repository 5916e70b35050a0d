import type { Sender } from './message.ts'

/** Says which letter it is, and nothing of whom, what or where: its domain is the sender's, not a campaign's. */
export function messageIdOf({ address }: Sender, letterId: string): string {
  return `<${letterId}@${address.split('@')[1]}>`
}
