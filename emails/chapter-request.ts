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
        { kind: 'heading', words: 'One press, and it is on its way' },
        {
          kind: 'paragraph',
          words: 'Somebody asked, with your address, to lead “{campaignTitle}” at {campusName}.',
        },
        {
          kind: 'paragraph',
          words:
            'If it was you: press the button, and those who run the campaign get your name, your address and your words.',
        },
        { kind: 'button', words: 'It was me', url: '{confirmUrl}' },
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
        { kind: 'heading', words: 'Un clic y va en camino' },
        {
          kind: 'paragraph',
          words: 'Alguien pidió, con tu dirección, encabezar «{campaignTitle}» en {campusName}.',
        },
        {
          kind: 'paragraph',
          words:
            'Si fuiste tú: pulsa el botón y quienes llevan la campaña recibirán tu nombre, tu dirección y tus palabras.',
        },
        { kind: 'button', words: 'Fui yo', url: '{confirmUrl}' },
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
