import { defineEmail, duration } from './email.ts'

export interface OrganizerInvitationValues {
  organizationName: string
  role: 'owner' | 'editor' | 'viewer'
  invitationUrl: string
  validHours: number
}

const roleWords = {
  en: {
    owner: 'owner: you decide who is a member, and can do everything an editor can',
    editor: 'editor: you run campaigns',
    viewer: 'viewer: you see everything and change nothing',
  },
  es: {
    owner: 'de administración: decides quién es miembro y puedes hacer todo lo de la edición',
    editor: 'de edición: llevas las campañas',
    viewer: 'de lectura: lo ves todo y no cambias nada',
  },
}

/** The subject names no organization: it shows on lock screens. */
export const organizerInvitation = defineEmail<OrganizerInvitationValues>({
  name: 'organizer-invitation',
  copy: {
    en: {
      subject: 'You are invited',
      preheader: 'The link works once, for a limited time.',
      blocks: [
        { kind: 'heading', words: 'Organize with us' },
        { kind: 'paragraph', words: 'You are asked to join those who organize as “{organizationName}”.' },
        { kind: 'paragraph', words: 'Your role would be {role}.' },
        { kind: 'button', words: 'See the invitation', url: '{invitationUrl}' },
        {
          kind: 'small',
          words:
            'The link works once, for {validFor}. Keep it to yourself: whoever has it can come in as you.',
        },
        {
          kind: 'small',
          words: 'If you did not expect this, do nothing. You are a member of nothing until you accept.',
        },
      ],
      footer: 'You got this email because your address was invited. It carries no trackers.',
    },
    es: {
      subject: 'Tienes una invitación',
      preheader: 'El enlace funciona una sola vez, por tiempo limitado.',
      blocks: [
        { kind: 'heading', words: 'Organiza con nosotros' },
        {
          kind: 'paragraph',
          words: 'Te invitan a sumarte a quienes organizan como «{organizationName}».',
        },
        { kind: 'paragraph', words: 'Tu papel sería {role}.' },
        { kind: 'button', words: 'Ver la invitación', url: '{invitationUrl}' },
        {
          kind: 'small',
          words:
            'El enlace funciona una sola vez, durante {validFor}. No lo compartas: quien lo tenga puede entrar como si fueras tú.',
        },
        {
          kind: 'small',
          words: 'Si no lo esperabas, no hagas nada. No formas parte de nada hasta que aceptes.',
        },
      ],
      footer: 'Recibiste este correo porque se invitó a tu dirección. No lleva rastreadores.',
    },
  },
  fills: ({ organizationName, role, invitationUrl, validHours }, locale) => ({
    organizationName,
    role: roleWords[locale][role],
    invitationUrl,
    validFor: duration(locale, validHours, 'hour'),
  }),
  sample: {
    organizationName: 'Mijente',
    role: 'editor',
    invitationUrl: 'https://pledge.example.org/console/invitation#sample-token',
    validHours: 24,
  },
})
