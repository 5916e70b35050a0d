import { createPrivateKey, createPublicKey } from 'node:crypto'
import { isIP } from 'node:net'
import { type Environment, type SettingName, settings } from './settings.ts'

/** What a part of the settings is read from. */
export interface Reading {
  env: Environment
  read: Reader
  isLocal: boolean
  /** Takes a sentence for each thing that is wrong. */
  wrong: string[]
}

interface Range {
  least: number
  most: number
  otherwise: number
}

/** Reads settings one by one, and collects what is wrong with them in sentences. */
export class Reader {
  readonly #env: Environment
  readonly #wrong: string[]

  constructor(env: Environment, wrong: string[]) {
    this.#env = env
    this.#wrong = wrong
  }

  required(name: SettingName): string {
    const value = this.#env[name]
    if (!value) this.#wrong.push(`${name} is missing. ${settings[name]}`)
    return value ?? ''
  }

  oneOf<Value extends string>(name: SettingName, values: readonly Value[], otherwise?: Value): Value {
    const value = (this.#env[name] || otherwise) as Value
    if (!values.includes(value)) this.#wrong.push(`${name} must be one of: ${values.join(', ')}.`)
    return value
  }

  port(name: SettingName, otherwise: number): number {
    const value = Number(this.#env[name] || otherwise)
    if (Number.isInteger(value) && value >= 0 && value < 65_535) return value
    this.#wrong.push(`${name} must be a port number.`)
    return otherwise
  }

  /** Between a hundredth and a thousand. */
  factor(name: SettingName): number {
    const value = Number(this.#env[name] || 1)
    if (value >= 0.01 && value <= 1_000) return value
    this.#wrong.push(`${name} must be a number from 0.01 to 1000.`)
    return 1
  }

  /** @param range the least, the most, and what it is where nothing is said */
  number(name: SettingName, { least, most, otherwise }: Range): number {
    const value = Number(this.#env[name] || otherwise)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    this.#wrong.push(`${name} must be a number from ${least} to ${most}.`)
    return otherwise
  }

  url(name: SettingName, otherwise?: string): string {
    const value = this.#env[name] || otherwise || this.required(name)
    if (value && !/^https?:$/.test(URL.parse(value)?.protocol ?? '')) {
      this.#wrong.push(`${name} must be an address that begins with https:// (or http://).`)
    }
    return value.replace(/\/+$/, '')
  }

  /** Never everybody, nor a number of proxies: then whoever calls could say who he is. */
  networks(name: SettingName): string[] {
    const parts = (this.#env[name] ?? '').split(',').map((part) => part.trim())
    const values = parts.filter(Boolean)
    if (!values.every(isNetwork)) {
      this.#wrong.push(`${name} must be addresses or ranges such as 10.0.0.0/8, separated by commas.`)
    }
    return values
  }

  hostName(name: SettingName): string {
    const value = this.required(name).toLowerCase()
    if (value && !/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(value))
      this.#wrong.push(`${name} must be a name as in DNS: letters, digits, hyphens and dots.`)
    return value
  }

  rsaKey(name: SettingName): string {
    const value = this.required(name).replaceAll('\\n', '\n')
    if (value && rsaBits(value) < 1024)
      this.#wrong.push(`${name} must be an RSA key of 2048 bits as PEM: openssl genrsa 2048`)
    return value
  }

  ecKey(name: SettingName): string {
    const value = this.required(name)
    try {
      const key = createPublicKey({ key: Buffer.from(value, 'base64'), format: 'der', type: 'spki' })
      if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return value
    } catch {
      // Said below.
    }
    this.#wrong.push(`${name} must be the key as SendGrid shows it: MFkwEwYHKoZIzj0CAQYI…`)
    return value
  }
}

function isNetwork(value: string): boolean {
  const [address = '', bits, ...more] = value.split('/')
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= most)
  return most > 0 && isRange && more.length === 0
}

/** 0 for whatever is no RSA key. */
function rsaBits(privateKey: string): number {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(privateKey)
    return asymmetricKeyType === 'rsa' ? (asymmetricKeyDetails?.modulusLength ?? 0) : 0
  } catch {
    return 0
  }
}
