import type {
  Finding,
  Held,
  KeptRule,
  Preview,
  Rule,
  SearchedState,
  ShownSignal,
} from '../../../server/exclusions/contract.ts'
import { shownDate } from '../campaigns/local-time.ts'

export const stateWords: Record<SearchedState, string> = {
  pending: 'waiting',
  confirmed: 'confirmed',
  excluded: 'excluded',
  withdrawn: 'taken back',
}

export const signalWords: Record<ShownSignal, string> = {
  'disposable-domain': 'throw-away mailbox',
  'no-mail-exchange': 'mail domain takes no mail',
  burst: 'part of a burst',
  'random-name': 'address that looks random',
}

/** "mail domain example.org, confirmed" */
export function ruleWords(rule: Rule & KeptRule): string {
  const { domain, campus, source, signal, from, to, state, name, hasName } = rule
  const words = [
    domain && `mail domain ${domain}`,
    campus !== undefined && (campus ? `campus ${campus}` : 'no campus'),
    source !== undefined && (source ? `source ${source}` : 'no source'),
    signal && signalWords[signal],
    from && `signed from ${shownDate(from)}`,
    to && `signed before ${shownDate(to)}`,
    state && stateWords[state],
    name !== undefined && `names like “${name}”`,
    hasName && 'a pattern over names, which is not kept',
  ]
  return words.filter(Boolean).join(', ')
}

/** Why it is held, and by which numbers. */
export function heldWords({ reason, name, minutes, now, before }: Held): string {
  const figures =
    now && before && minutes
      ? `: ${figure(now.pledges)} of the ${figure(now.of)} pledges of ${timeWords(minutes)}; before, ${figure(before.pledges)} of ${figure(before.of)}`
      : ''
  switch (reason) {
    case 'domain':
      return `A flood from ${name ?? 'one mail domain, whose name is not known'}${figures}`
    case 'mail-host':
      return `A flood from mail domains that one mail host serves${figures}`
    case 'disposable-domain':
      return 'Throw-away mailboxes, which anybody opens by the hundred'
    case 'several-signs':
      return 'Several signs of a fake in one pledge'
  }
}

function timeWords(minutes: number): string {
  return minutes === 60 ? 'the hour' : `the ${minutes} minutes`
}

export function findingWords({ kind, name, minutes, now, before }: Finding): string {
  const time = minutes === 60 ? 'last hour' : `last ${minutes} minutes`
  const part = `${figure(now.pledges)} of the ${figure(now.of)} pledges of the ${time}`
  const usual = `before, it was ${figure(before.pledges)} of ${figure(before.of)}`
  switch (kind) {
    case 'domain':
      return `${part} came from ${name ?? 'one mail domain, whose name is not known yet'}; ${usual}.`
    case 'source':
      return `${part} came by the source ${name}; ${usual}. A newsletter or a table on the quad looks like this, too.`
    case 'disposable':
      return `${part} came from throw-away mailboxes; ${usual}.`
    case 'same-name':
      return `${part} bear a name that many others bear, too. Which they are is not shown: take out by the name.`
  }
}

export function figure(count: number): string {
  return count.toLocaleString('en')
}

/** "5,000 pledges", "at least 5,000 pledges", "at most 12 pledges" */
export function previewed({ count, counted }: Pick<Preview, 'count' | 'counted'>): string {
  return counted === 'exactly' ? pledges(count) : `${counted.replace('-', ' ')} ${pledges(count)}`
}

/** "1 pledge", "5,000 pledges" */
export function pledges(count: number): string {
  return `${figure(count)} ${count === 1 ? 'pledge' : 'pledges'}`
}
