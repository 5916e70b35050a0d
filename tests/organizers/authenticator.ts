import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What a client that cheats would say; a good one says nothing of it. */
export interface Lies {
  /** False: it did not check that it is she. */
  isVerified?: boolean
  origin?: string
  /** The site that the passkey is used for. */
  rpId?: string
  challenge?: string
  type?: string
  counter?: number
  /** Of another account. */
  userHandle?: string
  /** Certificates that nobody asked for. */
  certificates?: Buffer[]
}

interface Options {
  challenge: string
  rp?: { id: string }
  rpId?: string
  user?: { id: string }
}

/** A passkey in software (ES256), whose every word can be a lie. */
export class Authenticator {
  readonly credentialId: string
  readonly #origin: string
  readonly #key: { publicKey: KeyObject; privateKey: KeyObject }
  #counter = 0
  #userHandle = ''

  constructor(origin: string) {
    this.#origin = origin
    this.credentialId = randomBytes(32).toString('base64url')
    this.#key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  }

  /** Answers `navigator.credentials.create`, as JSON. */
  make({ challenge, rp, user }: Options, lies: Lies = {}) {
    this.#userHandle = user?.id ?? ''
    const id = Buffer.from(this.credentialId, 'base64url')
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, this.#coseKey()])
    const authData = this.#authenticatorData({ rpId: rp?.id ?? '', isNew: true, ...lies }, attested)
    const statement = lies.certificates
      ? cborMap([
          ['alg', cborInt(-7)],
          ['sig', cborBytes(Buffer.alloc(64))],
          [
            'x5c',
            Buffer.concat([cborHead(4, lies.certificates.length), ...lies.certificates.map(cborBytes)]),
          ],
        ])
      : cborMap([])
    const attestationObject = cborMap([
      ['fmt', cborText(lies.certificates ? 'packed' : 'none')],
      ['attStmt', statement],
      ['authData', cborBytes(authData)],
    ])
    return this.#credential({
      clientDataJSON: this.#clientData('webauthn.create', challenge, lies),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    })
  }

  /** Answers `navigator.credentials.get`, as JSON. */
  use({ challenge, rpId = '' }: Options, lies: Lies = {}) {
    this.#counter += 1
    const { userHandle = this.#userHandle } = lies
    const authData = this.#authenticatorData({ rpId, ...lies })
    const clientDataJSON = this.#clientData('webauthn.get', challenge, lies)
    const clientDataHash = sha256(Buffer.from(clientDataJSON, 'base64url'))
    const signature = sign('sha256', Buffer.concat([authData, clientDataHash]), this.#key.privateKey)
    return this.#credential({
      clientDataJSON,
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
      ...(userHandle && { userHandle }),
    })
  }

  #credential<Response>(response: Response) {
    const { credentialId: id } = this
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response } as const
  }

  #clientData(type: string, challenge: string, lies: Lies): string {
    const said = { type, challenge, origin: this.#origin, crossOrigin: false }
    const { origin, challenge: other, type: otherType } = lies
    const lied = {
      ...(origin && { origin }),
      ...(other && { challenge: other }),
      ...(otherType && { type: otherType }),
    }
    return Buffer.from(JSON.stringify({ ...said, ...lied })).toString('base64url')
  }

  #authenticatorData(
    {
      rpId,
      isNew = false,
      isVerified = true,
      counter = this.#counter,
    }: Lies & { rpId: string; isNew?: boolean },
    attested = Buffer.alloc(0),
  ): Buffer {
    const rest = Buffer.alloc(5)
    rest.writeUInt8(1 | (isVerified ? 4 : 0) | (isNew ? 64 : 0), 0)
    rest.writeUInt32BE(counter, 1)
    return Buffer.concat([sha256(Buffer.from(rpId)), rest, attested])
  }

  /** Key type EC2, algorithm ES256, curve P-256, x, y. */
  #coseKey(): Buffer {
    const { x = '', y = '' } = this.#key.publicKey.export({ format: 'jwk' })
    const entries = [cborInt(1), cborInt(2), cborInt(3), cborInt(-7), cborInt(-1), cborInt(1)]
    const point = [
      cborInt(-2),
      cborBytes(Buffer.from(x, 'base64url')),
      cborInt(-3),
      cborBytes(Buffer.from(y, 'base64url')),
    ]
    return Buffer.concat([cborHead(5, 5), ...entries, ...point])
  }
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function cborHead(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value])
  if (value < 256) return Buffer.from([(major << 5) | 24, value])
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255])
}

function cborInt(value: number): Buffer {
  return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value)
}

function cborBytes(bytes: Buffer): Buffer {
  return Buffer.concat([cborHead(2, bytes.length), bytes])
}

function cborText(text: string): Buffer {
  return Buffer.concat([cborHead(3, text.length), Buffer.from(text)])
}

function cborMap(entries: [string, Buffer][]): Buffer {
  return Buffer.concat([
    cborHead(5, entries.length),
    ...entries.flatMap(([key, value]) => [cborText(key), value]),
  ])
}
