import { defineEmail } from './email.ts'

export interface AlreadyPledgedValues {
  campaignTitle: string
  organizationName: string
  myPledgeUrl: string
  /** Where the reader ends all mail to her address. */
  stopUrl: string
}

/** Only the mailbox learns that this address has pledged: the page answers the same as to a new one. */
export const alreadyPledged = defineEmail<AlreadyPledgedValues>({
  name: 'already-pledged',
  own: { myPledgeUrl: 'url', stopUrl: 'url' },
  copy: {
    en: {
      subject: 'About your signature',
      namingSubject: 'About your signature: {campaignTitle}',
      preheader: 'There is nothing more to do.',
      blocks: [
        { kind: 'heading', words: 'You have already pledged' },
        {
          kind: 'paragraph',
          words:
            'This address has already signed “{campaignTitle}”, a pledge drive by {organizationName}. Nothing else is needed.',
        },
        { kind: 'link', words: 'See, change or erase what we hold', url: '{myPledgeUrl}' },
        { kind: 'small', words: 'Was it not you who signed again? Nothing has changed.' },
      ],
      footer: 'You got this email because your address was entered on a pledge page. It carries no trackers.',
      links: [{ words: 'Stop all mail to this address', url: '{stopUrl}' }],
    },
    es: {
      subject: 'Sobre tu firma',
      namingSubject: 'Sobre tu firma: {campaignTitle}',
      preheader: 'No tienes que hacer nada más.',
      blocks: [
        { kind: 'heading', words: 'Ya habías firmado' },
        {
          kind: 'paragraph',
          words:
            'Con esta dirección ya se firmó «{campaignTitle}», una campaña de {organizationName}. No hace falta nada más.',
        },
        { kind: 'link', words: 'Ver, cambiar o borrar lo que guardamos', url: '{myPledgeUrl}' },
        { kind: 'small', words: '¿No fuiste tú quien firmó otra vez? No ha cambiado nada.' },
      ],
      footer:
        'Recibiste este correo porque alguien escribió tu dirección en una página de firmas. No lleva rastreadores.',
      links: [{ words: 'No recibir más correos en esta dirección', url: '{stopUrl}' }],
    },
  },
  fills: (values) => ({ ...values }),
  sample: {
    campaignTitle: '#NoTechForICE',
    organizationName: 'Mijente',
    myPledgeUrl: 'https://pledge.example.org/my-pledge/sample-token',
    stopUrl: 'https://pledge.example.org/stop-mail/sample-token',
  },
})
