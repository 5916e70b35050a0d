import { Type, type Static } from 'typebox'

export const captchaKinds = ['none', 'altcha', 'hcaptcha'] as const
export type CaptchaKind = (typeof captchaKinds)[number]

/** What a form has to do before it is sent. */
export const CaptchaSettings = Type.Object({
  kind: Type.Enum([...captchaKinds], {
    description:
      'altcha: solve what `GET …/captcha` answers. hcaptcha: show its widget with `siteKey`. Either goes along as `captcha`.',
  }),
  siteKey: Type.Optional(Type.String()),
})
export type CaptchaSettings = Static<typeof CaptchaSettings>

/** What goes along with a request: an ALTCHA payload (base64 of JSON), or the token that hCaptcha's widget gave. */
export const CaptchaProof = Type.String({
  maxLength: 8_000,
  description:
    'ALTCHA: base64 of `{challenge, solution: {counter, derivedKey}}`. hCaptcha: its token. Good once.',
})

export const CaptchaQuery = Type.Object(
  {
    source: Type.Optional(Type.String({ maxLength: 64 })),
    for: Type.Optional(
      Type.Enum(['pledge', 'link', 'code'], {
        description: 'What it is to be good for: a pledge, asking for a link by mail, or a try at a code.',
      }),
    ),
  },
  { additionalProperties: false },
)

const Hex = Type.String({ pattern: '^([0-9a-f]{2})+$', maxLength: 128 })

/** The second format of ALTCHA, as its own widget takes it. */
export const Challenge = Type.Object(
  {
    parameters: Type.Object(
      {
        algorithm: Type.String({ description: 'PBKDF2/SHA-256' }),
        nonce: Hex,
        salt: Hex,
        cost: Type.Integer({ description: 'Iterations of one try.' }),
        keyLength: Type.Integer(),
        keyPrefix: Hex,
        keySignature: Hex,
        expiresAt: Type.Integer({ description: 'Seconds since 1970.' }),
        data: Type.Object(
          {
            gate: Type.String({ description: 'What it is good for.' }),
            most: Type.Integer({ description: 'The counter that solves it is below this.' }),
          },
          { additionalProperties: false },
        ),
      },
      { additionalProperties: false },
    ),
    signature: Hex,
  },
  { $id: 'CaptchaChallenge', additionalProperties: false },
)
export type Challenge = Static<typeof Challenge>

export const Payload = Type.Object({
  challenge: Challenge,
  solution: Type.Object({ counter: Type.Integer({ minimum: 0 }), derivedKey: Hex }),
})
