import { defineEmail } from './email.ts'

export interface OrganizerSignInValues {
  signInUrl: string
}

export const organizerSignIn = defineEmail<OrganizerSignInValues>({
  name: 'organizer-sign-in',
  copy: {
    en: {
      subject: 'Your link to sign in',
      preheader: 'It works once, for a few minutes.',
      blocks: [
        { kind: 'heading', words: 'Sign in' },
        {
          kind: 'paragraph',
          words: 'Open this in the browser in which you asked for it, and press the button you find there.',
        },
        { kind: 'button', words: 'Go on to sign in', url: '{signInUrl}' },
        {
          kind: 'small',
          words:
            'The link works once, for 10 minutes, and only the newest one does. If you have a passkey, it will be asked for besides.',
        },
        {
          kind: 'small',
          words:
            'If you did not ask for it, do nothing: in any other browser it is worth nothing. Never pass it on.',
        },
      ],
      footer: 'You got this email because somebody typed your address to sign in. It carries no trackers.',
    },
    es: {
      subject: 'Tu enlace para entrar',
      preheader: 'Funciona una sola vez, por unos minutos.',
      blocks: [
        { kind: 'heading', words: 'Entrar' },
        {
          kind: 'paragraph',
          words: 'Ábrelo en el mismo navegador en el que lo pediste y pulsa el botón que encontrarás allí.',
        },
        { kind: 'button', words: 'Continuar', url: '{signInUrl}' },
        {
          kind: 'small',
          words:
            'El enlace funciona una sola vez, durante 10 minutos, y solo vale el más reciente. Si tienes una llave de acceso, también se te pedirá.',
        },
        {
          kind: 'small',
          words: 'Si no lo pediste, no hagas nada: en otro navegador no sirve. No lo reenvíes nunca.',
        },
      ],
      footer:
        'Recibiste este correo porque alguien escribió tu dirección para entrar. No lleva rastreadores.',
    },
  },
  fills: ({ signInUrl }) => ({ signInUrl }),
  sample: { signInUrl: 'https://pledge.example.org/console/sign-in#link=sample-token' },
})
