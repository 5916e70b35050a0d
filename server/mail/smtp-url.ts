export interface SmtpConnection {
  host: string
  port: number
  /** TLS from the first byte (`smtps://`). */
  secure: boolean
  /** STARTTLS, or no letter at all. */
  requireTLS: boolean
  ignoreTLS: boolean
  auth?: { user: string; pass: string }
}

const shape = 'SMTP_URL must be smtp[s]://[user:password@]host[:port][?tls=required|none]'

/**
 * `smtps://` is TLS throughout; `smtp://` means STARTTLS, and no letter leaves where the server does not offer it.
 * Plain text is for this machine, or for a relay on a private network, asked for with `?tls=none`, without a password.
 * Throws an Error that does not repeat the URL: it holds a password.
 */
export function readSmtpUrl(text: string): SmtpConnection {
  const url = URL.parse(text)
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') throw new Error(shape)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const secure = url.protocol === 'smtps:'
  const usesTls = secure || wantsTls(url, host)
  const auth = url.username === '' ? undefined : credentialsOf(url)
  if (auth && !usesTls && !isLoopback(host)) throw new Error('SMTP_URL would send a password without TLS')
  return {
    host,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && usesTls,
    ignoreTLS: !usesTls,
    ...(auth && { auth }),
  }
}

/** Any other option is refused rather than overlooked: it may have been meant to make things safer. */
function wantsTls(url: URL, host: string): boolean {
  const options = [...url.searchParams]
  const [name, value] = options[0] ?? ['tls', isLoopback(host) ? 'none' : 'required']
  if (options.length > 1 || name !== 'tls' || !['required', 'none'].includes(value)) throw new Error(shape)
  return value === 'required'
}

function credentialsOf(url: URL): { user: string; pass: string } {
  try {
    return { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
  } catch {
    throw new Error('The user or password in SMTP_URL is not percent-encoded')
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
