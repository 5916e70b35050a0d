import { defineEmail, duration } from './email.ts'

export interface MyPledgeLinkValues {
  campaignTitle: string
  myPledgeUrl: string
  validHours: number
  /** Where the reader ends all mail to her address. */
  stopUrl: string
}

export const myPledgeLink = defineEmail<MyPledgeLinkValues>({
  name: 'my-pledge-link',
  own: { myPledgeUrl: 'url', stopUrl: 'url' },
  copy: {
    en: {
      subject: 'The link you asked for',
      namingSubject: 'The link you asked for: {campaignTitle}',
      preheader: 'It works for a limited time.',
      blocks: [
        { kind: 'heading', words: 'Your pledge' },
        {
          kind: 'paragraph',
          words:
            'Here you can see what we hold about your pledge to “{campaignTitle}”, change it, take it back or erase it.',
        },
        { kind: 'button', words: 'Open my pledge', url: '{myPledgeUrl}' },
        {
          kind: 'small',
          words: 'The link works for {validFor}. Keep it to yourself: whoever has it can do the same.',
        },
        { kind: 'small', words: 'If you did not ask for it, do nothing. Nothing has changed.' },
      ],
      footer: 'You got this email because a link was asked for with your address. It carries no trackers.',
      links: [{ words: 'Stop all mail to this address', url: '{stopUrl}' }],
    },
    es: {
      subject: 'El enlace que pediste',
      namingSubject: 'El enlace que pediste: {campaignTitle}',
      preheader: 'Funciona por tiempo limitado.',
      blocks: [
        { kind: 'heading', words: 'Tu compromiso' },
        {
          kind: 'paragraph',
          words:
            'Aquí puedes ver lo que guardamos de tu firma en «{campaignTitle}», cambiarlo, retirar tu firma o borrarlo todo.',
        },
        { kind: 'button', words: 'Abrir mi compromiso', url: '{myPledgeUrl}' },
        {
          kind: 'small',
          words:
            'El enlace funciona durante {validFor}. No lo compartas: quien lo tenga puede hacer lo mismo que tú.',
        },
        { kind: 'small', words: 'Si no lo pediste, no hagas nada. No ha cambiado nada.' },
      ],
      footer: 'Recibiste este correo porque se pidió un enlace con tu dirección. No lleva rastreadores.',
      links: [{ words: 'No recibir más correos en esta dirección', url: '{stopUrl}' }],
    },
  },
  fills: ({ validHours, ...values }, locale) => ({
    ...values,
    validFor: duration(locale, validHours, 'hour'),
  }),
  sample: {
    campaignTitle: '#NoTechForICE',
    myPledgeUrl: 'https://pledge.example.org/my-pledge/sample-token',
    validHours: 24,
    stopUrl: 'https://pledge.example.org/stop-mail/sample-token',
  },
})
