import type { PledgeQuery, Rule } from '../../../server/exclusions/contract.ts'
import { instantOf, localOf } from '../campaigns/local-time.ts'

/** In selects, "none of it" beside "any": what an empty value stands for in the API. */
export const NONE = '-'

/** What is asked for, as it stands in the form; empty means any. */
export class Criteria {
  domain = $state('')
  campus = $state('')
  source = $state('')
  signal = $state<'' | NonNullable<Rule['signal']>>('')
  state = $state<'' | NonNullable<PledgeQuery['state']>>('')
  from = $state('')
  to = $state('')
  name = $state('')

  /** For a GET. */
  get query(): string {
    return new URLSearchParams(
      Object.entries({ ...this.#shared, ...(this.state && { state: this.state }) }),
    ).toString()
  }

  /** Nothing that an exclusion holds, or that was taken back, can be taken out. */
  get isRule(): boolean {
    return this.state !== 'excluded' && this.state !== 'withdrawn'
  }

  get rule(): Rule {
    const { state, name } = this
    const isWaitingOrCounted = state === 'pending' || state === 'confirmed'
    return {
      ...this.#shared,
      ...(isWaitingOrCounted && { state }),
      ...(name.trim() && { name: name.trim() }),
    }
  }

  fill(rule: Rule): void {
    this.domain = rule.domain ?? ''
    this.campus = filled(rule.campus)
    this.source = filled(rule.source)
    this.signal = rule.signal ?? ''
    this.state = rule.state ?? ''
    this.from = localOf(rule.from ?? null)
    this.to = localOf(rule.to ?? null)
    this.name = ''
  }

  get #shared(): Omit<Rule, 'name' | 'state'> {
    const { domain, campus, source, signal } = this
    const [from, to] = [instantOf(this.from), instantOf(this.to)]
    return {
      ...(domain.trim() && { domain: domain.trim() }),
      ...(campus && { campus: asked(campus) }),
      ...(source && { source: asked(source) }),
      ...(signal && { signal }),
      ...(from && { from }),
      ...(to && { to }),
    }
  }
}

function asked(chosen: string): string {
  return chosen === NONE ? '' : chosen
}

function filled(value: string | undefined): string {
  return value === '' ? NONE : (value ?? '')
}
