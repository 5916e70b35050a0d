import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import type { Estamos } from '../estamos.ts'

/** Calls us as SendGrid's signed event webhook does. */
export interface SendgridCaller {
  /** For `SENDGRID_WEBHOOK_KEY`. */
  key: string
  call(server: Pick<Estamos, 'app'>, events: object[], at?: Date): ReturnType<typeof post>
  /** As it would go out, to be tampered with. */
  signed(body: string, at?: Date): Signed
}

interface Signed {
  body: string
  headers: Record<string, string>
}

const WHERE = '/api/v1/mail-events/sendgrid'

export function sendgridCaller(): SendgridCaller {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })

  function signed(body: string, at = new Date()): Signed {
    const timestamp = String(Math.floor(at.getTime() / 1000))
    const signature = sign('sha256', Buffer.from(timestamp + body), privateKey).toString('base64')
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'x-twilio-email-event-webhook-signature': signature,
        'x-twilio-email-event-webhook-timestamp': timestamp,
      },
    }
  }

  return {
    key: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    signed,
    call: (server, events, at) => post(server, signed(JSON.stringify(events), at)),
  }
}

export async function post({ app }: Pick<Estamos, 'app'>, { body, headers }: Signed) {
  return await app.inject({ method: 'POST', url: WHERE, headers, payload: body })
}

type What = 'delivered' | 'bounce' | 'dropped' | 'spamreport' | 'deferred' | 'processed' | 'open'

/** An event as SendGrid documents it. */
export function anEvent(event: What, letter: string | undefined, more: object = {}): object {
  return {
    email: 'ada@mail.example',
    timestamp: 1_790_000_000,
    'smtp-id': `<${letter ?? randomUUID()}@localhost>`,
    event,
    sg_event_id: randomUUID(),
    sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
    ...(letter && { letter }),
    ...(event === 'bounce' && { type: 'bounce', status: '5.1.1', reason: '550 5.1.1 No such user' }),
    ...(event === 'dropped' && { reason: 'Bounced Address', status: '5.0.0' }),
    ...more,
  }
}
