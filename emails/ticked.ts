import type { EmailLocale } from './email.ts'

/** What a signer ticked on the form: a link confirms only what its email listed. */
export interface Ticks {
  listsName: boolean
  wantsUpdates: boolean
  /** The organizer's own words. */
  clauses: string[]
  /** Organizations with the short fingerprint of their key. */
  sharedWith: { name: string; key: string }[]
}

const words = {
  en: {
    listsName: 'list me by first name and initial',
    wantsUpdates: 'email me about this pledge',
    quoted: (clause: string) => `“${clause}”`,
    sharedWith: (name: string, key: string) =>
      `share my email, and my name if I typed it, with ${name} (key ${key})`,
    onlyByButton: 'Only the button shares your contact; with the code it is not shared.',
    some: (ticked: string) => `You ticked: ${ticked}.`,
    none: 'You ticked nothing: you will be counted, and otherwise forgotten.',
  },
  es: {
    listsName: 'mostrar mi nombre y mi inicial',
    wantsUpdates: 'recibir correos sobre este compromiso',
    quoted: (clause: string) => `«${clause}»`,
    sharedWith: (name: string, key: string) =>
      `compartir mi correo, y mi nombre si lo escribí, con ${name} (clave ${key})`,
    onlyByButton: 'Solo el botón comparte tu contacto; con el código no se comparte.',
    some: (ticked: string) => `Marcaste: ${ticked}.`,
    none: 'No marcaste nada: tu firma se cuenta y lo demás se olvida.',
  },
}

export function tickedIn(
  locale: EmailLocale,
  { listsName, wantsUpdates, clauses, sharedWith }: Ticks,
): string {
  const { quoted, some, none, ...labels } = words[locale]
  const ticked = [
    ...clauses.map((clause) => quoted(clause.replace(/\.$/, ''))),
    listsName ? labels.listsName : '',
    wantsUpdates ? labels.wantsUpdates : '',
    ...sharedWith.map(({ name, key }) => labels.sharedWith(name, key)),
  ].filter(Boolean)
  if (ticked.length === 0) return none
  return [some(ticked.join('; ')), ...(sharedWith.length > 0 ? [labels.onlyByButton] : [])].join(' ')
}
