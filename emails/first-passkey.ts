import { defineEmail, moment } from './email.ts'

export interface FirstPasskeyValues {
  /** The address of whose account the passkey was added to. */
  who: string
  /** Whether that is the reader, or somebody in an organization that the reader owns. */
  isReader: boolean
  countsFrom: Date
  /** Where the reader removes the passkey, without signing in. */
  stopUrl: string
}

const words = {
  en: {
    own: (who: string) =>
      `Somebody who signed in with an emailed link added a first passkey to your account, ${who}.`,
    anothers: (who: string) =>
      `Somebody who signed in with an emailed link added a first passkey to the account of ${who}. You own an organization that they are in.`,
    ownAdvice:
      'If it was not you, somebody else reads your mail: remove the passkey, and change the password of your mailbox.',
    anothersAdvice: 'Ask them by another way than email. If it was not them, remove the passkey.',
  },
  es: {
    own: (who: string) =>
      `Alguien que entró con un enlace de correo añadió la primera llave de acceso a tu cuenta, ${who}.`,
    anothers: (who: string) =>
      `Alguien que entró con un enlace de correo añadió la primera llave de acceso a la cuenta de ${who}. Administras una organización en la que participa.`,
    ownAdvice:
      'Si no fuiste tú, otra persona lee tu correo: quita la llave y cambia la contraseña de tu buzón.',
    anothersAdvice: 'Pregúntale por otra vía que no sea el correo. Si no fue esa persona, quita la llave.',
  },
}

export const firstPasskey = defineEmail<FirstPasskeyValues>({
  name: 'first-passkey',
  copy: {
    en: {
      subject: 'A first passkey was added',
      preheader: 'Please check that it is all right.',
      blocks: [
        { kind: 'heading', words: 'A first passkey was added' },
        { kind: 'paragraph', words: '{what}' },
        {
          kind: 'paragraph',
          words:
            'It signs in at once. From {when} on it also allows what asks for a passkey: exports, deletions, roles and keys.',
        },
        { kind: 'paragraph', words: '{advice}' },
        { kind: 'button', words: 'Remove the passkey', url: '{stopUrl}' },
        { kind: 'small', words: 'If all is right, do nothing.' },
      ],
      footer: 'You got this email because you are an organizer here. It carries no trackers.',
    },
    es: {
      subject: 'Se añadió una primera llave de acceso',
      preheader: 'Comprueba que todo esté bien.',
      blocks: [
        { kind: 'heading', words: 'Se añadió una primera llave de acceso' },
        { kind: 'paragraph', words: '{what}' },
        {
          kind: 'paragraph',
          words:
            'Con ella ya se puede entrar. Desde el {when} también permite lo que pide una llave: exportar, borrar, cambiar papeles y claves.',
        },
        { kind: 'paragraph', words: '{advice}' },
        { kind: 'button', words: 'Quitar la llave', url: '{stopUrl}' },
        { kind: 'small', words: 'Si todo está bien, no hagas nada.' },
      ],
      footer: 'Recibiste este correo porque organizas aquí. No lleva rastreadores.',
    },
  },
  fills: ({ who, isReader, countsFrom, stopUrl }, locale) => ({
    what: isReader ? words[locale].own(who) : words[locale].anothers(who),
    advice: isReader ? words[locale].ownAdvice : words[locale].anothersAdvice,
    when: moment(locale, countsFrom),
    stopUrl,
  }),
  sample: {
    who: 'ada@example.org',
    isReader: false,
    countsFrom: new Date('2026-03-05T14:30:00Z'),
    stopUrl: 'https://pledge.example.org/console/first-passkey#sample-token',
  },
})
