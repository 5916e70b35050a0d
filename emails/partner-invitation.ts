import { defineEmail, duration } from './email.ts'

export interface PartnerInvitationValues {
  campaignTitle: string
  hostName: string
  organizationName: string
  invitationUrl: string
  validDays: number
  /** Where the reader asked to lead; undefined where the host invites by itself. */
  campusName?: string
}

const words = {
  en: {
    invited: { topic: 'Your organization is invited', heading: 'Carry a pledge with us' },
    approved: (campus: string) => ({
      topic: 'You asked to lead: yes',
      heading: `You asked to lead at ${campus}: yes!`,
    }),
  },
  es: {
    invited: { topic: 'Tu organización tiene una invitación', heading: 'Lleva un compromiso con nosotros' },
    approved: (campus: string) => ({
      topic: 'Pediste encabezarlo: sí',
      heading: `Pediste encabezarlo en ${campus}: ¡sí!`,
    }),
  },
}

export const partnerInvitation = defineEmail<PartnerInvitationValues>({
  name: 'partner-invitation',
  copy: {
    en: {
      subject: '{topic}',
      namingSubject: '{topic}: {campaignTitle}',
      preheader: 'The link works once, for a limited time.',
      blocks: [
        { kind: 'heading', words: '{heading}' },
        {
          kind: 'paragraph',
          words:
            '{hostName} asks “{organizationName}” to become a partner of “{campaignTitle}”: with embeds and links of your own, and your own share of the count.',
        },
        {
          kind: 'paragraph',
          words:
            'You would see what everybody sees and what your own links bring. You can leave at any time.',
        },
        { kind: 'button', words: 'See the invitation', url: '{invitationUrl}' },
        {
          kind: 'small',
          words:
            'The link works once, for {validFor}. Keep it to yourself: whoever has it can answer for your organization.',
        },
        {
          kind: 'small',
          words: 'If you did not expect this, do nothing. You are part of nothing until you accept.',
        },
      ],
      footer: 'You got this email because your address was invited. It carries no trackers.',
    },
    es: {
      subject: '{topic}',
      namingSubject: '{topic}: {campaignTitle}',
      preheader: 'El enlace funciona una sola vez, por tiempo limitado.',
      blocks: [
        { kind: 'heading', words: '{heading}' },
        {
          kind: 'paragraph',
          words:
            '{hostName} invita a «{organizationName}» a sumarse a «{campaignTitle}»: con enlaces propios y tu propia parte de la cuenta.',
        },
        {
          kind: 'paragraph',
          words: 'Verás lo que ve todo el mundo y lo que traen tus enlaces. Puedes salir cuando quieras.',
        },
        { kind: 'button', words: 'Ver la invitación', url: '{invitationUrl}' },
        {
          kind: 'small',
          words:
            'El enlace funciona una sola vez, durante {validFor}. No lo compartas: quien lo tenga puede responder por tu organización.',
        },
        {
          kind: 'small',
          words: 'Si no lo esperabas, no hagas nada. No formas parte de nada hasta que aceptes.',
        },
      ],
      footer: 'Recibiste este correo porque se invitó a tu dirección. No lleva rastreadores.',
    },
  },
  fills: ({ validDays, campusName, ...values }, locale) => ({
    ...values,
    ...(campusName ? words[locale].approved(campusName) : words[locale].invited),
    validFor: duration(locale, validDays, 'day'),
  }),
  sample: {
    campaignTitle: '#NoTechForICE',
    hostName: 'Mijente',
    organizationName: 'YDSA at Georgia Tech',
    invitationUrl: 'https://pledge.example.org/console/partner-invitation#sample-token',
    validDays: 7,
  },
})
