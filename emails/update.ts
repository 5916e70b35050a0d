import { defineEmail } from './email.ts'

/** UTF-16 units. Even if each of them had to be escaped, the email stays below the size at which Gmail cuts. */
export const LONGEST_UPDATE = 6_000
export const LONGEST_UPDATE_SUBJECT = 120

export interface UpdateValues {
  campaignTitle: string
  organizationName: string
  /** One line that an organizer typed. */
  subject: string
  /** Paragraphs that an organizer typed, with an empty line between. */
  body: string
  myPledgeUrl: string
  unsubscribeUrl: string
}

/** The one email whose words are others': they stand by themselves, below a line that says whose they are. */
export const update = defineEmail<UpdateValues>({
  name: 'update',
  own: { myPledgeUrl: 'url', unsubscribeUrl: 'url' },
  copy: {
    en: {
      subject: 'News about what you signed',
      namingSubject: '{subject}',
      preheader: 'From the people who organize it.',
      blocks: [
        { kind: 'small', words: '{organizationName} writes to those who signed “{campaignTitle}”:' },
        { kind: 'heading', words: '{subject}' },
        { kind: 'paragraphs', words: '{body}' },
      ],
      footer:
        'You got this email because you signed and ticked “email me about this pledge”. It carries no trackers.',
      links: [
        { words: 'See, change or erase what we hold', url: '{myPledgeUrl}' },
        { words: 'Stop these emails', url: '{unsubscribeUrl}' },
      ],
    },
    es: {
      subject: 'Novedades sobre lo que firmaste',
      namingSubject: '{subject}',
      preheader: 'De quienes lo organizan.',
      blocks: [
        { kind: 'small', words: '{organizationName} escribe a quienes firmaron «{campaignTitle}»:' },
        { kind: 'heading', words: '{subject}' },
        { kind: 'paragraphs', words: '{body}' },
      ],
      footer:
        'Recibiste este correo porque firmaste y marcaste «recibir correos sobre este compromiso». No lleva rastreadores.',
      links: [
        { words: 'Ver, cambiar o borrar lo que guardamos', url: '{myPledgeUrl}' },
        { words: 'No recibir más estos correos', url: '{unsubscribeUrl}' },
      ],
    },
  },
  fills: (values) => ({ ...values }),
  sample: {
    campaignTitle: '#NoTechForICE',
    organizationName: 'Mijente',
    subject: 'On Thursday we hand the pledge over',
    body: `In three weeks, 12,400 students of 61 schools have signed. On Thursday at noon we bring the pledge to the career offices of twenty of them, at the same time.

You can help with two things:
– Come to the steps of your library at 11:30. Bring a friend who has not signed yet.
– Tell us which recruiters are on your campus this month.

All places and times are at https://notechforice.com/thursday, and so is a letter that you can hand to your own department.

Thank you. It is you who are the news.`,
    myPledgeUrl: 'https://pledge.example.org/my-pledge/sample-token',
    unsubscribeUrl: 'https://pledge.example.org/unsubscribe/sample-token',
  },
})
