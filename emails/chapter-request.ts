import { defineEmail, duration } from './email.ts'

export interface ChapterRequestValues {
  campaignTitle: string
  campusName: string
  confirmUrl: string
  expiresInDays: number
  /** Where the reader ends all mail to her address. */
  stopUrl: string
}

/** Holds nothing that was typed on the form: a stranger may have typed it, with somebody else's address. */
export const chapterRequest = defineEmail<ChapterRequestValues>({
  name: 'chapter-request',
  own: { confirmUrl: 'url', stopUrl: 'url' },
  copy: {
    en: {
      subject: 'Did you ask to lead?',
      namingSubject: 'Did you ask to lead “{campaignTitle}”?',
      preheader: 'Nobody hears of it before you say yes.',
      blocks: [
        { kind: 'heading', words: 'Check your request, and send it' },
        {
          kind: 'paragraph',
          words: 'Somebody asked, with your address, to lead “{campaignTitle}” at {campusName}.',
        },
        {
          kind: 'paragraph',
          words:
            'If it was you, press the button. It shows the name and the words that were typed, and you decide whether to send them.',
        },
        { kind: 'button', words: 'See the request', url: '{confirmUrl}' },
        { kind: 'small', words: 'The link works for {expiresIn}.' },
        { kind: 'small', words: 'If it was not you, do nothing. Nobody hears of it, and it is deleted.' },
      ],
      footer: 'You got this email because your address was typed on a campaign page. It carries no trackers.',
      links: [{ words: 'Stop all mail to this address', url: '{stopUrl}' }],
    },
    es: {
      subject: '¿Pediste encabezarlo?',
      namingSubject: '¿Pediste encabezar «{campaignTitle}»?',
      preheader: 'Nadie lo sabrá antes de que digas que sí.',
      blocks: [
        { kind: 'heading', words: 'Revisa tu solicitud y envíala' },
        {
          kind: 'paragraph',
          words: 'Alguien pidió, con tu dirección, encabezar «{campaignTitle}» en {campusName}.',
        },
        {
          kind: 'paragraph',
          words:
            'Si fuiste tú, toca el botón. Verás el nombre y las palabras que se escribieron, y tú decides si las envías.',
        },
        { kind: 'button', words: 'Ver la solicitud', url: '{confirmUrl}' },
        { kind: 'small', words: 'El enlace funciona durante {expiresIn}.' },
        { kind: 'small', words: 'Si no fuiste tú, no hagas nada. Nadie lo sabrá y se borrará.' },
      ],
      footer:
        'Recibiste este correo porque alguien escribió tu dirección en una página de campaña. No lleva rastreadores.',
      links: [{ words: 'No recibir más correos en esta dirección', url: '{stopUrl}' }],
    },
  },
  fills: ({ expiresInDays, ...values }, locale) => ({
    ...values,
    expiresIn: duration(locale, expiresInDays, 'day'),
  }),
  sample: {
    campaignTitle: '#NoTechForICE',
    campusName: 'Georgia Institute of Technology',
    confirmUrl: 'https://pledge.example.org/chapter-requests/sample-token',
    expiresInDays: 7,
    stopUrl: 'https://pledge.example.org/stop-mail/sample-token',
  },
})
