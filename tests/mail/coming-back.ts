import { createTransport } from 'nodemailer'

export interface Bringing {
  /** Of the bounce receiver. */
  port: number
  to: string
  raw: string
  /** Nobody, as servers say that they speak for themselves. */
  from?: string
  /** For nodemailer, in place of a connection in the clear. */
  tls?: object
}

/** Brings back what another server has to say of a letter. @returns the code that it was answered with */
export async function bringBack({ port, to, raw, from = '', tls = {} }: Bringing): Promise<number> {
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
    tls: { rejectUnauthorized: false },
    ...tls,
  })
  const { response } = await transport
    .sendMail({ envelope: { from, to }, raw })
    .catch((error: Error) => error as never)
  transport.close()
  return Number(String(response).slice(0, 3))
}

/** What a server says of a letter that it took, and could not deliver (RFC 3464). */
export function aNotification({
  to = 'ada@mail.example',
  final = undefined as string | undefined,
  original = '',
  action = 'failed',
  status = '5.1.1',
  diagnostic = undefined as string | undefined,
  type = 'message/delivery-status',
} = {}): string {
  const says = diagnostic ?? `smtp; 550 ${status} <${to}>`
  return [
    'From: MAILER-DAEMON@mx.example.edu',
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'I am sorry to have to inform you.',
    '--b',
    `Content-Type: ${type}`,
    '',
    'Reporting-MTA: dns; mx.example.edu',
    '',
    ...(original ? [`Original-Recipient: ${original}`] : []),
    `Final-Recipient: ${final ?? `rfc822; ${to}`}`,
    `Action: ${action}`,
    `Status: ${status}`,
    ...(says ? [`Diagnostic-Code: ${says}`] : []),
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    'Subject: One more step',
    '--b--',
    '',
  ].join('\r\n')
}
