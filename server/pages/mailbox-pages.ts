import { Type } from 'typebox'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { letterIn, lettersIn, type MailboxLetter } from '../mail/mailbox.ts'
import { Refusal } from '../refusal.ts'
import { ownLocale, showPage } from './show.ts'

/** Local mode's mailbox: whatever would have been mailed, to read and click. */
export function mailboxPages(app: App, deps: Deps): void {
  app.get('/dev/mailbox', { schema: { hide: true } }, async (request, reply) => {
    const letters = (await lettersIn(deps.mailboxFolder)).map(summaryOf)
    const props = { letters, publicUrl: deps.publicUrl }
    return await showPage(reply, 'mailbox', props, { locale: ownLocale(request), theme: 'auto' })
  })
  app.get(
    '/dev/mailbox/:id',
    { schema: { hide: true, params: Type.Object({ id: Type.String({ maxLength: 200 }) }) } },
    async (request, reply) => {
      const found = await letterIn(deps.mailboxFolder, request.params.id)
      if (!found) throw new Refusal('not-found', 'There is no such letter.')
      const letters = (await lettersIn(deps.mailboxFolder)).map(summaryOf)
      const letter = { ...summaryOf(found), text: found.text, html: found.html }
      const props = { letters, letter, publicUrl: deps.publicUrl }
      return await showPage(reply, 'mailbox', props, { locale: ownLocale(request), theme: 'auto' })
    },
  )
}

function summaryOf({ id, to, subject, date }: MailboxLetter) {
  return { id, to, subject, at: date }
}
