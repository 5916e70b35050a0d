import type { MailSend } from './sendgrid-shape.ts'

/** What one recipient finds in her mailbox. */
export interface Received {
  to: string
  from: string
  subject: string
  text: string | undefined
  html: string | undefined
  headers: Record<string, string>
  /** What the event webhook tells of it. */
  args: Record<string, string>
}

/** Does what SendGrid does with a request: one letter for each personalization, substitutions put in. */
export function receivedOf({ personalizations, from, subject = '', content, headers }: MailSend): Received[] {
  const part = (wanted: string) => content.find(({ type }) => type === wanted)?.value
  return personalizations.flatMap(({ to, substitutions = {}, custom_args: args = {}, ...own }) => {
    const put = (text: string) =>
      Object.entries(substitutions).reduce((done, [mark, value]) => done.replaceAll(mark, () => value), text)
    const [text, html] = [part('text/plain'), part('text/html')]
    return to.map(({ email }) => ({
      to: email,
      from: from.name ? `${from.name} <${from.email}>` : from.email,
      subject: put(own.subject ?? subject),
      text: text && put(text),
      html: html && put(html),
      headers: own.headers ?? headers ?? {},
      args,
    }))
  })
}
