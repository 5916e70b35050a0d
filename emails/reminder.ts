import { confirm, confirmFills, type ConfirmValues } from './confirm.ts'
import { defineEmail } from './email.ts'

export interface ReminderValues extends ConfirmValues {
  /** Of the days that an unconfirmed pledge is kept, those that are left. */
  expiresInDays: number
}

/** Once, to who has not confirmed: a letter may have been lost, or was overlooked. It stands alone, and says all again. */
export const reminder = defineEmail<ReminderValues>({
  name: 'reminder',
  own: { confirmUrl: 'url', code: 'text', myPledgeUrl: 'url', stopUrl: 'url' },
  copy: {
    en: {
      subject: 'Your signature is still waiting',
      namingSubject: 'Your signature is still waiting: {campaignTitle}',
      preheader: 'One step is left. This is the only reminder.',
      blocks: [
        { kind: 'heading', words: 'Your signature does not count yet' },
        {
          kind: 'paragraph',
          words:
            'You signed “{campaignTitle}”, a pledge drive by {organizationName}, and one step is left: your signature counts once you confirm it.',
        },
        { kind: 'quote', words: '{pledgeText}' },
        { kind: 'button', words: 'Confirm my signature', url: '{confirmUrl}' },
        {
          kind: 'paragraph',
          words: 'Or, if the page where you signed is still open, type this code there:',
        },
        { kind: 'code', words: '{code}' },
        { kind: 'paragraph', words: '{signedFor} {ticked}' },
        { kind: 'link', words: 'See, change or erase what we hold', url: '{myPledgeUrl}' },
        {
          kind: 'small',
          words: 'We will not remind you again. A pledge that stays unconfirmed is erased in {expiresIn}.',
        },
        {
          kind: 'small',
          words:
            'If this was not you, do nothing: it counts for nobody. The link at the end stops all mail to your address.',
        },
      ],
      footer: 'You got this email because your address was entered on a pledge page. It carries no trackers.',
      links: [{ words: 'Stop all mail to this address', url: '{stopUrl}' }],
    },
    es: {
      subject: 'Tu firma sigue esperando',
      namingSubject: 'Tu firma sigue esperando: {campaignTitle}',
      preheader: 'Falta un paso. Es el único recordatorio.',
      blocks: [
        { kind: 'heading', words: 'Tu firma todavía no cuenta' },
        {
          kind: 'paragraph',
          words:
            'Firmaste «{campaignTitle}», una campaña de {organizationName}, y falta un paso: tu firma cuenta en cuanto la confirmes.',
        },
        { kind: 'quote', words: '{pledgeText}' },
        { kind: 'button', words: 'Confirmar mi firma', url: '{confirmUrl}' },
        {
          kind: 'paragraph',
          words: 'O, si todavía tienes abierta la página donde firmaste, escribe allí este código:',
        },
        { kind: 'code', words: '{code}' },
        { kind: 'paragraph', words: '{signedFor} {ticked}' },
        { kind: 'link', words: 'Ver, cambiar o borrar lo que guardamos', url: '{myPledgeUrl}' },
        {
          kind: 'small',
          words: 'No te lo recordaremos otra vez. Una firma sin confirmar se borra dentro de {expiresIn}.',
        },
        {
          kind: 'small',
          words:
            'Si no fuiste tú, no hagas nada: no cuenta para nadie. El enlace del final detiene todos los correos a tu dirección.',
        },
      ],
      footer:
        'Recibiste este correo porque alguien escribió tu dirección en una página de firmas. No lleva rastreadores.',
      links: [{ words: 'No recibir más correos en esta dirección', url: '{stopUrl}' }],
    },
  },
  fills: confirmFills,
  sample: { ...confirm.sample, expiresInDays: 5 },
})
