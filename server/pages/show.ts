import type { FastifyReply, FastifyRequest } from 'fastify'
import { localesOf } from '../campaigns/routes.ts'
import { type PublicCode, type Refusal, type RefusalCode, refusals } from '../refusal.ts'
import type { PageName, Pages, ShownRefusal } from './contract.ts'
import { type DocumentFrame, htmlDocument } from './document.ts'

/** What our own words are written in; campaigns bring locales of their own. */
const ownLocales = ['en', 'es']

export async function showPage<Name extends PageName>(
  reply: FastifyReply,
  page: Name,
  props: Pages[Name],
  frame: DocumentFrame,
): Promise<FastifyReply> {
  const { html, contentSecurityPolicy } = await htmlDocument(page, props, frame)
  return reply
    .header('content-security-policy', contentSecurityPolicy)
    .header('vary', 'accept-language')
    .type('text/html; charset=utf-8')
    .send(html)
}

/** The locale of a page that belongs to no campaign. */
export function ownLocale({ headers, query }: FastifyRequest): string {
  const { locale } = query as { locale?: unknown }
  const wanted = localesOf(headers['accept-language'], typeof locale === 'string' ? locale : undefined)
  const languages = wanted.map((one) => one.split('-')[0] ?? '')
  return languages.find((language) => ownLocales.includes(language)) ?? 'en'
}

export function shown({ code, field, retryAfter, sign }: Refusal): ShownRefusal {
  return {
    code: isPublic(code) ? code : 'not-found',
    ...(field && { field }),
    ...(retryAfter && { retryAfter }),
    ...(sign && { sign }),
  }
}

function isPublic(code: RefusalCode): code is PublicCode {
  return code in refusals
}

/** Any refusal, as a person sees it. A frame shows it too: an embed that went wrong must not be a blank. */
export function showRefusedPage(publicUrl: string) {
  return async (refusal: Refusal, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    await showPage(
      reply,
      'refused',
      { refusal: shown(refusal), publicUrl },
      { locale: ownLocale(request), theme: 'auto', isFramed: request.url.startsWith('/embed/') },
    )
}
