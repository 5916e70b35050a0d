/** What the made-up campaign says; it has the form of the real drives, conditional on *while*. */
export const texts = [
  {
    locale: 'en',
    title: 'No tech for ICE',
    body: 'I will not apply, interview, or accept a job at Lodestar Analytics while it contracts with ICE.',
    reason: [
      'Lodestar Analytics sells the software with which Immigration and Customs Enforcement finds, tracks and deports our neighbors, our classmates and our families. It needs us more than we need it: without new graduates there is no next version.',
      'Whoever turns a recruiter down alone goes unnoticed. Together, in public, campus by campus, it is a strike of the people they most want to hire. The day the contracts end, so does this pledge.',
    ].join('\n\n'),
  },
  {
    locale: 'es',
    title: 'Sin tecnología para ICE',
    body: 'No enviaré solicitudes, no haré entrevistas ni aceptaré un empleo en Lodestar Analytics mientras tenga contratos con ICE.',
    reason: [
      'Lodestar Analytics vende el software con el que el Servicio de Inmigración y Control de Aduanas busca, rastrea y deporta a nuestros vecinos, compañeros y familias. Nos necesita más de lo que la necesitamos: sin nuevas egresadas y egresados no hay próxima versión.',
      'Quien rechaza a un reclutador a solas pasa inadvertido. Juntos, en público, campus por campus, es una huelga de la gente que más quieren contratar. El día que terminen los contratos, termina este compromiso.',
    ].join('\n\n'),
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
