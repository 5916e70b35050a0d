import type { SwitchName } from '../../../server/switches/contract.ts'

interface Words {
  title: string
  /** What holds while it is on. */
  does: string
  on: string
  off: string
}

export const words: Record<SwitchName, Words> = {
  'closed-signing': {
    title: 'Close signing',
    does: 'Nobody new can sign; the form says that signing is paused, and keeps what was typed. Whoever has signed can still confirm.',
    on: 'Signing is closed.',
    off: 'People can sign.',
  },
  'paused-mail': {
    title: 'Pause mail',
    does: 'No letter about the drive leaves: confirmations, updates, milestones. They wait, and go once you switch it off. Your own letters to sign in still come.',
    on: 'Mail waits.',
    off: 'Mail goes out.',
  },
  'frozen-leaderboard': {
    title: 'Freeze the leaderboard',
    does: 'Everybody goes on seeing the figures of this moment. Signatures are counted meanwhile, and you see them on the dashboard.',
    on: 'The leaderboard stands still.',
    off: 'The leaderboard moves.',
  },
  'raised-captcha': {
    title: 'Raise the captcha',
    does: 'Each signature costs its sender the most work that is ever asked for, however few come. People wait a moment; robots pay for each try.',
    on: 'Signing is as dear as it gets.',
    off: 'The price follows the rush.',
  },
}
