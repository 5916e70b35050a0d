import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'

/** The parts of SendGrid's documented v3 Mail Send body that this project may use; all others are refused. */
const closed = { additionalProperties: false }
const Address = Type.Object(
  {
    email: Type.String({ pattern: '^[^@\\s",<>()]+@[^@\\s",<>()]+$' }),
    name: Type.Optional(Type.String({ pattern: '^[^;,\\p{Cc}]*$' })),
  },
  closed,
)
const Sender = Type.Object({ ...Address.properties, name: Type.Optional(Type.String()) }, closed)
const Texts = Type.Record(Type.String(), Type.String())
const Switch = Type.Object({ enable: Type.Boolean() }, closed)

const Personalization = Type.Object(
  {
    to: Type.Array(Address, { minItems: 1, maxItems: 1000 }),
    cc: Type.Optional(Type.Array(Address, { maxItems: 1000 })),
    bcc: Type.Optional(Type.Array(Address, { maxItems: 1000 })),
    subject: Type.Optional(Type.String({ minLength: 1 })),
    headers: Type.Optional(Texts),
    substitutions: Type.Optional(Texts),
    custom_args: Type.Optional(Texts),
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
    from: Sender,
    subject: Type.Optional(Type.String({ minLength: 1 })),
    content: Type.Array(
      Type.Object({ type: Type.String({ minLength: 1 }), value: Type.String({ minLength: 1 }) }, closed),
      { minItems: 1 },
    ),
    headers: Type.Optional(Texts),
    tracking_settings: Type.Optional(TrackingSettings),
  },
  closed,
)
export type MailSend = Static<typeof MailSend>
export type Personalization = Static<typeof Personalization>

const mailSend = Compile(MailSend)

/** One entry of an answer's `errors`. */
export interface Problem {
  message: string
  /** `personalizations.3.to.0.email`, where it is about one part. */
  field: string | null
}

/** What SendGrid would find wrong; empty when it would take the mail. */
export function problemsWith(body: unknown): Problem[] {
  if (!mailSend.Check(body))
    return mailSend
      .Errors(body)
      .map(({ message, instancePath }) => ({ message, field: instancePath.slice(1).replaceAll('/', '.') }))
  return [...contentProblems(body), ...recipientProblems(body), ...body.personalizations.flatMap(problemsOf)]
}

function contentProblems({ content, subject, personalizations, headers = {} }: MailSend): Problem[] {
  const types = content.map(({ type }) => type)
  const isOrdered = types.indexOf('text/plain') <= 0 && new Set(types).size === types.length
  const hasSubject = subject !== undefined || personalizations.every((one) => one.subject !== undefined)
  return [
    ...unless(isOrdered, 'If present, text/plain must be first, and each type may appear once.', 'content'),
    ...unless(hasSubject, 'The subject is required.', 'subject'),
    ...headerProblems(headers, 'headers'),
  ]
}

function recipientProblems({ personalizations }: MailSend): Problem[] {
  const addresses = personalizations.flatMap(addressesOf)
  const isOnce = new Set(addresses).size === addresses.length
  return [
    ...unless(addresses.length <= 1000, 'There is a limit of 1000 total recipients per request.'),
    ...unless(isOnce, 'Each unique email address should only be included once.', 'personalizations'),
  ]
}

function addressesOf({ to, cc = [], bcc = [] }: Personalization): string[] {
  return [...to, ...cc, ...bcc].map(({ email }) => email.toLowerCase())
}

function problemsOf(
  { headers = {}, substitutions = {}, custom_args = {} }: Personalization,
  place: number,
): Problem[] {
  const at = `personalizations.${place}`
  return [
    ...headerProblems(headers, `${at}.headers`),
    ...unless(
      bytesOf(substitutions) <= 10_000,
      'Substitutions may not exceed 10000 bytes.',
      `${at}.substitutions`,
    ),
    ...unless(
      bytesOf(custom_args) <= 10_000,
      'Custom arguments may not exceed 10000 bytes.',
      `${at}.custom_args`,
    ),
  ]
}

function bytesOf(texts: Record<string, string>): number {
  return Object.entries(texts).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  )
}

const reserved = new Set([
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
])

function headerProblems(headers: Record<string, string>, at: string): Problem[] {
  return Object.entries(headers).flatMap(([name, value]) => [
    ...unless(!reserved.has(name.toLowerCase()), `The header ${name} is reserved.`, `${at}.${name}`),
    ...unless(/^[\x21-\x39\x3b-\x7e]+$/.test(name), 'A header has a name that is none.', `${at}.${name}`),
    ...unless(/^[\t\x20-\x7e]*$/.test(value), `The header ${name} is not ASCII.`, `${at}.${name}`),
  ])
}

function unless(isFine: boolean, message: string, field: string | null = null): Problem[] {
  return isFine ? [] : [{ message, field }]
}
