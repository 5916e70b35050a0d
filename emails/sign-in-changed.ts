import { defineEmail, type EmailLocale } from './email.ts'

/** What can become of an organizer's ways to sign in. Nothing that anybody typed is repeated. */
const changes = {
  en: {
    'passkey-added': 'A passkey was added to your account.',
    'passkey-removed': 'A passkey was removed from your account.',
    'passkey-stopped':
      'The first passkey of your account was removed before it counted, and all sessions ended. If the passkey was yours, ask an owner of your organization why. If it was not, change the password of your mailbox before you sign in again.',
    'codes-made': 'New recovery codes were made for your account. Those of before are not good any more.',
    'code-used': 'Somebody signed in to your account with an emailed link and one of your recovery codes.',
    'reset-approved':
      'An owner of your organization approved that your passkeys be replaced: the next emailed link signs you in.',
    'reset-cancelled': 'The request to replace your passkeys was taken back. Nothing changes.',
    'reset-used':
      'Your passkeys were replaced: all earlier ones, your recovery codes and your sessions are gone, and an emailed link was enough to sign in. Add a new passkey now.',
  },
  es: {
    'passkey-added': 'Se añadió una llave de acceso a tu cuenta.',
    'passkey-removed': 'Se quitó una llave de acceso de tu cuenta.',
    'passkey-stopped':
      'Se quitó la primera llave de acceso de tu cuenta antes de que contara, y se cerraron todas las sesiones. Si la llave era tuya, pregunta a quien administra tu organización. Si no lo era, cambia la contraseña de tu buzón antes de volver a entrar.',
    'codes-made': 'Se crearon códigos de recuperación nuevos para tu cuenta. Los anteriores ya no sirven.',
    'code-used': 'Alguien entró en tu cuenta con un enlace de correo y uno de tus códigos de recuperación.',
    'reset-approved':
      'Alguien que administra tu organización aprobó reemplazar tus llaves de acceso: el próximo enlace de correo te deja entrar.',
    'reset-cancelled': 'Se retiró la petición de reemplazar tus llaves de acceso. No cambia nada.',
    'reset-used':
      'Se reemplazaron tus llaves de acceso: las anteriores, tus códigos de recuperación y tus sesiones ya no existen, y bastó un enlace de correo para entrar. Añade una llave nueva ahora.',
  },
} satisfies Record<EmailLocale, Record<string, string>>

export type SignInChange = keyof (typeof changes)['en']

export interface SignInChangedValues {
  change: SignInChange
  accountUrl: string
}

export const signInChanged = defineEmail<SignInChangedValues>({
  name: 'sign-in-changed',
  copy: {
    en: {
      subject: 'Your ways to sign in have changed',
      preheader: 'Please check that it was you.',
      blocks: [
        { kind: 'heading', words: 'Was this you?' },
        { kind: 'paragraph', words: '{what}' },
        { kind: 'button', words: 'See your account', url: '{accountUrl}' },
        {
          kind: 'small',
          words:
            'If it was not you: sign in, end all other sessions, remove what is not yours, and tell another owner of your organization at once.',
        },
      ],
      footer: 'You got this email because you are an organizer here. It carries no trackers.',
    },
    es: {
      subject: 'Cambió tu forma de entrar',
      preheader: 'Comprueba que fuiste tú.',
      blocks: [
        { kind: 'heading', words: '¿Fuiste tú?' },
        { kind: 'paragraph', words: '{what}' },
        { kind: 'button', words: 'Ver tu cuenta', url: '{accountUrl}' },
        {
          kind: 'small',
          words:
            'Si no fuiste tú: entra, cierra todas las demás sesiones, quita lo que no sea tuyo y avisa enseguida a otra persona que administre tu organización.',
        },
      ],
      footer: 'Recibiste este correo porque organizas aquí. No lleva rastreadores.',
    },
  },
  fills: ({ change, accountUrl }, locale) => ({ what: changes[locale][change], accountUrl }),
  sample: { change: 'passkey-added', accountUrl: 'https://pledge.example.org/console/account' },
})
