import { defineEmail, type EmailLocale, moment } from './email.ts'

/** What can become of the key that contacts are sealed to. */
const changes = {
  en: {
    set: 'A key was set: from now on signers can share their contact with your organization, sealed to it.',
    asked:
      'Somebody asked to replace the key. Unless an owner says no, contacts are sealed to the new one from {when} on, or as soon as another owner approves.',
    approved: 'A second owner approved the new key: from now on contacts are sealed to it.',
    cancelled: 'The request to replace the key was taken back. Nothing changes.',
  },
  es: {
    set: 'Se estableció una clave: desde ahora quienes firman pueden compartir su contacto con tu organización, sellado con ella.',
    asked:
      'Alguien pidió reemplazar la clave. Si nadie que administre la organización se opone, los contactos se sellarán con la nueva desde el {when}, o en cuanto otra persona que administre la apruebe.',
    approved:
      'Otra persona que administra aprobó la clave nueva: desde ahora los contactos se sellan con ella.',
    cancelled: 'Se retiró la petición de reemplazar la clave. No cambia nada.',
  },
} satisfies Record<EmailLocale, Record<string, string>>

export type KeyChange = keyof (typeof changes)['en']

export interface OrganizationKeyValues {
  change: KeyChange
  organizationName: string
  /** The short form of the key that is set, or that is to replace another. */
  fingerprint: string
  takesEffectAt: Date
  organizationUrl: string
}

export const organizationKey = defineEmail<OrganizationKeyValues>({
  name: 'organization-key',
  copy: {
    en: {
      subject: 'The key for contacts of your organization',
      preheader: 'Please read this if you did not expect it.',
      blocks: [
        { kind: 'heading', words: 'The key for contacts of {organizationName}' },
        { kind: 'paragraph', words: '{what}' },
        { kind: 'paragraph', words: 'Fingerprint of the key: {fingerprint}' },
        { kind: 'button', words: 'See it, or say no', url: '{organizationUrl}' },
        {
          kind: 'small',
          words:
            'Whoever holds the private half of this key can read the contacts that are sealed to it. If neither you nor another owner did this, somebody else uses an account of your organization: say no, and look at its audit log.',
        },
      ],
      footer: 'You got this email because you own an organization here. It carries no trackers.',
    },
    es: {
      subject: 'La clave para los contactos de tu organización',
      preheader: 'Lee esto si no lo esperabas.',
      blocks: [
        { kind: 'heading', words: 'La clave para los contactos de {organizationName}' },
        { kind: 'paragraph', words: '{what}' },
        { kind: 'paragraph', words: 'Huella de la clave: {fingerprint}' },
        { kind: 'button', words: 'Verla u oponerse', url: '{organizationUrl}' },
        {
          kind: 'small',
          words:
            'Quien tenga la mitad privada de esta clave puede leer los contactos sellados con ella. Si no fuiste tú ni otra persona que administre, alguien más usa una cuenta de tu organización: oponte y revisa su registro.',
        },
      ],
      footer: 'Recibiste este correo porque administras una organización aquí. No lleva rastreadores.',
    },
  },
  fills: ({ change, takesEffectAt, ...values }, locale) => ({
    ...values,
    what: changes[locale][change].replace('{when}', moment(locale, takesEffectAt)),
  }),
  sample: {
    change: 'asked',
    organizationName: 'Mijente',
    fingerprint: '3f9a 11c2 08be 77d0',
    takesEffectAt: new Date('2026-03-05T14:30:00Z'),
    organizationUrl: 'https://pledge.example.org/console/organizations/mijente',
  },
})
