import type { EmailLocale } from './email.ts'

/** What a signer ticked on the form: a link confirms only what its email listed. */
export interface Ticks {
  listsName: boolean
  wantsUpdates: boolean
  /** The organizer's own words. */
  clauses: string[]
}

const words = {
  en: {
    listsName: 'list me by first name and initial',
    wantsUpdates: 'email me about this pledge',
    quoted: (clause: string) => `“${clause}”`,
    some: (ticked: string) => `You ticked: ${ticked}.`,
    none: 'You ticked nothing: you will be counted, and otherwise forgotten.',
  },
  es: {
    listsName: 'mostrar mi nombre y mi inicial',
    wantsUpdates: 'recibir correos sobre este compromiso',
    quoted: (clause: string) => `«${clause}»`,
    some: (ticked: string) => `Marcaste: ${ticked}.`,
    none: 'No marcaste nada: tu firma se cuenta y lo demás se olvida.',
  },
}

export function tickedIn(locale: EmailLocale, { listsName, wantsUpdates, clauses }: Ticks): string {
  const { quoted, some, none, ...labels } = words[locale]
  const ticked = [
    ...clauses.map((clause) => quoted(clause.replace(/\.$/, ''))),
    listsName ? labels.listsName : '',
    wantsUpdates ? labels.wantsUpdates : '',
  ].filter(Boolean)
  return ticked.length > 0 ? some(ticked.join('; ')) : none
}
