import { defineEmail, moment } from './email.ts'

export interface PasskeyResetValues {
  /** The address of whose passkeys are to be replaced. */
  who: string
  /** Whether that is the reader, or somebody in an organization that the reader owns. */
  isReader: boolean
  takesEffectAt: Date
  accountUrl: string
}

const words = {
  en: {
    hers: 'Somebody who reads your mail said that your passkeys are lost, and asked to sign in without them.',
    anothers: (who: string) =>
      `Somebody who reads the mail of ${who} said that their passkeys are lost, and asked to sign in without them. You own an organization that they are in.`,
    hersAdvice:
      'If it was not you, somebody else reads your mail: sign in with your passkey, which ends this, and change the password of your mailbox.',
    anothersAdvice:
      'Ask them by another way than email. If it is true, you can approve it, and they need not wait. If it is not, say no on the same page.',
  },
  es: {
    hers: 'Alguien que lee tu correo dijo que tus llaves de acceso se perdieron, y pidió entrar sin ellas.',
    anothers: (who: string) =>
      `Alguien que lee el correo de ${who} dijo que sus llaves de acceso se perdieron, y pidió entrar sin ellas. Administras una organización en la que participa.`,
    hersAdvice:
      'Si no fuiste tú, otra persona lee tu correo: entra con tu llave de acceso, lo que detiene todo esto, y cambia la contraseña de tu buzón.',
    anothersAdvice:
      'Pregúntale por otra vía que no sea el correo. Si es cierto, puedes aprobarlo y no tendrá que esperar. Si no, recházalo en la misma página.',
  },
}

export const passkeyReset = defineEmail<PasskeyResetValues>({
  name: 'passkey-reset',
  copy: {
    en: {
      subject: 'Passkeys are about to be replaced',
      preheader: 'Please read this if you did not expect it.',
      blocks: [
        { kind: 'heading', words: 'Passkeys are about to be replaced' },
        { kind: 'paragraph', words: '{what}' },
        { kind: 'paragraph', words: 'Unless somebody says no, an emailed link is enough from {when} on.' },
        { kind: 'paragraph', words: '{advice}' },
        { kind: 'button', words: 'See it, and say no', url: '{accountUrl}' },
      ],
      footer:
        'You get this email every day until it is over, because you are an organizer here. It carries no trackers.',
    },
    es: {
      subject: 'Se van a reemplazar unas llaves de acceso',
      preheader: 'Lee esto si no lo esperabas.',
      blocks: [
        { kind: 'heading', words: 'Se van a reemplazar unas llaves de acceso' },
        { kind: 'paragraph', words: '{what}' },
        { kind: 'paragraph', words: 'Si nadie se opone, bastará un enlace de correo desde el {when}.' },
        { kind: 'paragraph', words: '{advice}' },
        { kind: 'button', words: 'Verlo y oponerse', url: '{accountUrl}' },
      ],
      footer: 'Recibes este correo cada día hasta que termine, porque organizas aquí. No lleva rastreadores.',
    },
  },
  fills: ({ who, isReader, takesEffectAt, accountUrl }, locale) => ({
    what: isReader ? words[locale].hers : words[locale].anothers(who),
    advice: isReader ? words[locale].hersAdvice : words[locale].anothersAdvice,
    when: moment(locale, takesEffectAt),
    accountUrl,
  }),
  sample: {
    who: 'ada@example.org',
    isReader: false,
    takesEffectAt: new Date('2026-03-05T14:30:00Z'),
    accountUrl: 'https://pledge.example.org/console/account',
  },
})
