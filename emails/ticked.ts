import type { EmailLocale } from './email.ts'

/** What a signer ticked on the form: a link confirms exactly what its email lists. */
export interface Ticks {
  listsName: boolean
  wantsUpdates: boolean
  /** The organizer's own words. */
  clauses: string[]
  /** Organizations with the short fingerprint of their key. */
  sharedWith: { name: string; key: string }[]
}

/** The campus that a signature counts for, by its name in the directory. */
export interface SignedFor {
  campus: string | undefined
  affiliation: 'student' | 'alum' | 'staff' | 'other' | undefined
}

const words = {
  en: {
    signedFor: (campus: string) => `You sign for: ${campus}.`,
    signedForNone: 'You sign for no campus.',
    youAre: (affiliation: string) => `You are: ${affiliation}.`,
    affiliations: { student: 'student', alum: 'alum', staff: 'staff or faculty', other: 'something else' },
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
    signedFor: (campus: string) => `Firmas por: ${campus}.`,
    signedForNone: 'Firmas sin universidad.',
    youAre: (affiliation: string) => `Eres: ${affiliation}.`,
    affiliations: {
      student: 'estudiante',
      alum: 'exalumna o exalumno',
      staff: 'del personal o profesorado',
      other: 'otra cosa',
    },
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

/** The campus and the affiliation that a confirmation writes. */
export function signedForIn(locale: EmailLocale, { campus, affiliation }: SignedFor): string {
  const { signedFor, signedForNone, youAre, affiliations } = words[locale]
  const counted = campus ? signedFor(campus) : signedForNone
  return affiliation ? `${counted} ${youAre(affiliations[affiliation])}` : counted
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
