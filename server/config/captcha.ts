import type { Reading } from './reader.ts'

export interface HcaptchaConfig {
  siteKey: string
  secret: string
  verifyUrl?: string
  whenDown: 'refuse' | 'altcha'
}

export type CaptchaSettings = { kind: 'none' | 'altcha' } | ({ kind: 'hcaptcha' } & HcaptchaConfig)

export function readCaptcha({ env, read, wrong }: Reading): CaptchaSettings {
  const { CAPTCHA, HCAPTCHA_SITEKEY, HCAPTCHA_SECRET, HCAPTCHA_VERIFY_URL } = env
  if (!HCAPTCHA_SITEKEY && !HCAPTCHA_SECRET)
    return { kind: read.oneOf('CAPTCHA', ['altcha', 'none'] as const, 'altcha') }
  if (CAPTCHA) wrong.push('CAPTCHA and HCAPTCHA_…: set one of them, not both.')
  return {
    kind: 'hcaptcha',
    siteKey: read.required('HCAPTCHA_SITEKEY'),
    secret: read.required('HCAPTCHA_SECRET'),
    whenDown: read.oneOf('HCAPTCHA_DOWN', ['refuse', 'altcha'] as const, 'refuse'),
    ...(HCAPTCHA_VERIFY_URL && { verifyUrl: read.url('HCAPTCHA_VERIFY_URL') }),
  }
}
