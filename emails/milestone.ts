import { defineEmail, type EmailLocale, figure } from './email.ts'

export interface MilestoneValues {
  campaignTitle: string
  organizationName: string
  /** The reader's own. */
  campusName: string
  /** A round number of the campus, its goal, or that of the whole campaign. */
  what: 'step' | 'campus-goal' | 'campaign-goal'
  /** How many have signed, there or, for the campaign's goal, on all campuses. */
  reached: number
  /** To pass on. */
  campusUrl: string
  unsubscribeUrl: string
}

type Said = Pick<MilestoneValues, 'campaignTitle' | 'organizationName' | 'campusName'> & { reached: string }
type News = Record<MilestoneValues['what'], { headline(said: Said): string; news(said: Said): string }>

const words: Record<EmailLocale, News> = {
  en: {
    step: {
      headline: ({ reached, campusName }) => `${reached} have signed at ${campusName}`,
      news: ({ campaignTitle, organizationName, reached, campusName }) =>
        `“${campaignTitle}”, the pledge drive by ${organizationName} that you signed, has reached ${reached} signatures at ${campusName}. Yours is one of them.`,
    },
    'campus-goal': {
      headline: ({ campusName }) => `${campusName} has reached its goal`,
      news: ({ campaignTitle, organizationName, reached, campusName }) =>
        `The goal of ${campusName} for “${campaignTitle}”, a pledge drive by ${organizationName}, is reached: ${reached} have signed. Your signature is one of them.`,
    },
    'campaign-goal': {
      headline: () => 'We have reached our goal',
      news: ({ campaignTitle, organizationName, reached }) =>
        `The goal of “${campaignTitle}”, a pledge drive by ${organizationName}, is reached: ${reached} have signed, on all campuses together. Your signature is one of them.`,
    },
  },
  es: {
    step: {
      headline: ({ reached, campusName }) => `${reached} firmas en ${campusName}`,
      news: ({ campaignTitle, organizationName, reached, campusName }) =>
        `«${campaignTitle}», la campaña de ${organizationName} que firmaste, llegó a ${reached} firmas en ${campusName}. Una de ellas es la tuya.`,
    },
    'campus-goal': {
      headline: ({ campusName }) => `${campusName} llegó a su meta`,
      news: ({ campaignTitle, organizationName, reached, campusName }) =>
        `Se alcanzó la meta de ${campusName} para «${campaignTitle}», una campaña de ${organizationName}: ya son ${reached} firmas. Una de ellas es la tuya.`,
    },
    'campaign-goal': {
      headline: () => 'Llegamos a la meta',
      news: ({ campaignTitle, organizationName, reached }) =>
        `Se alcanzó la meta de «${campaignTitle}», una campaña de ${organizationName}: ya son ${reached} firmas entre todos los campus. Una de ellas es la tuya.`,
    },
  },
}

export const milestone = defineEmail<MilestoneValues>({
  name: 'milestone',
  own: { unsubscribeUrl: 'url' },
  copy: {
    en: {
      subject: 'Good news about what you signed',
      namingSubject: '{headline}: {campaignTitle}',
      preheader: 'You are part of it.',
      blocks: [
        { kind: 'heading', words: '{headline}' },
        { kind: 'paragraph', words: '{news}' },
        {
          kind: 'paragraph',
          words: 'It goes on: pass this page on to somebody who has not signed yet.',
        },
        { kind: 'button', words: 'Open the page of {campusName}', url: '{campusUrl}' },
      ],
      footer:
        'You got this email because you signed and ticked “email me about this pledge”. It carries no trackers.',
      links: [{ words: 'Stop these emails', url: '{unsubscribeUrl}' }],
    },
    es: {
      subject: 'Buenas noticias sobre lo que firmaste',
      namingSubject: '{headline}: {campaignTitle}',
      preheader: 'También es gracias a ti.',
      blocks: [
        { kind: 'heading', words: '{headline}' },
        { kind: 'paragraph', words: '{news}' },
        {
          kind: 'paragraph',
          words: 'Esto sigue: pásale esta página a alguien que todavía no haya firmado.',
        },
        { kind: 'button', words: 'Abrir la página de {campusName}', url: '{campusUrl}' },
      ],
      footer:
        'Recibiste este correo porque firmaste y marcaste «recibir correos sobre este compromiso». No lleva rastreadores.',
      links: [{ words: 'No recibir más estos correos', url: '{unsubscribeUrl}' }],
    },
  },
  fills({ what, reached, campusUrl, unsubscribeUrl, ...values }, locale) {
    const said = { ...values, reached: figure(locale, reached) }
    const { headline, news } = words[locale][what]
    return { ...values, headline: headline(said), news: news(said), campusUrl, unsubscribeUrl }
  },
  sample: {
    campaignTitle: '#NoTechForICE',
    organizationName: 'Mijente',
    campusName: 'Georgia Institute of Technology',
    what: 'step',
    reached: 500,
    campusUrl: 'https://pledge.example.org/c/no-tech-for-ice/gatech.edu',
    unsubscribeUrl: 'https://pledge.example.org/unsubscribe/sample-token',
  },
})
