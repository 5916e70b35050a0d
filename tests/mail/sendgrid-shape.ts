import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

/** The parts of SendGrid's documented v3 Mail Send body that this project may use; all others are refused. */
const closed = { additionalProperties: false }
const Address = Type.Object(
  { email: Type.String({ pattern: '^[^@\\s",<>()]+@[^@\\s",<>()]+$' }), name: Type.Optional(Type.String()) },
  closed,
)
const Headers = Type.Record(Type.String(), Type.String())
const Switch = Type.Object({ enable: Type.Boolean() }, closed)

const Personalization = Type.Object(
  {
    to: Type.Array(Address, { minItems: 1, maxItems: 1000 }),
    subject: Type.Optional(Type.String({ minLength: 1 })),
    headers: Type.Optional(Headers),
  },
  closed,
)

const TrackingSettings = Type.Object(
  {
    click_tracking: Type.Object({ enable: Type.Boolean(), enable_text: Type.Boolean() }, closed),
    open_tracking: Switch,
    subscription_tracking: Switch,
    ganalytics: Switch,
  },
  closed,
)

const MailSend = Type.Object(
  {
    personalizations: Type.Array(Personalization, { minItems: 1, maxItems: 1000 }),
    from: Address,
    subject: Type.String({ minLength: 1 }),
    content: Type.Array(
      Type.Object({ type: Type.String({ minLength: 1 }), value: Type.String({ minLength: 1 }) }, closed),
      {
        minItems: 1,
      },
    ),
    headers: Type.Optional(Headers),
    tracking_settings: Type.Optional(TrackingSettings),
  },
  closed,
)
export type MailSend = Static<typeof MailSend>

const reserved = [
  'x-sg-id',
  'x-sg-eid',
  'received',
  'dkim-signature',
  'content-type',
  'content-transfer-encoding',
  'to',
  'from',
  'subject',
  'reply-to',
  'cc',
  'bcc',
]

/** What SendGrid would find wrong, in words; empty when it would take the mail. */
export function problemsWith(body: unknown): string[] {
  if (!Value.Check(MailSend, body))
    return Value.Errors(MailSend, body).map(({ message, instancePath }) => `${instancePath} ${message}`)
  return [...contentProblems(body), ...recipientProblems(body), ...headerProblems(body)]
}

function contentProblems({ content }: MailSend): string[] {
  const types = content.map(({ type }) => type)
  const isOrdered = types.indexOf('text/plain') <= 0 && new Set(types).size === types.length
  return isOrdered ? [] : ['If present, text/plain must be the first content, and each type may appear once.']
}

function recipientProblems({ personalizations }: MailSend): string[] {
  const addresses = personalizations.flatMap(({ to }) => to.map(({ email }) => email.toLowerCase()))
  const problems = addresses.length > 1000 ? ['There is a limit of 1000 total recipients per request.'] : []
  return new Set(addresses).size < addresses.length
    ? [...problems, 'Each address may be included once.']
    : problems
}

function headerProblems({ headers = {}, personalizations }: MailSend): string[] {
  const all = [headers, ...personalizations.map((one) => one.headers ?? {})].flatMap((one) =>
    Object.keys(one),
  )
  const forbidden = all.filter((name) => reserved.includes(name.toLowerCase()))
  return forbidden.map((name) => `The header ${name} is reserved.`)
}
