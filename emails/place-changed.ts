import { defineEmail, type EmailLocale } from './email.ts'

type Role = 'owner' | 'editor' | 'viewer'

const roles: Record<EmailLocale, Record<Role, string>> = {
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

interface Named {
  organization: string
  /** An address. */
  who: string
  campaign: string
  /** In words. */
  role: string
}

type Words = Record<string, (named: Named) => string>

/** What can become of a person's place, of who owns an organization, and of who carries a campaign. */
const changes = {
  en: {
    'role-changed': ({ organization, role }) => `Your role in “${organization}” is now ${role}.`,
    removed: ({ organization }) =>
      `An owner of “${organization}” removed you. You no longer see it or its campaigns.`,
    left: ({ organization }) =>
      `You left “${organization}”. You no longer see it or its campaigns. Only an owner can invite you back.`,
    'owner-added': ({ organization, who }) => `${who} is now an owner of “${organization}”.`,
    'owner-gone': ({ organization, who }) => `${who} is no longer an owner of “${organization}”.`,
    'partner-joined': ({ organization, campaign }) => `“${organization}” is now a partner of “${campaign}”.`,
    'partner-left': ({ organization, campaign }) =>
      `“${organization}” has left “${campaign}”. What its links brought still counts.`,
    'partner-removed': ({ organization, campaign }) =>
      `An owner of your organization removed “${organization}” from “${campaign}”. What its links brought still counts.`,
    'partnership-left': ({ organization, campaign }) =>
      `Your organization has left “${campaign}”, which “${organization}” runs. Its members no longer see that campaign. Only the host can invite it back.`,
    'partnership-ended': ({ organization, campaign }) =>
      `“${organization}” has ended its partnership with your organization in “${campaign}”. Your members no longer see that campaign.`,
  },
  es: {
    'role-changed': ({ organization, role }) => `Tu papel en «${organization}» ahora es ${role}.`,
    removed: ({ organization }) =>
      `Alguien que administra «${organization}» te quitó de ahí. Ya no ves esa organización ni sus campañas.`,
    left: ({ organization }) =>
      `Saliste de «${organization}». Ya no ves esa organización ni sus campañas. Solo quien la administra puede volver a invitarte.`,
    'owner-added': ({ organization, who }) => `${who} ahora administra «${organization}».`,
    'owner-gone': ({ organization, who }) => `${who} ya no administra «${organization}».`,
    'partner-joined': ({ organization, campaign }) => `«${organization}» ahora es aliada de «${campaign}».`,
    'partner-left': ({ organization, campaign }) =>
      `«${organization}» salió de «${campaign}». Lo que trajeron sus enlaces se sigue contando.`,
    'partner-removed': ({ organization, campaign }) =>
      `Alguien que administra tu organización quitó a «${organization}» de «${campaign}». Lo que trajeron sus enlaces se sigue contando.`,
    'partnership-left': ({ organization, campaign }) =>
      `Tu organización salió de «${campaign}», la campaña de «${organization}». Sus miembros ya no la ven. Solo quien lleva la campaña puede volver a invitarla.`,
    'partnership-ended': ({ organization, campaign }) =>
      `«${organization}» terminó la alianza con tu organización en «${campaign}». Tus miembros ya no ven esa campaña.`,
  },
} satisfies Record<EmailLocale, Words>

export type PlaceChange = keyof (typeof changes)['en']

/** The subject names nobody: it shows on lock screens. */
const topics = {
  en: {
    place: 'Your place in an organization has changed',
    owners: 'The owners of your organization have changed',
    partners: 'A partnership of your organization has changed',
  },
  es: {
    place: 'Cambió tu lugar en una organización',
    owners: 'Cambió quién administra tu organización',
    partners: 'Cambió una alianza de tu organización',
  },
} as const

function topicOf(change: PlaceChange): keyof (typeof topics)['en'] {
  if (change.startsWith('partner')) return 'partners'
  return change.startsWith('owner') ? 'owners' : 'place'
}

export interface PlaceChangedValues {
  change: PlaceChange
  organizationName: string
  role?: Role
  /** The address of who became an owner, or no longer is one. */
  who?: string
  /** The title of the campaign that a partnership is about. */
  campaign?: string
  consoleUrl: string
}

export const placeChanged = defineEmail<PlaceChangedValues>({
  name: 'place-changed',
  copy: {
    en: {
      subject: '{topic}',
      preheader: 'Please read this if you did not expect it.',
      blocks: [
        { kind: 'heading', words: '{topic}' },
        { kind: 'paragraph', words: '{what}' },
        { kind: 'button', words: 'Open the console', url: '{consoleUrl}' },
        {
          kind: 'small',
          words:
            'If you did not expect this, ask an owner of your organization by another way than email. The audit log says who did it.',
        },
      ],
      footer: 'You got this email because you are an organizer here. It carries no trackers.',
    },
    es: {
      subject: '{topic}',
      preheader: 'Lee esto si no lo esperabas.',
      blocks: [
        { kind: 'heading', words: '{topic}' },
        { kind: 'paragraph', words: '{what}' },
        { kind: 'button', words: 'Abrir la consola', url: '{consoleUrl}' },
        {
          kind: 'small',
          words:
            'Si no lo esperabas, pregunta por otra vía que no sea el correo a alguien que administre tu organización. El registro dice quién lo hizo.',
        },
      ],
      footer: 'Recibiste este correo porque organizas aquí. No lleva rastreadores.',
    },
  },
  fills: ({ change, organizationName, role, who = '', campaign = '', consoleUrl }, locale) => ({
    topic: topics[locale][topicOf(change)],
    what: changes[locale][change]({
      organization: organizationName,
      who,
      campaign,
      role: role ? roles[locale][role] : '',
    }),
    consoleUrl,
  }),
  sample: {
    change: 'owner-added',
    organizationName: 'Mijente',
    who: 'ada@example.org',
    consoleUrl: 'https://pledge.example.org/console/',
  },
})
