import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { spokenLocale } from '../../emails/email.ts'
import type { EmailName } from '../../emails/emails.ts'
import { emailNames, previewOf } from '../../emails/preview.ts'
import type { Scheme } from '../../emails/theme.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import { ownLocale, showPage } from './show.ts'

/** Local mode's proofs: every email there is, with sample values, to look at before anybody gets it. */
export function emailPages(app: App, { publicUrl }: Deps): void {
  app.get('/dev/emails', { schema: { hide: true } }, async (request, reply) => {
    const locale = ownLocale(request)
    const emails = await Promise.all(emailNames.map((name) => previewOf(name, spokenLocale(locale))))
    const list = emails.map(({ name, inbox: [first], bytes }) => ({
      name,
      subject: first?.subject ?? '',
      bytes,
    }))
    return await showPage(reply, 'emails', { list, publicUrl }, { locale, theme: 'auto' })
  })
  app.get(
    '/dev/emails/:name',
    { schema: { hide: true, params: Type.Object({ name: Type.String({ maxLength: 200 }) }) } },
    async (request, reply) => {
      const { name } = request.params
      if (!isEmail(name)) throw new Refusal('not-found', 'There is no such email.')
      const locale = ownLocale(request)
      const scheme = schemeOf(request)
      const email = { ...(await previewOf(name, spokenLocale(locale), scheme)), scheme }
      return await showPage(reply, 'emails', { email, publicUrl }, { locale, theme: 'auto' })
    },
  )
}

function isEmail(name: string): name is EmailName {
  return (emailNames as string[]).includes(name)
}

function schemeOf({ query }: FastifyRequest): Scheme {
  return (query as { theme?: unknown }).theme === 'dark' ? 'dark' : 'light'
}
