import type { Received } from '../smtp-inbox.ts'

/** The link to one of our pages in a message's text. */
export function linkIn({ text = '' }: Received, page: 'confirm' | 'my-pledge'): string {
  const [link] = new RegExp(`https?://\\S+/${page}/\\S+`).exec(text) ?? []
  if (!link) throw new Error(`no ${page} link in the message`)
  return link
}
