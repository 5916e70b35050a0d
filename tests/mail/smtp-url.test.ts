import { expect, test } from 'vitest'
import { readSmtpUrl } from '../../server/mail/smtp-url.ts'

test('another machine must offer STARTTLS', () => {
  expect(readSmtpUrl('smtp://us:p%40ss@mail.example.org')).toEqual({
    host: 'mail.example.org',
    port: 587,
    secure: false,
    requireTLS: true,
    ignoreTLS: false,
    auth: { user: 'us', pass: 'p@ss' },
  })
})

test('smtps is TLS from the first byte', () => {
  expect(readSmtpUrl('smtps://mail.example.org')).toMatchObject({ port: 465, secure: true, ignoreTLS: false })
})

test.for(['localhost', '127.0.0.1', '127.9.9.9', '[::1]'])('this machine (%s) may do without', (host) => {
  expect(readSmtpUrl(`smtp://${host}:2525`)).toMatchObject({ port: 2525, requireTLS: false, ignoreTLS: true })
})

test.for(['localhost.evil.com', '127.0.0.1.evil.com', '10.0.0.1'])('%s is not this machine', (host) => {
  expect(readSmtpUrl(`smtp://${host}`)).toMatchObject({ requireTLS: true, ignoreTLS: false })
})

test('plain text elsewhere is asked for in words, and never with a password', () => {
  expect(readSmtpUrl('smtp://relay:25?tls=none')).toMatchObject({ requireTLS: false, ignoreTLS: true })
  expect(() => readSmtpUrl('smtp://us:secret@relay:25?tls=none')).toThrow('without TLS')
})

test.for([
  'mail.example.org',
  'http://mail.example.org',
  'smtp://',
  'smtp://us:secret@mail.example.org?tls=maybe',
  'smtp://us:secret@mail.example.org?ignoreTLS=true',
  'smtp://us:secret@mail.example.org?tls=none&tls=required',
  'smtp://us:%secret@mail.example.org',
])('%s is refused, and the refusal does not repeat it', (url) => {
  expect(() => readSmtpUrl(url)).toThrow(/^(?!.*secret)/)
})
