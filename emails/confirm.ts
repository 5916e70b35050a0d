import { defineEmail, duration, type EmailLocale } from './email.ts'
import type { Fills } from './fill.ts'
import { type SignedFor, signedForIn, tickedIn, type Ticks } from './ticked.ts'

/** Nothing in it was typed by a signer: whoever signs with a stranger's address cannot write to that stranger. */
export interface ConfirmValues {
  campaignTitle: string
  organizationName: string
  pledgeText: string
  confirmUrl: string
  /** Six digits. */
  code: string
  myPledgeUrl: string
  signedFor: SignedFor
  ticks: Ticks
  expiresInDays: number
  /** Where the reader ends all mail to her address. */
  stopUrl: string
}

export const confirm = defineEmail<ConfirmValues>({
  name: 'confirm',
  own: { confirmUrl: 'url', code: 'text', myPledgeUrl: 'url', stopUrl: 'url' },
  copy: {
    en: {
      subject: 'Confirm your signature',
      namingSubject: 'Confirm your signature: {campaignTitle}',
      preheader: 'One step is left. It takes a few seconds.',
      blocks: [
        { kind: 'heading', words: 'One step is left' },
        {
          kind: 'paragraph',
          words:
            'Thank you for signing “{campaignTitle}”, a pledge drive by {organizationName}. Your signature counts once you confirm it.',
        },
        { kind: 'quote', words: '{pledgeText}' },
        { kind: 'button', words: 'Confirm my signature', url: '{confirmUrl}' },
        { kind: 'paragraph', words: 'Or type this code on the page where you signed:' },
        { kind: 'code', words: '{code}' },
        { kind: 'paragraph', words: '{signedFor} {ticked}' },
        { kind: 'link', words: 'See, change or erase what we hold', url: '{myPledgeUrl}' },
        {
          kind: 'small',
          words:
            'If this was not you, do nothing: nobody can sign for you, and what you do not confirm is erased after {expiresIn}. The link at the end stops all mail to your address, whoever types it.',
        },
      ],
      footer: 'You got this email because your address was entered on a pledge page. It carries no trackers.',
      links: [{ words: 'Stop all mail to this address', url: '{stopUrl}' }],
    },
    es: {
      subject: 'Confirma tu firma',
      namingSubject: 'Confirma tu firma: {campaignTitle}',
      preheader: 'Falta un paso. Toma unos segundos.',
      blocks: [
        { kind: 'heading', words: 'Falta un paso' },
        {
          kind: 'paragraph',
          words:
            'Gracias por firmar «{campaignTitle}», una campaña de {organizationName}. Tu firma cuenta en cuanto la confirmes.',
        },
        { kind: 'quote', words: '{pledgeText}' },
        { kind: 'button', words: 'Confirmar mi firma', url: '{confirmUrl}' },
        { kind: 'paragraph', words: 'O escribe este código en la página donde firmaste:' },
        { kind: 'code', words: '{code}' },
        { kind: 'paragraph', words: '{signedFor} {ticked}' },
        { kind: 'link', words: 'Ver, cambiar o borrar lo que guardamos', url: '{myPledgeUrl}' },
        {
          kind: 'small',
          words:
            'Si no fuiste tú, no hagas nada: nadie puede firmar por ti, y lo que no confirmes se borra después de {expiresIn}. Con el enlace del final no llegará ningún correo más a tu dirección, la escriba quien la escriba.',
        },
      ],
      footer:
        'Recibiste este correo porque alguien escribió tu dirección en una página de firmas. No lleva rastreadores.',
      links: [{ words: 'No recibir más correos en esta dirección', url: '{stopUrl}' }],
    },
  },
  fills: confirmFills,
  sample: {
    campaignTitle: '#NoTechForICE',
    organizationName: 'Mijente',
    pledgeText: 'I will not work for a tech firm while it contracts with ICE.\nI will tell recruiters why.',
    confirmUrl: 'https://pledge.example.org/confirm/sample-token',
    code: '123456',
    myPledgeUrl: 'https://pledge.example.org/my-pledge/sample-token',
    signedFor: { campus: 'Georgia Institute of Technology', affiliation: 'student' },
    ticks: {
      listsName: true,
      wantsUpdates: true,
      clauses: ['I also ask my school to keep these firms off campus.'],
      sharedWith: [{ name: 'Mijente', key: '3f9a 11c2 08be 77d0' }],
    },
    expiresInDays: 7,
    stopUrl: 'https://pledge.example.org/stop-mail/sample-token',
  },
})

export function confirmFills(
  { signedFor, ticks, code, expiresInDays, ...values }: ConfirmValues,
  locale: EmailLocale,
): Fills {
  return {
    ...values,
    code: `${code.slice(0, 3)} ${code.slice(3)}`,
    signedFor: signedForIn(locale, signedFor),
    ticked: tickedIn(locale, ticks),
    expiresIn: duration(locale, expiresInDays, 'day'),
  }
}
