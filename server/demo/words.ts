import type { NewCampaign } from '../campaigns/opening.ts'

/** What the made-up campaign says; it has the form of the real drives, conditional on *while*. */
export const texts = [
  {
    locale: 'en',
    title: 'No tech for ICE',
    body: 'I will not apply, interview, or accept a job at the firms named here while they contract with ICE.',
    reason: [
      'These firms sell the software and the computers with which Immigration and Customs Enforcement finds, tracks and deports our neighbors, our classmates and our families. They need us more than we need them: without new graduates there is no next version.',
      'Whoever turns a recruiter down alone goes unnoticed. Together, in public, campus by campus, it is a strike of the people they most want to hire. The day the contracts end, so does this pledge.',
    ].join('\n\n'),
  },
  {
    locale: 'es',
    title: 'Sin tecnología para ICE',
    body: 'No enviaré solicitudes, no haré entrevistas ni aceptaré un empleo en las empresas aquí nombradas mientras tengan contratos con ICE.',
    reason: [
      'Estas empresas venden el software y las computadoras con que el Servicio de Inmigración y Control de Aduanas busca, rastrea y deporta a nuestros vecinos, compañeros y familias. Nos necesitan más de lo que las necesitamos: sin nuevas egresadas y egresados no hay próxima versión.',
      'Quien rechaza a un reclutador a solas pasa inadvertido. Juntos, en público, campus por campus, es una huelga de la gente que más quieren contratar. El día que terminen los contratos, termina este compromiso.',
    ].join('\n\n'),
  },
]

/** Only what the source says, in sober words: the firms are real, though the campaign is not. */
export const targets: NewCampaign['targets'] = [
  {
    name: 'Palantir',
    reason: {
      en: 'Sells ICE the case management system in which its investigators look people up, and ImmigrationOS.',
      es: 'Le vende a ICE el sistema de casos en el que sus investigadores buscan a personas, e ImmigrationOS.',
    },
    sourceUrl:
      'https://www.biometricupdate.com/202506/ice-advances-sole-source-deal-with-palantir-for-new-surveillance-backbone',
  },
  {
    name: 'Amazon Web Services',
    reason: {
      en: 'Sells the cloud on which databases and case files of ICE are kept.',
      es: 'Vende la nube en la que se guardan bases de datos y expedientes de ICE.',
    },
    sourceUrl: 'https://investigate.afsc.org/company/amazon',
  },
  {
    name: 'Microsoft',
    reason: {
      en: 'Sells ICE its cloud for governments, and said in 2018 that it was proud to support this work.',
      es: 'Le vende a ICE su nube para gobiernos, y en 2018 dijo que apoyaba ese trabajo con orgullo.',
    },
    sourceUrl: 'https://www.cbronline.com/analysis/microsoft-ice-contract',
  },
]

export const clauses: NewCampaign['clauses'] = [
  {
    en: 'I also ask my school to keep these firms off campus while they contract with ICE.',
    es: 'También le pido a mi escuela que no deje entrar al campus a estas empresas mientras tengan contratos con ICE.',
  },
  {
    en: 'I also tell every recruiter of theirs why I turn them down.',
    es: 'También les digo a quienes reclutan para ellas por qué las rechazo.',
  },
]

export const questions: NewCampaign['questions'] = [
  {
    words: { en: 'When do you graduate?', es: '¿Cuándo te gradúas?' },
    options: [
      { en: '2027', es: '2027' },
      { en: '2028', es: '2028' },
      { en: '2029', es: '2029' },
      { en: 'Later', es: 'Después' },
      { en: 'I have already', es: 'Ya me gradué' },
    ],
  },
]

export const firstNames = [
  'Ana',
  'Luis',
  'Priya',
  'Devon',
  'Mei',
  'Omar',
  'Sofía',
  'Jordan',
  'Leila',
  'Tomás',
  'Grace',
]
export const lastNames = [
  'García',
  'Nguyen',
  'Johnson',
  'Patel',
  'Rivera',
  'Kim',
  'Haddad',
  'Okafor',
  'López',
  'Smith',
]
